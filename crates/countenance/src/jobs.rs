//! What the server does by itself: ends what is over, forgets what is past its retention.

use std::time::Duration;

use countenance_access::forget_passages;
use countenance_base::SystemRng;
use countenance_inspection::forget_ended_inspections;
use countenance_oversight::{forget_suppliers, settle};
use countenance_persons::{expire_consents, forget_ended_sessions, forget_enrolment_codes, shred_evidence};
use countenance_storage::StoreError;
use countenance_trace::Reader;

use crate::state::AppState;
use crate::webhook;

/// Retention is counted in days; an hour is its grain.
const PAUSE: Duration = Duration::from_hours(1);

/// Runs at start and then hourly until the server ends.
pub(crate) async fn run(state: AppState) {
    loop {
        match tidy_up(&state).await {
            Ok(done) if done.is_nothing() => {}
            Ok(done) => tracing::info!(
                consents = done.consents,
                passages = done.passages,
                sessions = done.sessions,
                codes = done.codes,
                letters = done.letters,
                suppliers = done.suppliers,
                "ended what was over"
            ),
            Err(error) => tracing::error!(
                error = &error as &dyn std::error::Error,
                "the hourly work failed and will be tried again"
            ),
        }
        if let Err(error) = webhook::tell(&state).await {
            tracing::error!(error = &error as &dyn std::error::Error, "nobody was told what is due");
        }
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            () = state.closing() => return,
        }
    }
}

/// How many of each were ended.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Done {
    consents: u64,
    passages: u64,
    sessions: u64,
    codes: u64,
    /// What stayed of erased people, past the limitation period.
    letters: u64,
    /// Those that ended so long ago that nobody need know of them.
    suppliers: u64,
}

impl Done {
    fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// Each in a transaction of its own: one that fails does not keep the others waiting.
pub(crate) async fn tidy_up(state: &AppState) -> Result<Done, StoreError> {
    let mut rng = SystemRng;
    let ctx = state.ctx(&mut rng);
    let mut done = Done::default();
    let mut tx = state.trace(Reader::Machine).await?;
    done.consents = expire_consents(&mut tx, ctx.now).await?;
    tx.commit().await?;
    let mut tx = state.trace(Reader::Machine).await?;
    done.passages = forget_passages(&mut tx, &ctx).await?;
    tx.commit().await?;
    let mut tx = state.trace(Reader::Machine).await?;
    done.sessions = forget_ended_sessions(&mut tx, ctx.now).await? + forget_ended_inspections(&mut tx, ctx.now).await?;
    done.codes = forget_enrolment_codes(&mut tx, ctx.now).await?;
    tx.commit().await?;
    let mut tx = state.trace(Reader::Machine).await?;
    done.letters = shred_evidence(&mut tx, ctx.now).await?;
    tx.commit().await?;
    let mut tx = state.trace(Reader::Machine).await?;
    done.suppliers = forget_suppliers(&mut tx, &ctx).await?;
    settle(&mut tx, &ctx).await?;
    tx.commit().await?;
    if !done.is_nothing() {
        state.db().sweep().await?;
    }
    Ok(done)
}
