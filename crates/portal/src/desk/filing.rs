//! Filing with the authority: how many people, since when, what is handed in, what came back.

use askama::Template;
use countenance_base::{Text, Timestamp};

use crate::parts::State;
use crate::{Frame, Problem};

/// How many people, and what follows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CountView {
    pub here: u64,
    pub elsewhere: u64,
    pub persons: u64,
    /// None where no rule of that day sets one.
    pub threshold: Option<u64>,
    /// The step that was reached.
    pub warning: Option<u64>,
    pub reached_on: Option<String>,
    pub due_on: Option<String>,
    pub due_complete: bool,
    pub overdue: bool,
    /// The authority's number and its day.
    pub filed: Option<(String, String)>,
    pub article: Option<Text>,
}

impl CountView {
    pub const fn state(&self) -> State {
        match (&self.filed, self.overdue, &self.reached_on) {
            (Some(_), _, _) => State::Permitted,
            (None, true, _) => State::Refused,
            (None, false, Some(_)) => State::Waiting,
            (None, false, None) => State::Off,
        }
    }

    pub const fn word(&self) -> &'static str {
        match self.state() {
            State::Permitted | State::Sealed => "filing-filed",
            State::Refused => "filing-overdue",
            State::Waiting => "filing-owed",
            State::Off => "filing-not-owed",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherSite {
    pub number: u64,
    pub name: String,
    pub persons: u64,
    pub counted_on: String,
    pub said_by: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilingLine {
    pub number: u64,
    /// `first`, `change`, `cancel`.
    pub kind: String,
    pub made: Timestamp,
    pub snapshot: String,
    /// The authority's number and its day.
    pub acknowledged: Option<(String, String)>,
}

#[derive(Debug, Template)]
#[template(path = "desk/filing.html")]
pub struct FilingPage {
    pub frame: Frame,
    pub count: CountView,
    pub sites: Vec<OtherSite>,
    pub filings: Vec<FilingLine>,
    /// Kinds that fit now.
    pub kinds: Vec<String>,
    pub problem: Option<Problem>,
}

/// A pack, by heads: what of it is text, by label.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PackView {
    pub kind: String,
    pub made: String,
    pub snapshot: String,
    pub site: Text,
    pub operator: Text,
    pub contact: Text,
    pub complaints: Text,
    pub officer: Option<Text>,
    pub here: u64,
    pub elsewhere: u64,
    pub reached_on: Option<String>,
    pub due_on: Option<String>,
    pub due_complete: bool,
    /// Name, people, day.
    pub sites: Vec<(String, u64, String)>,
    /// The last days: day, here, elsewhere.
    pub series: Vec<(String, u64, u64)>,
    /// Door, purpose, necessity, mode, other ways, hash of the assessment.
    pub uses: Vec<UseView>,
    /// Door's number and name, gate's number, hash of the models.
    pub gates: Vec<(u64, Text, u64, Option<String>)>,
    pub storage: Vec<String>,
    pub controls: Vec<String>,
    pub retention: Vec<(String, u64)>,
    /// Name, purpose, kinds, contract.
    pub suppliers: Vec<(Text, Text, Text, String)>,
}

/// One use of faces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UseView {
    pub door: Text,
    pub purpose: Text,
    pub necessity: Text,
    pub other_ways: Text,
    pub mode: String,
    pub template_days: u64,
    pub passage_days: u64,
    pub assessment: Option<String>,
}

/// The pack to read and to print.
#[derive(Debug, Template)]
#[template(path = "desk/filing_pack.html")]
pub struct FilingPack {
    pub frame: Frame,
    pub pack: PackView,
    /// The same as JSON.
    pub json: String,
    pub acknowledged: Option<(String, String)>,
    /// What else is handed in, and never lies in this system.
    pub also: Vec<String>,
}
