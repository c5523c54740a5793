//! What is ending, what has ended, and what is kept against the clock.

use askama::Template;
use countenance_base::Timestamp;

use crate::parts::State;
use crate::{Frame, Problem};

/// How far a destruction is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndingStage {
    Ordered,
    Destroyed,
    Certified,
}

impl EndingStage {
    pub const fn state(self) -> State {
        match self {
            Self::Ordered | Self::Destroyed => State::Waiting,
            Self::Certified => State::Sealed,
        }
    }

    pub const fn word(self) -> &'static str {
        match self {
            Self::Ordered => "ending-ordered",
            Self::Destroyed => "ending-destroyed",
            Self::Certified => "ending-certified",
        }
    }
}

/// One destruction. Whom it is about does not stand here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndingLine {
    pub href: String,
    /// `person`, `purpose`, `event`, `site`.
    pub what: String,
    pub stage: EndingStage,
    pub ordered: Timestamp,
    /// Gates that have not answered.
    pub waiting: Vec<u64>,
    pub sampled: bool,
}

/// Something kept against the clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldLine {
    pub id: String,
    pub name: String,
    pub reason: String,
    /// About one person; of everybody otherwise.
    pub personal: bool,
    pub from: Timestamp,
    pub to: Timestamp,
    pub ends: Timestamp,
    pub live: bool,
}

impl HoldLine {
    pub const fn state(&self) -> State {
        if self.live { State::Waiting } else { State::Off }
    }
}

#[derive(Debug, Template)]
#[template(path = "desk/endings.html")]
pub struct Endings {
    pub frame: Frame,
    pub endings: Vec<EndingLine>,
    pub holds: Vec<HoldLine>,
    /// Gates that could be declared lost.
    pub gates: Vec<u64>,
    pub problem: Option<Problem>,
}

/// The question before a gate is declared lost.
#[derive(Debug, Template)]
#[template(path = "desk/lost.html")]
pub struct Lost {
    pub frame: Frame,
    pub gate: u64,
    /// `stolen`, `broken`, `destroyed`, `unreachable`.
    pub causes: Vec<String>,
}
