//! How the ways through a door are used, for an assessment and an inspector: counts and a waiting time, nobody's name.

use std::time::Duration;

use countenance_base::{DoorId, Timestamp};
use countenance_gate_core::policy::Lane;
use countenance_storage::StoreError;
use countenance_trace::Trace;

use crate::store;

/// Attempts by one way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaneUse {
    /// Asked together.
    pub lanes: Vec<Lane>,
    pub opened: u64,
    pub refused: u64,
}

/// Attempts at a door since `since`, by the way that was tried.
pub async fn lane_use(tx: &mut Trace, door: DoorId, since: Timestamp) -> Result<Vec<LaneUse>, StoreError> {
    store::passage::count_by_lanes(tx, door, since).await
}

/// Half of the people stood before the open camera no longer than this; none when nobody did. The other ways have no such measure:
/// they are over with the press or the code.
pub async fn face_wait(tx: &mut Trace, door: DoorId, since: Timestamp) -> Result<Option<Duration>, StoreError> {
    store::passage::median_window(tx, door, since).await
}
