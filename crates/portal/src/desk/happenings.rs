//! What happened: passages, capture windows, alarms.

use askama::Template;
use countenance_base::{Text, Timestamp};

use crate::Frame;
use crate::parts::{Day, Pager};

/// When a camera was open and what it met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowRow {
    pub gate: u64,
    pub door: Text,
    pub opened: Timestamp,
    pub closed: Timestamp,
    pub frames: u64,
    pub faces_max: u64,
    pub embedded: u64,
}

impl WindowRow {
    /// How long the camera was open, whole seconds, at least one.
    pub fn seconds(&self) -> u64 {
        self.closed.since(self.opened).as_secs().max(1)
    }
}

/// Something wrong at a gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlarmRow {
    pub gate: u64,
    pub door: Text,
    pub code: String,
}

/// Passages day by day, newest first, with the windows and alarms beside them.
#[derive(Debug, Template)]
#[template(path = "desk/happenings.html")]
pub struct Happenings {
    pub frame: Frame,
    pub alarms: Vec<AlarmRow>,
    pub days: Vec<Day>,
    pub windows: Vec<WindowRow>,
    pub pager: Pager,
    pub retention_days: u64,
}
