//! Pieces that several pages show.

use countenance_base::{Text, Timestamp};

use crate::seal::Seal;

/// Why a form came back: a stable code, and how long to wait where waiting helps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub code: String,
    /// Seconds until another try is looked at.
    pub wait_s: Option<u64>,
}

impl Problem {
    pub fn new(code: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            wait_s: None,
        }
    }
}

/// A rulebook's no: what, where the law says so, and what to get first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Id of the rule.
    pub rule: String,
    pub text: Text,
    pub remedy: Text,
    pub article: Text,
    /// The rule's source is still to be confirmed by a lawyer.
    pub to_confirm: bool,
}

/// How a thing stands. Each state has a shape and a colour; the word is the page's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Permitted,
    Refused,
    Waiting,
    Sealed,
    Off,
}

impl State {
    /// Class name in the style sheet.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Permitted => "permitted",
            Self::Refused => "refused",
            Self::Waiting => "waiting",
            Self::Sealed => "sealed",
            Self::Off => "off",
        }
    }

    pub const fn shape(self) -> &'static str {
        match self {
            Self::Permitted => "○→",
            Self::Refused => "×",
            Self::Waiting => "◔",
            Self::Sealed => "▣",
            Self::Off => "○",
        }
    }
}

/// A gate's signed word about a person, checked with the gate's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptView {
    pub gate: u64,
    pub door: Text,
    pub at: Timestamp,
    /// Journal sequence of the entry written before the act.
    pub sequence: u64,
    /// `enrolled`, `grant.ended`, `withdrawn.gate`, `expired`, `superseded`.
    pub cause: String,
    pub seal: Seal,
}

/// When a face was asked for, measured and forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Strip {
    pub asked: Timestamp,
    pub measured: Timestamp,
    pub forgotten: Timestamp,
}

/// One opened or refused attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassageRow {
    pub at: Timestamp,
    pub door: Text,
    /// Words of the lanes: `qr`, `card`, `pin`, `face`, `remote`.
    pub lanes: Vec<String>,
    pub opened: bool,
    pub reason: String,
    pub demo: bool,
    pub strip: Option<Strip>,
    /// Flat and desk name; on the operator's page only, and only when a credential named the person.
    pub who: Option<String>,
}

impl PassageRow {
    pub const fn state(&self) -> State {
        if self.opened { State::Permitted } else { State::Refused }
    }
}

/// The rows of one local day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    pub day: Timestamp,
    pub rows: Vec<PassageRow>,
}

impl Day {
    /// Groups rows, newest first, by their day in `zone`.
    pub fn group(rows: Vec<PassageRow>, zone: &str) -> Vec<Self> {
        let mut days: Vec<Self> = Vec::new();
        for row in rows {
            match days.last_mut() {
                Some(day) if day.day.civil_day(zone) == row.at.civil_day(zone) => day.rows.push(row),
                _ => days.push(Self {
                    day: row.at,
                    rows: vec![row],
                }),
            }
        }
        days
    }
}

/// Addresses of the neighbouring pages of a list that goes back in time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pager {
    /// The beginning of the list, unless this is it.
    pub newest: Option<String>,
    pub older: Option<String>,
}

impl Pager {
    /// `paged`: this page is not the first. `older`: the time before which the next page begins, where there is one.
    pub fn new(path: &str, paged: bool, older: Option<Timestamp>) -> Self {
        Self {
            newest: paged.then(|| path.to_owned()),
            older: older.map(|before| format!("{path}?before={}", before.0)),
        }
    }

    pub const fn is_needed(&self) -> bool {
        self.newest.is_some() || self.older.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_fall_into_local_days() {
        let row = |at: &str| PassageRow {
            at: Timestamp::parse_rfc3339(at).unwrap(),
            door: Text::new("三号门", "Door 3"),
            lanes: vec!["qr".into()],
            opened: true,
            reason: String::new(),
            demo: false,
            strip: None,
            who: None,
        };
        // 16:00 UTC is midnight in Shanghai.
        let days = Day::group(
            vec![
                row("2026-11-22T16:00:00Z"),
                row("2026-11-22T15:59:00Z"),
                row("2026-11-22T01:00:00Z"),
            ],
            "Asia/Shanghai",
        );
        assert_eq!(days.iter().map(|day| day.rows.len()).collect::<Vec<_>>(), [1, 2]);
    }

    #[test]
    fn a_pager_knows_its_ends() {
        assert!(!Pager::new("/uses", false, None).is_needed());
        let pager = Pager::new("/uses", true, Some(Timestamp(7)));
        assert_eq!(
            pager,
            Pager {
                newest: Some("/uses".into()),
                older: Some("/uses?before=7".into())
            }
        );
    }
}
