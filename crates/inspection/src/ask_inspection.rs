//! An operator asks to let an inspector in. Nothing opens before another operator grants it.

use std::time::Duration;

use countenance_base::{InspectionId, OperatorId, Timestamp};
use countenance_gate_core::journal::RecordKind;
use countenance_persons::Ctx;
use countenance_trace::{Event, Trace};

use crate::inspection::words_of_asked;
use crate::{Inspection, InspectionError, store};

/// Longest inspection in days: ours, no law's. Who needs longer is let in again.
pub const DAYS_MAX: u32 = 7;
const WORDS_MAX: usize = 120;
const REASON_MAX: usize = 500;
/// An entrance for some day far off would be forgotten by those who granted it.
const AHEAD_MAX: Duration = Duration::from_hours(30 * 24);

/// Input of [`ask_inspection`].
#[derive(Debug, Clone)]
pub struct AskInspection {
    pub operator: OperatorId,
    pub authority: String,
    pub inspector: String,
    pub reason: String,
    pub begins: Timestamp,
    pub days: u32,
}

pub async fn ask_inspection(tx: &mut Trace, ctx: &mut Ctx<'_>, input: AskInspection) -> Result<InspectionId, InspectionError> {
    let trimmed = |words: &str, most: usize| {
        let words = words.trim();
        let fits = !words.is_empty() && words.chars().count() <= most && !words.contains(char::is_control);
        fits.then(|| words.to_owned()).ok_or(InspectionError::Words)
    };
    let begins_at = input.begins.max(ctx.now);
    if !(1..=DAYS_MAX).contains(&input.days) || begins_at.since(ctx.now) > AHEAD_MAX {
        return Err(InspectionError::Span);
    }
    let inspection = Inspection {
        id: InspectionId::new(ctx.now, ctx.rng),
        authority: trimmed(&input.authority, WORDS_MAX)?,
        inspector: trimmed(&input.inspector, WORDS_MAX)?,
        reason: trimmed(&input.reason, REASON_MAX)?,
        begins_at,
        ends_at: begins_at.plus(Duration::from_hours(u64::from(input.days) * 24)),
        asked_at: ctx.now,
        asked_by: input.operator,
        granted: None,
        ended: None,
    };
    store::insert(tx, &inspection).await?;
    tx.leave(Event::site(RecordKind::Changed, words_of_asked(inspection.id)));
    Ok(inspection.id)
}
