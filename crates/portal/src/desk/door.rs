//! Doors: their ways, the purpose of a face lane, their gate.

use askama::Template;
use countenance_base::{Text, Timestamp};

use crate::parts::State;
use crate::{Frame, Opinion, Problem, Refusal};

/// A choice at a door: the words of the lanes asked together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    pub lanes: Vec<String>,
    pub offered: bool,
}

impl Way {
    /// `card+pin`: the value of its box in the form.
    pub fn value(&self) -> String {
        self.lanes.join("+")
    }

    pub fn name(&self, frame: &Frame) -> String {
        self.lanes
            .iter()
            .map(|lane| frame.code("lane", lane))
            .collect::<Vec<_>>()
            .join(" + ")
    }
}

/// The gate of a door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateView {
    pub number: u64,
    pub demo: bool,
    pub claimed: bool,
    pub last_contact: Option<Timestamp>,
    pub alarms: Vec<String>,
    /// SHA-256 of model pack and program as the gate says, hexadecimal.
    pub pack: Option<String>,
    pub program: Option<String>,
    /// Its journal does not extend what the server knows: face lane closed until claimed anew.
    pub forked: bool,
}

impl GateView {
    pub const fn is_well(&self) -> bool {
        self.claimed && !self.forked && self.alarms.is_empty()
    }

    pub const fn state(&self) -> State {
        match (self.claimed, self.forked) {
            (_, true) => State::Refused,
            (false, _) => State::Waiting,
            _ if self.alarms.is_empty() => State::Permitted,
            _ => State::Waiting,
        }
    }

    /// Key of the word.
    pub const fn word(&self) -> &'static str {
        match (self.claimed, self.forked) {
            (_, true) => "gate-forked",
            (false, _) => "gate-unclaimed",
            _ if self.alarms.is_empty() => "gate-well",
            _ => "gate-alarm",
        }
    }
}

/// One line of the list of doors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoorLine {
    pub href: String,
    pub name: Text,
    pub ways: Vec<Way>,
    pub gates: Vec<GateView>,
    pub purpose: Option<PurposeState>,
}

/// All doors of the site.
#[derive(Debug, Template)]
#[template(path = "desk/doors.html")]
pub struct Doors {
    pub frame: Frame,
    pub doors: Vec<DoorLine>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PurposeState {
    Declared,
    /// Written, and waits for another operator.
    Assessed,
    Approved,
    Active,
    Ended,
}

impl PurposeState {
    pub const fn state(self) -> State {
        match self {
            Self::Declared | Self::Assessed | Self::Approved => State::Waiting,
            Self::Active => State::Permitted,
            Self::Ended => State::Off,
        }
    }

    /// Key of the word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Declared => "purpose-declared",
            Self::Assessed => "purpose-assessed",
            Self::Approved => "purpose-approved",
            Self::Active => "purpose-active",
            Self::Ended => "purpose-ended",
        }
    }
}

/// Why a face may be used at this door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PurposeView {
    /// Base address of its acts: `…/assessment`, `…/activate`, `…/end`.
    pub href: String,
    pub state: PurposeState,
    pub text: Text,
    pub necessity: Text,
    /// Other means that were weighed.
    pub alternatives: Vec<String>,
    /// How long a template is kept at most, days.
    pub template_days: u64,
    /// How long a passage is kept, days.
    pub passage_days: u64,
    /// The role that answers for it.
    pub owner: String,
    /// `1:1`, `1:few`, `1:N`.
    pub mode: String,
    /// For an open search: why nobody can say first who they are.
    pub open_search_necessity: Option<String>,
    /// When the assessment that counts was approved.
    pub approved: Option<Timestamp>,
    /// That assessment no longer describes what is done: the face lane waits for a new one.
    pub stale: bool,
    /// For an event: when it ends by itself.
    pub event_ends: Option<Timestamp>,
}

/// Key of the words for `1:1`, `1:few`, `1:N`.
pub(crate) fn mode_key(mode: &str) -> &'static str {
    match mode {
        "1:1" => "mode-one",
        "1:N" => "mode-many",
        _ => "mode-few",
    }
}

impl PurposeView {
    pub fn mode_key(&self) -> &'static str {
        mode_key(&self.mode)
    }

    /// Where this purpose is stopped.
    pub fn stop_href(&self) -> String {
        format!("/desk/stop/purpose/{}", self.href.rsplit('/').next().unwrap_or_default())
    }
}

/// What the purpose form holds when it comes back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PurposeDraft {
    pub zh: String,
    pub en: String,
    pub necessity_zh: String,
    pub necessity_en: String,
    /// One in each line.
    pub alternatives: String,
    pub template_days: String,
    pub passage_days: String,
    pub owner: String,
    pub mode: String,
    /// For an open search: why nobody can say first who they are, and that it stands apart.
    pub open_search_necessity: String,
    pub open_search_apart: bool,
    /// Local time, `2026-11-23T22:30`; empty for what is no event.
    pub event_ends: String,
}

/// One door.
#[derive(Template)]
#[template(path = "desk/door.html")]
pub struct DoorPage {
    pub frame: Frame,
    /// Base address of the door's forms.
    pub href: String,
    pub name: Text,
    /// Every way that the form offers; `offered` ones are ticked because they are in force.
    pub ways: Vec<Way>,
    /// The gate also asks the person to turn their head.
    pub challenge: bool,
    /// Words of the kind of place, and of what the camera looks at.
    pub place: &'static str,
    pub area: &'static str,
    pub gates: Vec<GateView>,
    /// What stands behind an open search here.
    pub opinion: Option<Opinion>,
    pub purpose: Option<PurposeView>,
    pub draft: PurposeDraft,
    /// Shown once, right after it was made.
    pub gate_code: Option<String>,
    /// Why the rulebook refused the last act.
    pub refusals: Vec<Refusal>,
    pub problem: Option<Problem>,
    /// The last act was done.
    pub saved: bool,
}

impl std::fmt::Debug for DoorPage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The claim code is a secret until a gate uses it.
        f.debug_struct("DoorPage").field("href", &self.href).finish_non_exhaustive()
    }
}

impl DoorPage {
    /// A new purpose may be declared where none is open.
    pub fn may_declare(&self) -> bool {
        self.purpose.as_ref().is_none_or(|purpose| purpose.state == PurposeState::Ended)
    }
}
