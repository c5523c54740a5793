//! Something was done that this system cannot see: an audit, a yearly assessment. Kept are its day, the hash of its report, and where
//! the report lies; the report itself is not taken in.

use countenance_base::from_hex;
use countenance_gate_core::journal::RecordKind;
use countenance_persons::Ctx;
use countenance_rules::Day;
use countenance_trace::{Event, Trace};

use crate::due::day_of;
use crate::error::{OversightError, words};
use crate::{DutyKind, settle, store};

/// The duties that are recorded so.
pub const RECORDED: [DutyKind; 3] = [DutyKind::LevelAssessment, DutyKind::Audit, DutyKind::MinorsAudit];

pub async fn record_duty_done(
    tx: &mut Trace,
    ctx: &Ctx<'_>,
    kind: DutyKind,
    on: Day,
    document: &str,
    place: &str,
) -> Result<(), OversightError> {
    if !RECORDED.contains(&kind) {
        return Err(OversightError::Unknown);
    }
    let document: [u8; 32] = from_hex(&document.trim().to_lowercase()).ok_or(OversightError::Document)?;
    let place = words(place, 200)?;
    let today = day_of(ctx.now, &ctx.site.time_zone).ok_or(OversightError::Day)?;
    if on > today {
        return Err(OversightError::Day);
    }
    store::done::insert(tx, kind, on, document, &place, ctx.now).await?;
    tx.leave(Event::site(RecordKind::Changed, format!("duty.done {}", kind.word())));
    settle(tx, ctx).await?;
    Ok(())
}
