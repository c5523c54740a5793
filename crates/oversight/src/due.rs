//! Every duty with its clock, out of facts, numbers of the rulebook and calendars. Nothing here reads a table or a clock.

mod audits;
mod incidents;
mod police;
mod recurring;
mod thresholds;

use countenance_base::Timestamp;
use countenance_rules::{Calendars, Day, Due, Parameters, add_working_days};

use crate::duty::{Deadline, Duty, DutyState};
use crate::facts::DutyFacts;

/// A duty that comes again is open from so many days before (design).
const OPEN_BEFORE_DAYS: i64 = 60;

/// Everything that is asked.
#[derive(Clone, Copy)]
struct Asked<'a> {
    now: Timestamp,
    today: Day,
    zone: &'a str,
    facts: &'a DutyFacts,
    parameters: &'a Parameters,
    calendars: &'a Calendars,
}

/// Duties at `now`: what is overdue first, then what is open by its day, then what is done. Empty for a clock that no calendar knows.
pub fn due(now: Timestamp, zone: &str, facts: &DutyFacts, parameters: &Parameters, calendars: &Calendars) -> Vec<Duty> {
    let Some(today) = day_of(now, zone) else {
        return Vec::new();
    };
    let asked = Asked {
        now,
        today,
        zone,
        facts,
        parameters,
        calendars,
    };
    let mut duties = asked.thresholds();
    duties.extend(asked.recurring());
    duties.extend(asked.audit_findings());
    duties.extend(asked.police());
    duties.extend(asked.contracts());
    duties.extend(asked.incidents());
    duties.sort_by_key(|duty| (duty.state, instant(duty.due, zone), duty.kind, duty.subject.clone()));
    duties
}

impl Asked<'_> {
    /// Done, or open to the end of the day, or overdue from the next one on.
    fn state(&self, done: bool, due: Day) -> DutyState {
        match (done, self.today > due) {
            (true, _) => DutyState::Done,
            (false, false) => DutyState::Open,
            (false, true) => DutyState::Overdue,
        }
    }

    /// The last day: so many working days after `since`, or the day that was set for who was concerned before the number existed.
    fn workdays(&self, since: Day, days: u32, parameter: &str, before: Option<Day>) -> Due {
        let effective = self.parameters.sources.get(parameter).map(|source| source.effective);
        match before.filter(|_| effective.is_some_and(|effective| since < effective)) {
            Some(day) => Due { day, complete: true },
            None => add_working_days(since, days, self.calendars),
        }
    }
}

/// The local day.
pub(crate) fn day_of(at: Timestamp, zone: &str) -> Option<Day> {
    Day::parse(&at.civil_day(zone))
}

/// The last microsecond of a local day; `None` in a zone or year that nothing knows.
pub(crate) fn end_of(day: Day, zone: &str) -> Option<Timestamp> {
    let next = Timestamp::parse_local(&format!("{}T00:00", day.next()?), zone)?;
    Some(Timestamp(next.0.saturating_sub(1)))
}

/// What is due at once comes first.
fn instant(due: Option<Deadline>, zone: &str) -> Timestamp {
    match due {
        None => Timestamp(0),
        Some(Deadline::Time(at)) => at,
        Some(Deadline::Day(due)) => end_of(due.day, zone).unwrap_or_default(),
    }
}

/// The same day so many years later; 28 February for a day that the year does not have.
pub(crate) fn years_later(day: Day, years: u32) -> Day {
    let text = day.to_string();
    let year = i32::from(day.year()).saturating_add_unsigned(years);
    let rest = text.get(4..).unwrap_or_default();
    let later = Day::parse(&format!("{year:04}{rest}")).or_else(|| Day::parse(&format!("{year:04}-02-28")));
    later.unwrap_or(day)
}

const fn plainly(day: Day) -> Deadline {
    Deadline::Day(Due { day, complete: true })
}

/// The highest step that `persons` has reached, and whether it is the last.
pub fn warning(persons: u32, steps: &[u32]) -> Option<(u32, bool)> {
    let step = steps.iter().copied().filter(|step| *step <= persons).max()?;
    Some((step, steps.iter().max() == Some(&step)))
}
