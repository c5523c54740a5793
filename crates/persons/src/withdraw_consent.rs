//! Withdrawing: in the portal, at a gate, by time. Matching stops with it; the signed consent stays as evidence.

use countenance_base::{ConsentId, PersonId, Timestamp};
use countenance_gate_core::journal::RecordKind;
use countenance_storage::StoreError;
use countenance_trace::Trace;

use crate::consent::EndedBy;
use crate::sign_consent::{ConsentError, about, lookup_own};
use crate::{Ctx, raise_epoch, store};

/// Ends the person's consent and every unused code under it; gates erase with the next snapshot. Also the undo after an enrolment.
/// Withdrawing what has ended changes nothing.
pub async fn withdraw_consent(tx: &mut Trace, ctx: &Ctx<'_>, person: PersonId, consent: ConsentId) -> Result<(), ConsentError> {
    let consent = lookup_own(tx, person, consent).await?;
    if store::consent::end(tx, consent.id, EndedBy::Portal, ctx.now).await? > 0 {
        tx.leave(about(&consent, RecordKind::Withdrawn, "withdrawn.portal"));
        raise_epoch(tx).await?;
    }
    Ok(())
}

/// Ends every consent whose time is over, and says how many.
pub async fn expire_consents(tx: &mut Trace, now: Timestamp) -> Result<u64, StoreError> {
    let mut ended = 0;
    for id in store::consent::list_overdue(tx, now).await? {
        ended += store::consent::end(tx, id, EndedBy::Expired, now).await?;
        if let Some(consent) = store::consent::lookup(tx, id).await? {
            tx.leave(about(&consent, RecordKind::Withdrawn, "consent.expired"));
        }
    }
    if ended > 0 {
        raise_epoch(tx).await?;
    }
    Ok(ended)
}
