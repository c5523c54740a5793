//! The register of incidents.

use askama::Template;
use countenance_base::Timestamp;

use crate::parts::State;
use crate::{Frame, Problem};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncidentLine {
    pub number: u64,
    /// `leak`, `outage`, `flaw`.
    pub kind: String,
    pub words: String,
    pub known: Timestamp,
    pub persons: Option<u64>,
    /// `0` to `3`.
    pub grade: Option<String>,
    pub reported: Option<Timestamp>,
    pub acknowledgement: Option<String>,
    pub told: Option<Timestamp>,
    pub closed: Option<Timestamp>,
    pub closing: String,
}

impl IncidentLine {
    pub const fn state(&self) -> State {
        if self.closed.is_some() { State::Off } else { State::Waiting }
    }

    pub const fn word(&self) -> &'static str {
        if self.closed.is_some() {
            "incident-closed"
        } else {
            "incident-open"
        }
    }
}

#[derive(Debug, Template)]
#[template(path = "desk/incidents.html")]
pub struct Incidents {
    pub frame: Frame,
    pub incidents: Vec<IncidentLine>,
    pub problem: Option<Problem>,
}
