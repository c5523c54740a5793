//! An operator writes down why faces would be used at a door. Nothing is matched by it yet.

use countenance_base::{OperatorId, PurposeId, Timestamp};
use countenance_rules::{PurposeFacts, Request};
use countenance_trace::Trace;

use crate::purpose::{DoorWords, Purpose, PurposeError, changed};
use crate::{Ctx, store};

/// Input of [`declare_purpose`].
#[derive(Debug, Clone)]
pub struct DeclarePurpose {
    pub operator: OperatorId,
    pub door: DoorWords,
    pub facts: PurposeFacts,
    /// For an event.
    pub event_ends: Option<Timestamp>,
}

/// Keeps the declaration, if the rulebook permits it.
pub async fn declare_purpose(tx: &mut Trace, ctx: &mut Ctx<'_>, input: DeclarePurpose) -> Result<PurposeId, PurposeError> {
    if input.event_ends.is_some_and(|ends| ends <= ctx.now) {
        return Err(PurposeError::EventOver);
    }
    let mut facts = input.facts;
    facts.alternatives = facts
        .alternatives
        .iter()
        .flat_map(|text| text.lines())
        .map(|line| line.trim().to_owned())
        .filter(|line| !line.is_empty())
        .collect();
    let ruling = ctx.rulebook.rule(&Request::DeclarePurpose(facts.clone()));
    if !ruling.permitted {
        return Err(PurposeError::Refused(Box::new(ruling)));
    }
    let purpose = Purpose {
        id: PurposeId::new(ctx.now, ctx.rng),
        door: input.door,
        facts,
        declared_at: ctx.now,
        declared_by: input.operator,
        assessment: None,
        written: None,
        activated_at: None,
        ended_at: None,
        event_ends: input.event_ends,
    };
    store::purpose::insert(tx, &purpose).await?;
    tx.leave(changed(purpose.id, "purpose.declared"));
    Ok(purpose.id)
}
