//! A civil day. Rulebooks begin on days, deadlines are counted in them.

use std::fmt;

use countenance_base::Timestamp;
use jiff::Span;
use jiff::civil::{Date, Weekday};

/// A day of the calendar, `2025-06-01`, in no time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(Date);

impl Day {
    /// Reads `2025-06-01`, and nothing that only looks like it.
    pub fn parse(text: &str) -> Option<Self> {
        let date: Date = text.parse().ok()?;
        let day = Self(date);
        (day.to_string() == text && date.year() > 0).then_some(day)
    }

    pub fn year(self) -> i16 {
        self.0.year()
    }

    /// The day after; `None` on the last day that this program can write.
    #[must_use]
    pub fn next(self) -> Option<Self> {
        self.0.tomorrow().ok().map(Self)
    }

    /// So many days of the calendar later; `None` beyond what this program can write.
    pub fn plus(self, days: u32) -> Option<Self> {
        let span = Span::new().try_days(days).ok()?;
        self.0.checked_add(span).ok().map(Self)
    }

    /// Noon of that day, UTC.
    pub fn noon(self) -> Timestamp {
        let text = format!("{self}T12:00:00Z");
        // The form is ours; a day outside the range of times would be the only failure.
        Timestamp::parse_rfc3339(&text).unwrap_or_default()
    }

    /// Days from `earlier` to this day.
    pub fn since(self, earlier: Self) -> i64 {
        self.noon().seconds().saturating_sub(earlier.noon().seconds()) / 86_400
    }

    pub fn is_weekend(self) -> bool {
        matches!(self.0.weekday(), Weekday::Saturday | Weekday::Sunday)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(date) = self;
        write!(f, "{:04}-{:02}-{:02}", date.year(), date.month(), date.day())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_one_form() {
        assert_eq!(
            Day::parse("2025-06-01").map(|day| (day.to_string(), day.year(), day.is_weekend())),
            Some(("2025-06-01".to_owned(), 2025, true))
        );
        for bad in [
            "2025-6-1",
            "2025-13-01",
            "2025-06-00",
            "2025-02-29",
            "25-06-01",
            "2025-06-01 ",
            "+2025-06-01",
            "2025-06",
            "20250601",
        ] {
            assert_eq!(Day::parse(bad), None, "{bad}");
        }
        let (one, other) = (Day::parse("2024-02-28").unwrap(), Day::parse("2024-03-01").unwrap());
        assert_eq!((other.since(one), one.since(other)), (2, -2));
        assert_eq!((one.plus(0), one.plus(2)), (Some(one), Some(other)));
        assert_eq!(one.plus(u32::MAX), None);
        assert_eq!(one.noon().rfc3339(), "2024-02-28T12:00:00Z");
        assert_eq!(
            Day::parse("2025-12-31").and_then(Day::next).map(|day| day.to_string()).as_deref(),
            Some("2026-01-01")
        );
    }
}
