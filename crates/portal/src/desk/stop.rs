//! Emergency stops: what stands, and two confirmations before another one.

use askama::Template;
use countenance_base::{Text, Timestamp};

use crate::{Frame, Problem};

/// A stop that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StopLine {
    pub id: String,
    /// `person`, `purpose`, `site`.
    pub what: String,
    /// Login, purpose or site.
    pub name: Text,
    pub since: Timestamp,
}

/// All stops, and where to begin one.
#[derive(Debug, Template)]
#[template(path = "desk/stops.html")]
pub struct Stops {
    pub frame: Frame,
    pub stops: Vec<StopLine>,
    /// Addresses and sentences of active purposes that are not stopped.
    pub purposes: Vec<(String, Text)>,
    /// The whole site is not stopped yet.
    pub site: bool,
    pub problem: Option<Problem>,
}

/// What would be stopped.
#[derive(Debug, Template)]
#[template(path = "desk/stop.html")]
pub struct StopAsk {
    pub frame: Frame,
    /// Address of this stop.
    pub href: String,
    pub what: String,
    pub name: Text,
    /// Doors at which faces stop.
    pub doors: Vec<Text>,
    /// What has to be typed; `None` on the first of the two pages.
    pub word: Option<String>,
    pub problem: Option<Problem>,
}

impl StopAsk {
    /// Key of the sentence that asks for the word.
    fn type_key(&self) -> &'static str {
        match self.what.as_str() {
            "person" => "stop-type-person",
            "purpose" => "stop-type-purpose",
            _ => "stop-type-site",
        }
    }
}
