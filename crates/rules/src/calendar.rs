//! Working days: Monday to Friday, but for what a year's notice of the government changes.

use std::collections::{BTreeMap, BTreeSet};

use countenance_base::Text;
use serde::Deserialize;

use crate::Day;
use crate::load::{Problem, RulebookRefused, line_of, toml_file};

/// Where the working days of one year differ from Monday to Friday.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    pub year: i16,
    /// Weekdays on which nobody works.
    pub off: BTreeSet<Day>,
    /// Weekend days on which people work instead.
    pub work: BTreeSet<Day>,
    /// The notice that says so.
    pub source: Text,
}

/// The calendars of one jurisdiction, by year.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Calendars(BTreeMap<i16, Calendar>);

/// When something is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// The last day on which it is in time.
    pub day: Day,
    /// False when a day was counted in a year without a calendar, as Monday to Friday: holidays of that year would move the
    /// day back. Say so beside it.
    pub complete: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    year: i16,
    source_zh: String,
    source_en: String,
    off: Vec<toml::value::Datetime>,
    work: Vec<toml::value::Datetime>,
}

impl Calendars {
    /// Reads the files of a folder `calendars/`, by name: `2025.toml`.
    pub fn read(files: &BTreeMap<String, Vec<u8>>) -> Result<Self, RulebookRefused> {
        let files = crate::folder::Files(files);
        let mut calendars = BTreeMap::new();
        for name in files.0.keys() {
            let calendar = Calendar::read(name, files.text(name)?)?;
            calendars.insert(calendar.year, calendar);
        }
        Ok(Self(calendars))
    }

    /// The years that have a calendar.
    pub fn years(&self) -> impl Iterator<Item = i16> {
        self.0.keys().copied()
    }

    pub fn calendar(&self, year: i16) -> Option<&Calendar> {
        self.0.get(&year)
    }

    /// Whether people work on `day`; by the week alone where its year has no calendar.
    pub fn is_working(&self, day: Day) -> bool {
        self.0.get(&day.year()).map_or(!day.is_weekend(), |calendar| {
            calendar.work.contains(&day) || (!day.is_weekend() && !calendar.off.contains(&day))
        })
    }
}

/// The `n`-th working day after `day`. Counting starts on the next day, and the `n`-th working day is the last one in time.
pub fn add_working_days(day: Day, n: u32, calendars: &Calendars) -> Due {
    let mut due = Due { day, complete: true };
    let mut left = n;
    while left > 0 {
        let Some(next) = due.day.next() else {
            // No calendar reaches this far; the last day there is comes too early rather than too late.
            due.complete = false;
            break;
        };
        due.day = next;
        due.complete &= calendars.0.contains_key(&next.year());
        if calendars.is_working(next) {
            left -= 1;
        }
    }
    due
}

impl Calendar {
    fn read(name: &str, text: &str) -> Result<Self, RulebookRefused> {
        let written: Written = toml_file(name, text)?;
        let refuse = |word: &str, problem: String, remedy: &str| {
            Err(RulebookRefused::new(name, line_of(text, word), Problem::Calendar(problem), remedy))
        };
        if format!("{}.toml", written.year) != name {
            return refuse("year", format!("year {}", written.year), "give the file the year's name: 2025.toml");
        }
        if written.source_zh.trim().is_empty() || written.source_en.trim().is_empty() {
            return refuse("source", "no source".to_owned(), "name the notice in both languages");
        }
        let days = |dates: &[toml::value::Datetime], weekend: bool| -> Result<BTreeSet<Day>, String> {
            let mut days = BTreeSet::new();
            for date in dates {
                let day = Day::parse(&date.to_string()).filter(|day| day.year() == written.year && day.is_weekend() == weekend);
                if !day.is_some_and(|day| days.insert(day)) {
                    return Err(date.to_string());
                }
            }
            Ok(days)
        };
        let off = match days(&written.off, false) {
            Ok(off) => off,
            Err(day) => return refuse(&day, format!("`off` holds {day}"), "list weekdays of this year, each once"),
        };
        let work = match days(&written.work, true) {
            Ok(work) => work,
            Err(day) => {
                return refuse(
                    &day,
                    format!("`work` holds {day}"),
                    "list Saturdays and Sundays of this year, each once",
                );
            }
        };
        Ok(Self {
            year: written.year,
            off,
            work,
            source: Text::new(written.source_zh, written.source_en),
        })
    }
}
