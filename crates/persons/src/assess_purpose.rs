//! An impact assessment is approved: four heads, an author, and an operator who is not the author.

use std::collections::BTreeMap;
use std::time::Duration;

use countenance_base::PurposeId;
use countenance_rules::AssessmentHead;
use countenance_trace::Trace;

use crate::purpose::{Assessment, PurposeError, PurposeState, changed};
use crate::{Ctx, Operator, store};

/// Input of [`assess_purpose`].
#[derive(Debug, Clone)]
pub struct AssessPurpose {
    pub purpose: PurposeId,
    /// Who approves.
    pub operator: Operator,
    /// Who wrote it: a role or an office.
    pub author: String,
    pub heads: BTreeMap<AssessmentHead, String>,
}

/// Attaches the assessment to a purpose that is not active yet; whether it is enough is asked at activation.
pub async fn assess_purpose(tx: &mut Trace, ctx: &mut Ctx<'_>, input: AssessPurpose) -> Result<(), PurposeError> {
    let purpose = store::purpose::lookup(tx, input.purpose).await?.ok_or(PurposeError::Unknown)?;
    match purpose.state() {
        PurposeState::Declared | PurposeState::Assessed => {}
        PurposeState::Active | PurposeState::Ended => return Err(PurposeError::State),
    }
    let author = input.author.trim().to_owned();
    let keep = Duration::from_secs(u64::from(ctx.rulebook.parameters().assessment_keep_days) * 86_400);
    let assessment = Assessment {
        heads: input.heads,
        by_another: !author.is_empty() && author != input.operator.display_name,
        author,
        approved_at: ctx.now,
        approved_by: input.operator.id,
        kept_until: ctx.now.plus(keep),
    };
    store::purpose::assess(tx, purpose.id, &assessment).await?;
    tx.leave(changed(purpose.id, "purpose.assessed"));
    Ok(())
}
