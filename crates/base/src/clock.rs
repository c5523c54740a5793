//! Time as a value. Only programs own a [`Clock`]; everything else takes `now`.

use std::time::Duration;

use jiff::tz::TimeZone;

/// An instant: microseconds since 1970-01-01 UTC, also its form in tables and on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, minicbor::Encode, minicbor::Decode, minicbor::CborLen)]
#[cbor(transparent)]
pub struct Timestamp(#[n(0)] pub i64);

impl Timestamp {
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1_000_000))
    }

    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(span.as_micros()).unwrap_or(i64::MAX)))
    }

    #[must_use]
    pub fn minus(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(span.as_micros()).unwrap_or(i64::MAX)))
    }

    /// Time from `earlier` to `self`; zero when `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// The UTC month, the period of the ratchets.
    pub fn month(self) -> Month {
        let date = jiff::Timestamp::from_microsecond(self.0)
            .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
            .to_zoned(TimeZone::UTC)
            .date();
        Month(u32::try_from(i32::from(date.year()) * 12 + i32::from(date.month()) - 1).unwrap_or(0))
    }

    /// Days since 1970-01-01 UTC.
    pub fn utc_day(self) -> u32 {
        u32::try_from(self.seconds().div_euclid(86_400)).unwrap_or(0)
    }

    /// Units of ten minutes since 1970-01-01 UTC, the coarse time of a ledger leaf.
    pub fn ten_minutes(self) -> u32 {
        u32::try_from(self.seconds().div_euclid(600)).unwrap_or(0)
    }

    /// `2026-11-23` in the zone named `zone` (IANA), UTC when the zone is unknown.
    pub fn civil_day(self, zone: &str) -> String {
        self.zoned(zone).strftime("%Y-%m-%d").to_string()
    }

    /// `2026-11-23 08:15:02` in the zone named `zone`.
    pub fn civil_time(self, zone: &str) -> String {
        self.zoned(zone).strftime("%Y-%m-%d %H:%M:%S").to_string()
    }

    /// RFC 3339 in UTC with whole seconds, the form that people sign.
    pub fn rfc3339(self) -> String {
        self.zoned("UTC").strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// Reads what [`Self::rfc3339`] writes.
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        let at: jiff::Timestamp = text.parse().ok()?;
        let at = Self(at.as_microsecond());
        (at.rfc3339() == text).then_some(at)
    }

    /// Reads `2026-11-23T22:30` as local time in the zone named `zone`, as a browser's form sends it; `None` for another form.
    pub fn parse_local(text: &str, zone: &str) -> Option<Self> {
        let local = jiff::civil::DateTime::strptime("%Y-%m-%dT%H:%M", text).ok()?;
        let zoned = local.to_zoned(TimeZone::get(zone).ok()?).ok()?;
        Some(Self(zoned.timestamp().as_microsecond()))
    }

    fn zoned(self, zone: &str) -> jiff::Zoned {
        let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
        jiff::Timestamp::from_microsecond(self.0)
            .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
            .to_zoned(zone)
    }
}

/// A calendar month: year × 12 + (month − 1), UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, minicbor::Encode, minicbor::Decode, minicbor::CborLen)]
#[cbor(transparent)]
pub struct Month(#[n(0)] pub u32);

impl Month {
    /// Its first instant, UTC.
    pub fn begin(self) -> Timestamp {
        let (year, month) = (
            i16::try_from(self.0 / 12).unwrap_or(i16::MAX),
            i8::try_from(self.0 % 12 + 1).unwrap_or(1),
        );
        let first = jiff::civil::Date::new(year, month, 1).and_then(|date| date.to_zoned(TimeZone::UTC));
        first.map_or(Timestamp(0), |first| Timestamp(first.timestamp().as_microsecond()))
    }
}

/// `2026-11`.
impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}", self.0 / 12, self.0 % 12 + 1)
    }
}

/// Where programs get the time from. Tests pass one that stands still.
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default();
        Timestamp(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }
}

/// The machine's clock moved by the number of seconds that a file holds: the `sim` clock of a demo, in which a day can pass
/// while somebody watches. Programs start it only when they were set up as demo.
#[derive(Debug, Clone)]
pub struct SimClock {
    offset_file: std::path::PathBuf,
}

impl SimClock {
    pub const fn new(offset_file: std::path::PathBuf) -> Self {
        Self { offset_file }
    }
}

impl Clock for SimClock {
    fn now(&self) -> Timestamp {
        let offset: i64 = std::fs::read_to_string(&self.offset_file)
            .ok()
            .and_then(|text| text.trim().parse().ok())
            .unwrap_or(0);
        Timestamp(SystemClock.now().0.saturating_add(offset.saturating_mul(1_000_000)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_begins_with_its_first_instant_and_times_are_read_as_a_form_sends_them() {
        for text in ["2026-11-01T00:00:00Z", "1999-12-01T00:00:00Z", "2000-01-01T00:00:00Z"] {
            let at = Timestamp::parse_rfc3339(text).unwrap();
            assert_eq!(at.month().begin(), at);
            assert_eq!(Timestamp(at.0 - 1).month().0 + 1, at.month().0);
            assert!(text.starts_with(&at.month().to_string()));
        }
        let local = Timestamp::parse_local("2026-11-23T22:30", "Asia/Shanghai").unwrap();
        assert_eq!(local.rfc3339(), "2026-11-23T14:30:00Z");
        for bad in ["2026-11-23", "2026-11-23T25:00", "2026-11-23T22:30:00", "x"] {
            assert_eq!(Timestamp::parse_local(bad, "Asia/Shanghai"), None, "{bad}");
        }
    }

    #[test]
    fn rfc3339_reads_only_what_it_writes() {
        let at = Timestamp::parse_rfc3339("2026-11-23T03:32:16Z").unwrap();
        assert_eq!(at.rfc3339(), "2026-11-23T03:32:16Z");
        assert_eq!(at.month(), Month(2026 * 12 + 10));
        assert_eq!(at.civil_time("Asia/Shanghai"), "2026-11-23 11:32:16");
        assert_eq!(Timestamp::parse_rfc3339("2026-11-23T03:32:16+00:00"), None);
        assert_eq!(Timestamp::parse_rfc3339("2026-11-23"), None);
    }

    #[test]
    fn since_never_goes_below_zero() {
        let early = Timestamp::from_seconds(10);
        let late = early.plus(Duration::from_secs(5));
        assert_eq!(late.since(early), Duration::from_secs(5));
        assert_eq!(early.since(late), Duration::ZERO);
    }
}
