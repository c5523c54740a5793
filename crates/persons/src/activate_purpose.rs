//! A purpose begins, if the rulebook permits it; a purpose ends, and every consent to it with it.

use countenance_base::{OperatorId, PurposeId};
use countenance_gate_core::journal::RecordKind;
use countenance_rules::{PurposeToActivate, Request};
use countenance_trace::Trace;

use crate::consent::EndedBy;
use crate::notice::render_notice;
use crate::purpose::{PurposeError, PurposeState, changed};
use crate::sign_consent::about;
use crate::{Ctx, raise_epoch, site_facts, store};

/// Lets gates offer the face lane at this purpose's door from the next snapshot on. `method`: how faces are used there now.
pub async fn activate_purpose(
    tx: &mut Trace,
    ctx: &mut Ctx<'_>,
    purpose: PurposeId,
    operator: OperatorId,
    method: &[u8; 32],
) -> Result<(), PurposeError> {
    let purpose = store::purpose::lookup(tx, purpose).await?.ok_or(PurposeError::Unknown)?;
    match purpose.state() {
        PurposeState::Declared | PurposeState::Assessed | PurposeState::Approved => {}
        PurposeState::Active | PurposeState::Ended => return Err(PurposeError::State),
    }
    let notice = render_notice(ctx, &purpose).map_err(PurposeError::Notice)?;
    let ruling = ctx.rulebook.rule(&Request::ActivatePurpose(PurposeToActivate {
        now: ctx.now,
        purpose: purpose.facts.clone(),
        assessment: purpose.assessment_facts(method),
        notice: notice.facts(),
        site: site_facts(tx, ctx).await?,
    }));
    if !ruling.permitted {
        return Err(PurposeError::Refused(Box::new(ruling)));
    }
    if store::purpose::lookup_active(tx, purpose.door.id).await?.is_some() {
        return Err(PurposeError::DoorTaken);
    }
    store::purpose::activate(tx, purpose.id, operator, ctx.now).await?;
    tx.leave(changed(purpose.id, "purpose.activated"));
    raise_epoch(tx).await?;
    Ok(())
}

/// Ends the purpose and every consent that rests on it; gates erase the templates with the next snapshot.
pub async fn end_purpose(tx: &mut Trace, ctx: &mut Ctx<'_>, purpose: PurposeId) -> Result<(), PurposeError> {
    let purpose = store::purpose::lookup(tx, purpose).await?.ok_or(PurposeError::Unknown)?;
    if store::purpose::end(tx, purpose.id, ctx.now).await? == 0 {
        return Err(PurposeError::State);
    }
    for consent in store::consent::list_live_of_purpose(tx, purpose.id).await? {
        store::consent::end(tx, consent, EndedBy::Purpose, ctx.now).await?;
        if let Some(consent) = store::consent::lookup(tx, consent).await? {
            tx.leave(about(&consent, RecordKind::Withdrawn, "purpose.ended"));
        }
    }
    tx.leave(changed(purpose.id, "purpose.ended"));
    raise_epoch(tx).await?;
    Ok(())
}
