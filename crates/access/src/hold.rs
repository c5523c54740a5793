//! Holds: what is kept against the clock for a dispute. Named, dated, counted; the only thing that stops forgetting and erasing.

use std::time::Duration;

use countenance_base::{HoldId, OperatorId, PersonId, Timestamp};
use countenance_gate_core::journal::RecordKind;
use countenance_persons::Ctx;
use countenance_storage::StoreError;
use countenance_trace::{Event, Trace};

use crate::store;

/// A hold without an end would be retention without a limit; who needs longer begins another one.
const DAYS_MAX: u32 = 366;

/// A hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    pub id: HoldId,
    pub name: String,
    pub reason: String,
    /// Of whom; of everybody when there is none.
    pub person: Option<PersonId>,
    /// Passages and capture windows between these instants stay.
    pub covers: (Timestamp, Timestamp),
    pub begun_at: Timestamp,
    pub begun_by: OperatorId,
    pub ends_at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

impl Hold {
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.ended_at.is_none() && now < self.ends_at
    }
}

/// Input of [`begin_hold`].
#[derive(Debug, Clone)]
pub struct BeginHold {
    pub operator: OperatorId,
    pub name: String,
    pub reason: String,
    pub person: Option<PersonId>,
    pub covers: (Timestamp, Timestamp),
    pub days: u32,
}

/// Why no hold was begun or ended.
#[derive(Debug, thiserror::Error)]
pub enum HoldError {
    #[error("a hold has a name and a reason")]
    Words,
    #[error("a hold covers a span of time and ends within {DAYS_MAX} days")]
    Span,
    #[error("there is no such hold, or it has ended")]
    Unknown,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl HoldError {
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Words => "hold.words",
            Self::Span => "hold.span",
            Self::Unknown => "hold.unknown",
            Self::Store(_) => "store.failed",
        }
    }
}

/// Begins a hold; the person whom it is about finds that in their own timeline.
pub async fn begin_hold(tx: &mut Trace, ctx: &mut Ctx<'_>, input: BeginHold) -> Result<HoldId, HoldError> {
    let (name, reason) = (input.name.trim().to_owned(), input.reason.trim().to_owned());
    if name.is_empty() || reason.is_empty() || name.chars().count() > 80 || reason.chars().count() > 500 {
        return Err(HoldError::Words);
    }
    if input.covers.0 >= input.covers.1 || !(1..=DAYS_MAX).contains(&input.days) {
        return Err(HoldError::Span);
    }
    let hold = Hold {
        id: HoldId::new(ctx.now, ctx.rng),
        name,
        reason,
        person: input.person,
        covers: input.covers,
        begun_at: ctx.now,
        begun_by: input.operator,
        ends_at: ctx.now.plus(Duration::from_hours(u64::from(input.days) * 24)),
        ended_at: None,
    };
    store::hold::insert(tx, &hold).await?;
    tx.leave(about(&hold, "hold.begun"));
    Ok(hold.id)
}

/// Ends a hold before its time; what it kept goes with the next run of *forget*.
pub async fn end_hold(tx: &mut Trace, ctx: &Ctx<'_>, id: HoldId) -> Result<(), HoldError> {
    let hold = store::hold::lookup(tx, id).await?.filter(|hold| hold.is_live(ctx.now));
    let hold = hold.ok_or(HoldError::Unknown)?;
    store::hold::end(tx, id, ctx.now).await?;
    tx.leave(about(&hold, "hold.ended"));
    Ok(())
}

/// Every hold that ever was, the newest first.
pub async fn list_holds(tx: &mut Trace) -> Result<Vec<Hold>, StoreError> {
    store::hold::list(tx).await
}

/// Whether something of this person is held now: then nothing of them is erased.
pub async fn is_held(tx: &mut Trace, person: PersonId, now: Timestamp) -> Result<bool, StoreError> {
    Ok(store::hold::list(tx)
        .await?
        .iter()
        .any(|hold| hold.is_live(now) && hold.person == Some(person)))
}

fn about(hold: &Hold, reason: &str) -> Event {
    match hold.person {
        Some(person) => Event::about(person, RecordKind::Changed, reason),
        None => Event::site(RecordKind::Changed, reason),
    }
}
