//! Another operator grants what was asked. The link is shown once.

use countenance_base::{InspectionId, OperatorId, rng, to_hex};
use countenance_gate_core::journal::RecordKind;
use countenance_persons::Ctx;
use countenance_trace::{Event, Trace};

use crate::inspection::words_of_granted;
use crate::open_inspection::LINK;
use crate::{InspectionError, InspectionState, store};

/// The code of the inspector's link, 64 hexadecimal digits, kept as a keyed hash only.
pub async fn grant_inspection(
    tx: &mut Trace,
    ctx: &mut Ctx<'_>,
    id: InspectionId,
    operator: OperatorId,
) -> Result<String, InspectionError> {
    let inspection = store::lookup(tx, id).await?.ok_or(InspectionError::Unknown)?;
    match inspection.state(ctx.now) {
        InspectionState::Asked => {}
        InspectionState::Over => return Err(InspectionError::Over),
        InspectionState::Granted | InspectionState::Ended => return Err(InspectionError::State),
    }
    if inspection.asked_by == operator {
        return Err(InspectionError::SameOperator);
    }
    let code = to_hex(&rng::bytes::<32>(ctx.rng));
    store::grant(tx, id, operator, ctx.now).await?;
    store::insert_link(tx, ctx.pepper.hash_code(LINK, &code), id).await?;
    tx.leave(Event::site(RecordKind::Changed, words_of_granted(id)));
    Ok(code)
}
