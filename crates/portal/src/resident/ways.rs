//! Ways in: four cards of one size.

use askama::Template;
use countenance_base::{Text, Timestamp};

use crate::parts::State;
use crate::{Frame, Problem};

/// A way in as residents see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    Qr,
    Card,
    Pin,
    Face,
}

impl Lane {
    /// Order for someone who has not used any yet.
    pub const FIRST_ORDER: [Self; 4] = [Self::Qr, Self::Card, Self::Pin, Self::Face];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Qr => "qr",
            Self::Card => "card",
            Self::Pin => "pin",
            Self::Face => "face",
        }
    }
}

/// One lane, on or off for this person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaneCard {
    pub lane: Lane,
    pub on: bool,
    /// The doors at which a face could be used; empty for other lanes.
    pub doors: Vec<FaceDoor>,
}

impl LaneCard {
    pub const fn state(&self) -> State {
        if self.on { State::Permitted } else { State::Off }
    }
}

/// A door at which a face lane exists, and how this person stands to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaceDoor {
    pub name: Text,
    pub state: FaceDoorState,
    /// Where deciding, or the consent already given, is.
    pub href: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaceDoorState {
    /// Never asked, refused, or withdrawn: the same to everyone.
    Undecided,
    /// Signed; the gate has not measured yet.
    Signed,
    Enrolled(Timestamp),
}

impl FaceDoorState {
    pub const fn state(self) -> State {
        match self {
            Self::Undecided => State::Off,
            Self::Signed => State::Waiting,
            Self::Enrolled(_) => State::Permitted,
        }
    }
}

/// All ways in of one person.
#[derive(Debug, Template)]
#[template(path = "resident/ways.html")]
pub struct Ways {
    pub frame: Frame,
    pub cards: Vec<LaneCard>,
    pub problem: Option<Problem>,
}

/// How to get a card: at the desk, for nothing.
#[derive(Debug, Template)]
#[template(path = "resident/card.html")]
pub struct CardHow {
    pub frame: Frame,
}

/// Choosing a door PIN.
#[derive(Debug, Template)]
#[template(path = "resident/set_pin.html")]
pub struct SetPin {
    pub frame: Frame,
    pub problem: Option<Problem>,
}

/// The code that opens a door, signed and drawn in the browser.
#[derive(Debug, Template)]
#[template(path = "resident/door_qr.html")]
pub struct DoorQr {
    pub frame: Frame,
    /// Person id, which the code names.
    pub person: String,
    /// Fingerprint of the account's signing key: which of the browser's keys to use.
    pub fingerprint: String,
}
