//! Another operator than its writer approves an assessment. From then on it does not change.

use std::time::Duration;

use countenance_base::{OperatorId, PurposeId, Timestamp};
use countenance_gate_core::journal::RecordKind;
use countenance_storage::StoreError;
use countenance_trace::{Event, Trace};

use crate::assessment::Approval;
use crate::purpose::{PurposeError, changed};
use crate::{Ctx, raise_epoch, store};

/// Approves version `version`, which must be the newest and written about the method that is in use now.
pub async fn approve_assessment(
    tx: &mut Trace,
    ctx: &Ctx<'_>,
    purpose: PurposeId,
    version: u32,
    operator: OperatorId,
    method: [u8; 32],
) -> Result<(), PurposeError> {
    let purpose = store::purpose::lookup(tx, purpose).await?.ok_or(PurposeError::Unknown)?;
    let written = purpose
        .written
        .filter(|written| written.version == version && purpose.ended_at.is_none());
    let written = written.ok_or(PurposeError::State)?;
    if written.written_by == operator {
        return Err(PurposeError::SamePerson);
    }
    if written.missing_heads().next().is_some() {
        return Err(PurposeError::HeadMissing);
    }
    if written.is_stale(&method) {
        return Err(PurposeError::Stale);
    }
    let keep = Duration::from_secs(u64::from(ctx.rulebook.parameters().assessment_keep_days) * 86_400);
    let approval = Approval {
        by: operator,
        at: ctx.now,
        kept_until: ctx.now.plus(keep),
    };
    store::assessment::approve(tx, purpose.id, version, &approval).await?;
    tx.leave(changed(purpose.id, "assessment.approved"));
    // Gates whose face lane rested until now get their grants back.
    raise_epoch(tx).await?;
    Ok(())
}

/// After a major incident: every approved assessment has to be made again; enrolment waits for it. How many there were.
pub async fn outdate_assessments(tx: &mut Trace, now: Timestamp) -> Result<u64, StoreError> {
    let count = store::assessment::outdate(tx, now).await?;
    if count > 0 {
        tx.leave(Event::site(RecordKind::Changed, "assessment.outdated"));
        raise_epoch(tx).await?;
    }
    Ok(count)
}
