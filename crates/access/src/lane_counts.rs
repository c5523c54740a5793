//! How often each way in opened or refused, and how long people stood before a camera: numbers, nobody in them.

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

/// Waits before an open camera, summed up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaneWait {
    pub door: DoorId,
    pub lanes: Vec<Lane>,
    pub count: u64,
    /// Microseconds of all of them, from the camera's opening to the decision.
    pub waited_us: u64,
}

/// Passages between two instants, by door, lanes, result and reason.
pub async fn lane_counts(tx: &mut Trace, from: Timestamp, to: Timestamp) -> Result<Vec<LaneCount>, StoreError> {
    store::lane_counts::count(tx, from, to).await
}

/// Of attempts for which a camera opened: nothing tells when somebody began who showed a card.
pub async fn lane_waits(tx: &mut Trace, from: Timestamp, to: Timestamp) -> Result<Vec<LaneWait>, StoreError> {
    store::lane_counts::waits(tx, from, to).await
}
