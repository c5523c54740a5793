//! Emergency stops: an operator ends the use of faces at once, for one person, a purpose or the whole site, until an operator lifts it.
//!
//! INVARIANT: while a stop stands, no match grant and no enrol grant in its scope is minted or compiled. It closes no other way, ends no
//! consent and no template: withdrawing and erasing go on under it.

use countenance_base::{OperatorId, PersonId, PurposeId, StopId, Timestamp};
use countenance_gate_core::journal::RecordKind;
use countenance_persons::{Ctx, lookup_person, lookup_purpose, raise_epoch};
use countenance_storage::StoreError;
use countenance_trace::{Event, Trace};

use crate::store;

/// What a stop is about. The site's also stops every enrolment; there is no stop of QR, card and PIN, on which people depend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopScope {
    Person(PersonId),
    Purpose(PurposeId),
    Site,
}

impl StopScope {
    /// `person`, `purpose`, `site`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Person(_) => "person",
            Self::Purpose(_) => "purpose",
            Self::Site => "site",
        }
    }

    /// Whether this person's face under this purpose is stopped.
    pub fn covers(self, person: PersonId, purpose: PurposeId) -> bool {
        match self {
            Self::Person(stopped) => stopped == person,
            Self::Purpose(stopped) => stopped == purpose,
            Self::Site => true,
        }
    }
}

/// A stop that stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stop {
    pub id: StopId,
    pub scope: StopScope,
    pub begun_at: Timestamp,
}

/// Why nothing was stopped or lifted.
#[derive(Debug, thiserror::Error)]
pub enum StopError {
    #[error("there is nothing of that name to stop")]
    Unknown,
    #[error("it is stopped already")]
    Stands,
    #[error("no such stop stands")]
    Lifted,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl StopError {
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "stop.unknown",
            Self::Stands => "stop.stands",
            Self::Lifted => "stop.lifted",
            Self::Store(_) => "store.failed",
        }
    }
}

/// Stops faces in `scope`; gates hear of it with their next snapshot, which is made at once.
pub async fn begin_stop(tx: &mut Trace, ctx: &mut Ctx<'_>, operator: OperatorId, scope: StopScope) -> Result<StopId, StopError> {
    match scope {
        StopScope::Person(person) => drop(lookup_person(tx, person).await?.ok_or(StopError::Unknown)?),
        StopScope::Purpose(purpose) => drop(lookup_purpose(tx, purpose).await?.ok_or(StopError::Unknown)?),
        StopScope::Site => {}
    }
    if store::stop::list(tx).await?.iter().any(|stop| stop.scope == scope) {
        return Err(StopError::Stands);
    }
    let stop = Stop {
        id: StopId::new(ctx.now, ctx.rng),
        scope,
        begun_at: ctx.now,
    };
    store::stop::insert(tx, &stop, operator).await?;
    raise_epoch(tx).await?;
    tx.leave(about(scope, "stop.begun"));
    Ok(stop.id)
}

/// Lifts a stop: what the rulebook permits is granted again.
pub async fn lift_stop(tx: &mut Trace, ctx: &Ctx<'_>, operator: OperatorId, id: StopId) -> Result<(), StopError> {
    let stops = store::stop::list(tx).await?;
    let stop = stops.iter().find(|stop| stop.id == id).ok_or(StopError::Lifted)?;
    store::stop::end(tx, id, operator, ctx.now).await?;
    raise_epoch(tx).await?;
    tx.leave(about(stop.scope, "stop.lifted"));
    Ok(())
}

/// Stops that stand, the oldest first.
pub async fn list_stops(tx: &mut Trace) -> Result<Vec<Stop>, StoreError> {
    store::stop::list(tx).await
}

/// Since when faces are stopped for everybody under this purpose.
pub async fn purpose_stopped(tx: &mut Trace, purpose: PurposeId) -> Result<Option<Timestamp>, StoreError> {
    store::stop::first(tx, purpose, None).await
}

/// Since when this person's face is stopped under this purpose, by whichever stop came first.
pub async fn face_stopped(tx: &mut Trace, person: PersonId, purpose: PurposeId) -> Result<Option<Timestamp>, StoreError> {
    store::stop::first(tx, purpose, Some(person)).await
}

/// Removes stops of one person, whose rows would name them.
pub(crate) async fn erase_stops(tx: &mut Trace, person: PersonId) -> Result<(), StoreError> {
    store::stop::erase_of_person(tx, person).await
}

fn about(scope: StopScope, what: &str) -> Event {
    let reason = format!("{what} {}", scope.word());
    match scope {
        StopScope::Person(person) => Event::about(person, RecordKind::Changed, reason),
        StopScope::Purpose(purpose) => Event {
            purpose: Some(purpose),
            ..Event::site(RecordKind::Changed, reason)
        },
        StopScope::Site => Event::site(RecordKind::Changed, reason),
    }
}
