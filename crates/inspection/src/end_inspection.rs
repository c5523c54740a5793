//! An operator ends an inspection before its time, or takes a question back.

use countenance_base::{InspectionId, OperatorId, Timestamp};
use countenance_gate_core::journal::RecordKind;
use countenance_persons::Ctx;
use countenance_storage::StoreError;
use countenance_trace::{Event, Trace};

use crate::{InspectionError, InspectionState, store};

/// From here on neither link nor session is good. Either operator may; the leaf says who did.
pub async fn end_inspection(tx: &mut Trace, ctx: &Ctx<'_>, id: InspectionId, operator: OperatorId) -> Result<(), InspectionError> {
    let inspection = store::lookup(tx, id).await?.ok_or(InspectionError::Unknown)?;
    match inspection.state(ctx.now) {
        InspectionState::Asked | InspectionState::Granted => {}
        InspectionState::Ended => return Err(InspectionError::State),
        InspectionState::Over => return Err(InspectionError::Over),
    }
    store::end(tx, id, operator, ctx.now).await?;
    tx.leave(Event::site(RecordKind::Changed, format!("inspection.ended {id}")));
    Ok(())
}

/// Removes sessions, links and samples of inspections that are over; how many sessions.
pub async fn forget_ended_inspections(tx: &mut Trace, now: Timestamp) -> Result<u64, StoreError> {
    store::forget_ended(tx, now).await
}
