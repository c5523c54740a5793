//! How often each way in opened or refused, and how long people stood before a camera: numbers, nobody in them.

use std::time::Duration;

use countenance_base::{DoorId, Timestamp};
use countenance_gate_core::policy::Lane;
use countenance_storage::StoreError;
use countenance_trace::Trace;

use crate::store;

/// Attempts that went alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaneCount {
    pub door: DoorId,
    /// Asked together.
    pub lanes: Vec<Lane>,
    pub opened: bool,
    /// Why, as a stable code.
    pub reason: String,
    pub count: u64,
}

/// Attempts by one way at one door, whatever their reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaneTotal {
    pub door: DoorId,
    pub lanes: Vec<Lane>,
    pub opened: u64,
    pub refused: u64,
}

/// Waits before an open camera, summed up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaneWait {
    pub door: DoorId,
    pub lanes: Vec<Lane>,
    pub count: u64,
    /// Microseconds of all of them, from the camera's opening to the decision.
    pub waited_us: u64,
}

impl LaneWait {
    /// How long one of them waited on average.
    pub fn mean(&self) -> Duration {
        Duration::from_micros(self.waited_us / self.count.max(1))
    }
}

/// Passages between two instants, by door, lanes, result and reason.
pub async fn lane_counts(tx: &mut Trace, from: Timestamp, to: Timestamp) -> Result<Vec<LaneCount>, StoreError> {
    store::lane_counts::count(tx, from, to).await
}

/// Opened and refused of each door and way, in the order of the counts.
pub fn lane_totals(counts: &[LaneCount]) -> Vec<LaneTotal> {
    let mut totals: Vec<LaneTotal> = Vec::new();
    for count in counts {
        let (opened, refused) = if count.opened { (count.count, 0) } else { (0, count.count) };
        match totals
            .iter_mut()
            .find(|total| total.door == count.door && total.lanes == count.lanes)
        {
            Some(total) => {
                total.opened += opened;
                total.refused += refused;
            }
            None => totals.push(LaneTotal {
                door: count.door,
                lanes: count.lanes.clone(),
                opened,
                refused,
            }),
        }
    }
    totals
}

/// Of attempts for which a camera opened: nothing tells when somebody began who showed a card.
pub async fn lane_waits(tx: &mut Trace, from: Timestamp, to: Timestamp) -> Result<Vec<LaneWait>, StoreError> {
    store::lane_counts::waits(tx, from, to).await
}
