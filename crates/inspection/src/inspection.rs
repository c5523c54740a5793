//! What an inspection is.

use countenance_base::{InspectionId, OperatorId, Timestamp};
use countenance_storage::StoreError;
use countenance_trace::Trace;

use crate::store;

/// An inspection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    pub id: InspectionId,
    pub authority: String,
    /// As the operator wrote it.
    pub inspector: String,
    /// Why, or the number of the order.
    pub reason: String,
    pub begins_at: Timestamp,
    pub ends_at: Timestamp,
    pub asked_at: Timestamp,
    pub asked_by: OperatorId,
    pub granted: Option<(Timestamp, OperatorId)>,
    pub ended: Option<(Timestamp, OperatorId)>,
}

/// Where an inspection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum InspectionState {
    Asked,
    /// Granted; its time may still be to come.
    Granted,
    /// An operator ended it before its time.
    Ended,
    /// Its time is over, granted or not.
    Over,
}

impl InspectionState {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Granted => "granted",
            Self::Ended => "ended",
            Self::Over => "over",
        }
    }
}

impl Inspection {
    pub fn state(&self, now: Timestamp) -> InspectionState {
        match self {
            Self { ended: Some(_), .. } => InspectionState::Ended,
            Self { ends_at, .. } if *ends_at <= now => InspectionState::Over,
            Self { granted: Some(_), .. } => InspectionState::Granted,
            Self { granted: None, .. } => InspectionState::Asked,
        }
    }

    /// Granted, not ended, and its time has come.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.state(now) == InspectionState::Granted && self.begins_at <= now
    }
}

/// What the leaf of the question says.
pub fn words_of_asked(id: InspectionId) -> String {
    format!("inspection.asked {id}")
}

/// What the leaf of the grant says.
pub fn words_of_granted(id: InspectionId) -> String {
    format!("inspection.granted {id}")
}

/// Every inspection, the newest first.
pub async fn list_inspections(tx: &mut Trace) -> Result<Vec<Inspection>, StoreError> {
    store::list(tx).await
}

pub async fn lookup_inspection(tx: &mut Trace, id: InspectionId) -> Result<Option<Inspection>, StoreError> {
    store::lookup(tx, id).await
}
