//! A destruction is ordered: everything in its scope stops at once, gates are told, and the ledger hears of it.

use countenance_access::is_held;
use countenance_base::DestructionId;
use countenance_gate_core::journal::RecordKind;
use countenance_persons::{
    Ctx, PurposeError, PurposeState, end_purpose, list_everybody, list_purposes, lookup_person, lookup_purpose, stop_person,
};
use countenance_storage::StoreError;
use countenance_trace::{Event, Trace};

use crate::scope::{Scope, What};
use crate::store;

/// Why nothing was ordered.
#[derive(Debug, thiserror::Error)]
pub enum OrderError {
    #[error("there is nothing of that name")]
    Unknown,
    #[error("this was ordered before")]
    Ordered,
    #[error("a hold keeps it")]
    Held,
    #[error(transparent)]
    Purpose(#[from] PurposeError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl OrderError {
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "destruction.unknown",
            Self::Ordered => "destruction.ordered",
            Self::Held => "destruction.held",
            Self::Purpose(error) => error.code(),
            Self::Store(_) => "store.failed",
        }
    }
}

/// Orders the destruction. From the commit on nothing in its scope opens a door; gates erase with their next snapshot.
pub async fn order_destruction(tx: &mut Trace, ctx: &mut Ctx<'_>, scope: Scope) -> Result<DestructionId, OrderError> {
    check(tx, ctx, scope).await?;
    stop(tx, ctx, scope).await?;
    let id = DestructionId::new(ctx.now, ctx.rng);
    let promise = store::take_promise(tx, id).await?;
    store::insert(tx, id, scope, ctx.now, promise).await?;
    tx.leave(Event::site(RecordKind::DestructionPlanned, plan_words(id, scope.what())));
    Ok(id)
}

/// What the plan's leaf says.
pub(crate) fn plan_words(id: DestructionId, what: What) -> String {
    format!("plan {id} {}", what.word())
}

async fn check(tx: &mut Trace, ctx: &Ctx<'_>, scope: Scope) -> Result<(), OrderError> {
    let unfinished = store::list_unfinished(tx).await?;
    let ordered = |other: &Scope| *other == Scope::Site || *other == scope;
    if unfinished.iter().any(|(_, other)| ordered(other)) {
        return Err(OrderError::Ordered);
    }
    match scope {
        Scope::Person(person) => {
            lookup_person(tx, person).await?.ok_or(OrderError::Unknown)?;
            if is_held(tx, person, ctx.now).await? {
                return Err(OrderError::Held);
            }
        }
        Scope::Purpose(purpose) | Scope::Event(purpose) => {
            let purpose = lookup_purpose(tx, purpose).await?.ok_or(OrderError::Unknown)?;
            if !matches!(purpose.state(), PurposeState::Active | PurposeState::Ended) {
                return Err(OrderError::Unknown);
            }
        }
        Scope::Site => {
            let holds = countenance_access::list_holds(tx).await?;
            if holds.iter().any(|hold| hold.is_live(ctx.now)) {
                return Err(OrderError::Held);
            }
        }
    }
    Ok(())
}

async fn stop(tx: &mut Trace, ctx: &mut Ctx<'_>, scope: Scope) -> Result<(), OrderError> {
    match scope {
        Scope::Person(person) => stop_person(tx, ctx, person).await?,
        Scope::Purpose(id) | Scope::Event(id) => {
            let purpose = lookup_purpose(tx, id).await?;
            // A purpose may have ended before; then its consents did, too, and only the evidence is wanted.
            if purpose.is_some_and(|purpose| purpose.state() == PurposeState::Active) {
                end_purpose(tx, ctx, id).await?;
            }
        }
        Scope::Site => {
            for purpose in list_purposes(tx).await? {
                if purpose.state() == PurposeState::Active {
                    end_purpose(tx, ctx, purpose.id).await?;
                }
            }
            for person in list_everybody(tx).await? {
                stop_person(tx, ctx, person).await?;
            }
        }
    }
    Ok(())
}
