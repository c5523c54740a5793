//! What is due: every duty with its clock, its article, what to do, what shows that it was done.

use std::borrow::Borrow;

use askama::Template;
use countenance_base::{Locale, Text, Timestamp};
use fluent_bundle::FluentValue;

use crate::parts::State;
use crate::{Frame, Problem, messages};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StateOfDuty {
    Overdue,
    Open,
    Done,
}

impl StateOfDuty {
    pub const fn state(self) -> State {
        match self {
            Self::Overdue => State::Refused,
            Self::Open => State::Waiting,
            Self::Done => State::Permitted,
        }
    }

    pub const fn word(self) -> &'static str {
        match self {
            Self::Overdue => "duty-overdue",
            Self::Open => "duty-open",
            Self::Done => "duty-done",
        }
    }
}

/// What shows that it was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceLine {
    pub on: String,
    pub acknowledgement: Option<String>,
    /// SHA-256 in hexadecimal, and where the document lies.
    pub document: Option<(String, String)>,
}

/// One duty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DutyLine {
    /// The duty's word.
    pub kind: String,
    /// What of several: a purpose, a supplier, an incident.
    pub subject: Option<Text>,
    pub state: StateOfDuty,
    pub since: String,
    /// The last day.
    pub due: Option<String>,
    /// The last moment, where hours count.
    pub time: Option<Timestamp>,
    /// Every year that was counted had a calendar.
    pub complete: bool,
    /// None where the duty's own words name it.
    pub article: Option<Text>,
    pub to_confirm: bool,
    pub evidence: Option<EvidenceLine>,
    /// Where it is dealt with.
    pub href: Option<&'static str>,
}

impl DutyLine {
    pub fn clock(&self) -> &'static str {
        match (&self.due, &self.time, self.state) {
            (Some(_), _, StateOfDuty::Done) => "duty-again",
            (Some(_), _, StateOfDuty::Open | StateOfDuty::Overdue) => "duty-by",
            (None, Some(_), _) => "duty-by-time",
            (None, None, StateOfDuty::Done) => "duty-was",
            (None, None, StateOfDuty::Open | StateOfDuty::Overdue) if self.authority_sets_day() => "duty-authority-sets",
            (None, None, StateOfDuty::Open | StateOfDuty::Overdue) => "duty-at-once",
        }
    }

    /// No rule has a number for it: the authority says by when.
    fn authority_sets_day(&self) -> bool {
        self.kind == "audit_findings"
    }
}

/// What can be written down as done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordOption {
    /// As the form sends it.
    pub value: String,
    /// The duty's word.
    pub kind: String,
    pub subject: Option<Text>,
}

/// Whether the site runs a public security video system, as somebody said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VideoView {
    pub runs: Option<bool>,
    /// `2026-11-30`
    pub since: String,
    pub article: Option<Text>,
}

impl VideoView {
    pub const fn word(&self) -> &'static str {
        match self.runs {
            None => "video-unsaid",
            Some(false) => "video-none",
            Some(true) => "video-runs",
        }
    }
}

/// What an audit is called.
pub fn audit_words(day: &str) -> Text {
    let words = |locale| messages::message(locale, "audit-of", &[("day", FluentValue::from(day.to_owned()))]);
    Text::new(words(Locale::Zh), words(Locale::En))
}

/// What an incident is called.
pub fn incident_words(number: &str) -> Text {
    let words = |locale| messages::message(locale, "incident-number", &[("n", FluentValue::from(number.to_owned()))]);
    Text::new(words(Locale::Zh), words(Locale::En))
}

/// Where word of duties goes.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct FeedView {
    pub exists: bool,
    /// Shown once, right after it was made.
    pub address: Option<String>,
    pub webhook: Option<String>,
    /// Name of the key that signs what is sent.
    pub key: String,
}

impl std::fmt::Debug for FeedView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The address is a secret.
        f.debug_struct("FeedView").field("exists", &self.exists).finish_non_exhaustive()
    }
}

#[derive(Debug, Template)]
#[template(path = "desk/due.html")]
pub struct DuePage {
    pub frame: Frame,
    pub duties: Vec<DutyLine>,
    /// The warning step that was reached before filing is owed.
    pub warning: Option<u64>,
    /// Duties whose documents are written down here.
    pub recorded: Vec<RecordOption>,
    /// None where no rule asks for it.
    pub video: Option<VideoView>,
    pub feed: FeedView,
    pub problem: Option<Problem>,
}

impl DuePage {
    pub fn of(&self, state: impl Borrow<StateOfDuty>) -> impl Iterator<Item = &DutyLine> {
        let state = *state.borrow();
        self.duties.iter().filter(move |duty| duty.state == state)
    }

    pub const fn states() -> [StateOfDuty; 3] {
        [StateOfDuty::Overdue, StateOfDuty::Open, StateOfDuty::Done]
    }
}
