//! Passages end with their retention: the rulebook's, or the shorter one that a door's purpose promised.

use std::time::Duration;

use countenance_base::Timestamp;
use countenance_persons::{Ctx, list_purposes};
use countenance_storage::StoreError;
use countenance_trace::Trace;

use crate::store;

/// Removes passages, capture windows and counts of waiting that are older than their retention, and says how many.
pub async fn forget_passages(tx: &mut Trace, ctx: &Ctx<'_>) -> Result<u64, StoreError> {
    let usual = ctx.rulebook.parameters().passage_retention_days;
    let mut forgotten = store::passage::forget(tx, before(ctx.now, usual), ctx.now).await?;
    let last = before(ctx.now, usual).civil_day(&ctx.site.time_zone);
    forgotten += store::lane_waits::forget(tx, &last).await?;
    for purpose in list_purposes(tx).await? {
        // An ended purpose keeps its promise for what happened under it.
        if purpose.activated_at.is_some() && purpose.facts.passage_days < usual {
            let before = before(ctx.now, purpose.facts.passage_days);
            forgotten += store::passage::forget_of_door(tx, purpose.door.id, before, ctx.now).await?;
        }
    }
    Ok(forgotten)
}

fn before(now: Timestamp, days: u32) -> Timestamp {
    now.minus(Duration::from_secs(u64::from(days) * 86_400))
}
