//! The people of a flat, and what the desk can do about them.

use askama::Template;

use crate::{Frame, Problem};

/// Somebody who is registered.
#[derive(Clone, PartialEq, Eq)]
pub struct PersonLine {
    pub id: String,
    pub login: String,
    pub name: String,
    /// An account was opened with the letter.
    pub claimed: bool,
    /// Something of them is held: nothing of them is erased.
    pub held: bool,
    /// Everything about them is ending.
    pub ending: bool,
}

impl std::fmt::Debug for PersonLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PersonLine({})", self.id)
    }
}

/// One flat at a time: a register is not for leafing through.
#[derive(Debug, Template)]
#[template(path = "desk/people.html")]
pub struct People {
    pub frame: Frame,
    /// As asked for; empty before anything was.
    pub unit: String,
    pub people: Vec<PersonLine>,
    pub problem: Option<Problem>,
}

/// The question before a person is erased.
#[derive(Template)]
#[template(path = "desk/erase.html")]
pub struct Erase {
    pub frame: Frame,
    pub person: PersonLine,
    /// Years that the sealed evidence stays, in days.
    pub evidence_days: u64,
}

impl std::fmt::Debug for Erase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Erase({:?})", self.person)
    }
}
