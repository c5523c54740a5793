//! An operator writes the next version of a purpose's assessment, or goes on with the one that nobody has approved yet.

use std::collections::BTreeMap;

use countenance_base::{OperatorId, PurposeId};
use countenance_trace::Trace;

use crate::assessment::Assessment;
use crate::purpose::{PurposeError, changed};
use crate::{Ctx, store};

/// Longer than anything that somebody reads.
const TEXT_CHARS_MAX: usize = 20_000;

/// Input of [`write_assessment`].
#[derive(Debug, Clone)]
pub struct WriteAssessment {
    pub purpose: PurposeId,
    pub operator: OperatorId,
    /// Heads and fields by their word; others are not kept.
    pub texts: BTreeMap<String, String>,
    /// The live system as the form showed it.
    pub system: String,
    /// SHA-256 of how faces are used at the door now.
    pub method: [u8; 32],
}

/// Keeps what was written; whose version it is follows from who wrote it last. Its number.
pub async fn write_assessment(tx: &mut Trace, ctx: &Ctx<'_>, input: WriteAssessment) -> Result<u32, PurposeError> {
    let purpose = store::purpose::lookup(tx, input.purpose).await?.ok_or(PurposeError::Unknown)?;
    if purpose.ended_at.is_some() {
        return Err(PurposeError::State);
    }
    let newest = purpose.written.as_ref().or(purpose.assessment.as_ref());
    let version = match newest {
        Some(newest) if newest.approval.is_none() => newest.version,
        Some(newest) => newest.version + 1,
        None => 1,
    };
    let texts = input
        .texts
        .into_iter()
        .filter(|(field, _)| is_known(field))
        .map(|(field, text)| (field, text.trim().chars().take(TEXT_CHARS_MAX).collect::<String>()))
        .filter(|(_, text)| !text.is_empty())
        .collect();
    let assessment = Assessment {
        version,
        texts,
        system: input.system,
        method: Some(input.method),
        written_by: input.operator,
        written_at: ctx.now,
        approval: None,
        outdated_at: None,
    };
    store::assessment::put(tx, purpose.id, &assessment).await?;
    tx.leave(changed(purpose.id, "assessment.written"));
    Ok(version)
}

fn is_known(word: &str) -> bool {
    use crate::assessment::AssessmentField;
    let head = countenance_rules::AssessmentHead::ALL.into_iter().any(|head| head.word() == word);
    head || AssessmentField::ALL.into_iter().any(|field| field.word() == word)
}
