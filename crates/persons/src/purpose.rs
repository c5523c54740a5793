//! Why faces may be used at a door: declared, assessed, approved, active, ended.

use countenance_base::{DoorId, OperatorId, PurposeId, Text, Timestamp};
use countenance_gate_core::journal::RecordKind;
use countenance_rules::{AssessmentFacts, PurposeFacts, Ruling};
use countenance_storage::StoreError;
use countenance_trace::{Event, Trace};

use crate::assessment::Assessment;
use crate::store;

/// A door as the declaration, the notice and the consent name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoorWords {
    pub id: DoorId,
    pub name: Text,
    /// Its ways without a face, in words.
    pub other_ways: Text,
}

/// A purpose with everything that was written about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purpose {
    pub id: PurposeId,
    pub door: DoorWords,
    pub facts: PurposeFacts,
    pub declared_at: Timestamp,
    pub declared_by: OperatorId,
    /// The newest approved assessment.
    pub assessment: Option<Assessment>,
    /// A newer one that nobody has approved yet.
    pub written: Option<Assessment>,
    pub activated_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    /// For an event: when it ends by itself, and everything under it with it.
    pub event_ends: Option<Timestamp>,
}

/// Where a purpose stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PurposeState {
    Declared,
    /// An assessment is written and waits for another operator's approval.
    Assessed,
    Approved,
    Active,
    Ended,
}

impl PurposeState {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Declared => "declared",
            Self::Assessed => "assessed",
            Self::Approved => "approved",
            Self::Active => "active",
            Self::Ended => "ended",
        }
    }
}

impl Purpose {
    pub const fn state(&self) -> PurposeState {
        match self {
            Self { ended_at: Some(_), .. } => PurposeState::Ended,
            Self { activated_at: Some(_), .. } => PurposeState::Active,
            Self { assessment: Some(_), .. } => PurposeState::Approved,
            Self { written: Some(_), .. } => PurposeState::Assessed,
            Self { .. } => PurposeState::Declared,
        }
    }

    /// The newest approved assessment as facts, where faces are used by this method now.
    pub(crate) fn assessment_facts(&self, method: &[u8; 32]) -> Option<AssessmentFacts> {
        self.assessment.as_ref()?.facts(method)
    }

    /// Whether what was approved no longer describes what is done: the face lane waits for a new assessment.
    pub fn is_stale(&self, method: &[u8; 32]) -> bool {
        self.assessment.as_ref().is_some_and(|assessment| assessment.is_stale(method))
    }
}

/// Why a step of a purpose was not taken.
#[derive(Debug, thiserror::Error)]
pub enum PurposeError {
    #[error("the rulebook refuses")]
    Refused(Box<Ruling>),
    #[error("no such purpose")]
    Unknown,
    #[error("purpose is not in the state that this step needs")]
    State,
    #[error("another purpose is active at this door")]
    DoorTaken,
    #[error("an event ends in the time to come")]
    EventOver,
    #[error("an assessment is approved by another operator than its writer")]
    SamePerson,
    #[error("a head of the assessment is empty")]
    HeadMissing,
    #[error("the assessment was written about another way of using faces than the present one")]
    Stale,
    #[error("notice cannot be rendered")]
    Notice(#[source] countenance_rules::NoticeRefused),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl PurposeError {
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Refused(_) => "rulebook.refused",
            Self::Unknown => "purpose.unknown",
            Self::State => "purpose.state",
            Self::DoorTaken => "purpose.door_taken",
            Self::EventOver => "purpose.event_over",
            Self::SamePerson => "assessment.same_person",
            Self::HeadMissing => "assessment.heads",
            Self::Stale => "assessment.stale",
            Self::Notice(_) => "notice.broken",
            Self::Store(_) => "store.failed",
        }
    }

    /// The rulebook's reasons, when it was the rulebook.
    pub const fn ruling(&self) -> Option<&Ruling> {
        match self {
            Self::Refused(ruling) => Some(ruling),
            Self::Unknown
            | Self::State
            | Self::DoorTaken
            | Self::EventOver
            | Self::SamePerson
            | Self::HeadMissing
            | Self::Stale
            | Self::Notice(_)
            | Self::Store(_) => None,
        }
    }
}

pub async fn lookup_purpose(tx: &mut Trace, id: PurposeId) -> Result<Option<Purpose>, StoreError> {
    store::purpose::lookup(tx, id).await
}

/// The active purpose at `door`; there is at most one.
pub async fn lookup_active_purpose(tx: &mut Trace, door: DoorId) -> Result<Option<Purpose>, StoreError> {
    store::purpose::lookup_active(tx, door).await
}

/// All purposes, the newest first.
pub async fn list_purposes(tx: &mut Trace) -> Result<Vec<Purpose>, StoreError> {
    store::purpose::list(tx).await
}

/// Active purposes of events that are over.
pub async fn list_events_over(tx: &mut Trace, now: Timestamp) -> Result<Vec<PurposeId>, StoreError> {
    store::purpose::list_events_over(tx, now).await
}

/// A change of policy that names a purpose.
pub(crate) fn changed(purpose: PurposeId, reason: &str) -> Event {
    Event {
        purpose: Some(purpose),
        ..Event::site(RecordKind::Changed, reason)
    }
}
