//! The inspector's pages: read-only, and every one of them is a section that travels in the bundle, too.

use askama::Template;
use countenance_base::{Text, Timestamp};

use crate::parts::State;
use crate::{Frame, Problem};

/// One cell of a register. What is shown is what is exported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    Nothing,
    /// Somebody's own words, a number with its unit, a name.
    Words(String),
    Both(Text),
    Number(u64),
    /// So few that it might be about one person: shown as fewer than five.
    Few,
    At(Timestamp),
    /// Lower-case hexadecimal.
    Hash(String),
    /// A stable code with words of its own, below `inspect-word`.
    Word(String),
    /// A way in; lanes that are asked together are joined by `+`.
    Lanes(Vec<String>),
    /// Every way in of a door, by its lanes.
    Ways(Vec<Vec<String>>),
    /// `1:1`, `1:few`, `1:N`.
    Mode(String),
    /// Why a door did not open.
    Why(String),
    /// What was changed.
    Change(String),
    /// Something that was checked now.
    Holds(bool),
    /// A file.
    File(String),
}

impl Cell {
    pub fn words(words: impl Into<String>) -> Self {
        Self::Words(words.into())
    }

    pub fn word(code: impl Into<String>) -> Self {
        Self::Word(code.into())
    }

    /// Lanes that are asked together, by their names.
    fn together(frame: &Frame, lanes: &[String]) -> String {
        let names: Vec<String> = lanes.iter().map(|lane| frame.code("lane", lane)).collect();
        names.join(" + ")
    }

    /// In groups of eight, which break into lines.
    fn grouped(hash: &str) -> String {
        let digits: Vec<char> = hash.chars().collect();
        let groups = digits.chunks(8).map(|group| group.iter().collect::<String>());
        groups.collect::<Vec<_>>().join(" ")
    }

    const fn held(holds: bool) -> State {
        if holds { State::Permitted } else { State::Refused }
    }

    const fn held_word(holds: bool) -> &'static str {
        if holds { "inspect-holds" } else { "inspect-holds-not" }
    }
}

impl From<Option<Self>> for Cell {
    fn from(cell: Option<Self>) -> Self {
        cell.unwrap_or(Self::Nothing)
    }
}

/// A table: its key names caption and lead, its columns' keys the heads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    pub key: &'static str,
    pub columns: &'static [&'static str],
    pub rows: Vec<Vec<Cell>>,
}

/// Pages of an inspection, in the order of the printed path.
pub const SECTIONS: [&str; 9] = [
    "registers",
    "purposes",
    "consents",
    "ledger",
    "certificates",
    "passages",
    "changes",
    "holds",
    "filings",
];

/// The inspector follows the link.
#[derive(Debug, Template)]
#[template(path = "inspection/enter.html")]
pub struct EnterInspection {
    pub frame: Frame,
    pub action: String,
    pub problem: Option<Problem>,
}

#[derive(Debug, Template)]
#[template(path = "inspection/overview.html")]
pub struct InspectionOverview {
    pub frame: Frame,
    pub authority: String,
    pub inspector: String,
    pub reason: String,
    pub from: Timestamp,
    pub until: Timestamp,
}

impl InspectionOverview {
    const fn sections() -> [&'static str; 9] {
        SECTIONS
    }
}

/// One section.
#[derive(Debug, Template)]
#[template(path = "inspection/section.html")]
pub struct InspectionSection {
    pub frame: Frame,
    /// One of [`SECTIONS`].
    pub section: &'static str,
    pub tables: Vec<Table>,
    /// The question for a sample, where the section has one.
    pub sample: Option<SampleForm>,
}

/// The promise that waits for the inspector's word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleForm {
    pub id: String,
    pub nonce_hash: String,
    pub list_hash: String,
    pub count: u64,
    pub problem: Option<Problem>,
}

impl InspectionSection {
    fn neighbour(&self, step: isize) -> Option<&'static str> {
        let here = SECTIONS.iter().position(|section| *section == self.section)?;
        SECTIONS.get(here.checked_add_signed(step)?).copied()
    }
}

/// One step of the printed path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathStep {
    /// Names its words.
    pub key: &'static str,
    /// From which minute on.
    pub minute: u32,
    /// Articles of today's rulebook, each with whether a lawyer still has to confirm it.
    pub articles: Vec<(Text, bool)>,
}

/// What to check in twenty minutes; for everybody, on paper, too.
#[derive(Debug, Template)]
#[template(path = "inspection/path.html")]
pub struct TwentyMinutes {
    pub frame: Frame,
    pub site: Text,
    pub complaints: Text,
    pub rulebook: String,
    pub steps: Vec<PathStep>,
}

/// One inspection on the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InspectionLine {
    pub id: String,
    pub authority: String,
    pub inspector: String,
    pub reason: String,
    pub from: Timestamp,
    pub until: Timestamp,
    /// `asked`, `granted`, `ended`, `over`.
    pub state: String,
    /// The operator who looks at this page asked for it.
    pub own: bool,
}

impl InspectionLine {
    fn shown(&self) -> State {
        match self.state.as_str() {
            "asked" => State::Waiting,
            "granted" => State::Permitted,
            _ => State::Off,
        }
    }

    fn may_be_granted(&self) -> bool {
        self.state == "asked" && !self.own
    }

    fn may_be_ended(&self) -> bool {
        matches!(self.state.as_str(), "asked" | "granted")
    }
}

/// The desk's page: ask, grant, end.
#[derive(Debug, Template)]
#[template(path = "desk/inspections.html")]
pub struct Inspections {
    pub frame: Frame,
    pub inspections: Vec<InspectionLine>,
    pub days_max: u32,
    /// The inspector's link, shown this once.
    pub link: Option<String>,
    pub problem: Option<Problem>,
}
