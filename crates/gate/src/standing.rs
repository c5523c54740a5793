//! What the gate knows of its own condition, and which lanes that leaves open.

use std::collections::BTreeSet;
use std::time::Duration;

use countenance_base::{PersonId, Timestamp};

use crate::device::DeviceName;
use crate::policy::{Lane, Policy};

/// How much room the journal has. A lane that cannot leave a trace does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum JournalRoom {
    #[default]
    Plenty,
    /// 80 % and above: the face lane is closed, the gate alarms.
    FaceClosed,
    /// The last 1 %: erasures only.
    ErasuresOnly,
    Full,
}

/// The gate's condition at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// When the server last answered. Face grants and other credentials hold for their leases after it.
    pub last_contact: Timestamp,
    /// Latest time in journal and snapshot; a clock before it was set back.
    pub time_floor: Timestamp,
    pub face_lease_s: u32,
    pub journal: JournalRoom,
    /// Codes of failed self-checks (`store.corrupt`, `pack.hash`, `head.forked`, …); any closes the face lane, none the others.
    pub faults: Vec<String>,
    /// No stated field of view, no distance, no face lane.
    pub camera_ready: bool,
    pub demo: bool,
    pub device: DeviceName,
    /// Whose templates are here. Without one there is nothing to compare with, and no reason to open a camera.
    pub enrolled: BTreeSet<PersonId>,
}

/// Why a lane is closed, as the code that kiosk and console show.
pub type Closed = &'static str;

impl Standing {
    /// Whether the face lane may open at `now`.
    pub fn face(&self, policy: &Policy, now: Timestamp) -> Result<(), Closed> {
        if policy.stopped_since().is_some() {
            return Err("face.stopped");
        }
        if policy.face.is_none() || !self.faults.is_empty() {
            return Err("face.closed");
        }
        if !self.camera_ready {
            return Err("camera.none");
        }
        if self.journal >= JournalRoom::FaceClosed {
            return Err("journal.face_closed");
        }
        if now < self.time_floor {
            return Err("face.clock_behind");
        }
        if now > self.last_contact.plus(seconds(self.face_lease_s)) {
            return Err("face.lease_over");
        }
        Ok(())
    }

    /// Whether the lanes without a face may open at `now`. A clock that was set back does not close them.
    pub fn others(&self, policy: &Policy, now: Timestamp) -> Result<(), Closed> {
        if self.journal >= JournalRoom::ErasuresOnly {
            return Err("journal.full");
        }
        if now > self.last_contact.plus(seconds(policy.other_lease_s)) {
            return Err("policy.lease_over");
        }
        Ok(())
    }

    pub fn lane(&self, lane: Lane, policy: &Policy, now: Timestamp) -> Result<(), Closed> {
        match lane {
            Lane::Face => self.face(policy, now),
            Lane::Qr | Lane::Card | Lane::Pin | Lane::Remote => self.others(policy, now),
        }
    }
}

fn seconds(seconds: u32) -> Duration {
    Duration::from_secs(u64::from(seconds))
}
