//! The handler's other sites: how many people they have, on which day, who says so.

use countenance_gate_core::journal::RecordKind;
use countenance_persons::Ctx;
use countenance_rules::Day;
use countenance_storage::StoreError;
use countenance_trace::{Event, Trace};

use crate::due::day_of;
use crate::error::{OversightError, words};
use crate::{settle, store};

/// Another site of the same handler.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandlerSite {
    pub number: u32,
    pub name: String,
    pub persons: u32,
    pub counted_on: Day,
    /// A role or an office.
    pub said_by: String,
}

/// Writes down what somebody says about another site; a name that is known is written anew.
pub async fn put_handler_site(
    tx: &mut Trace,
    ctx: &Ctx<'_>,
    name: &str,
    persons: u32,
    counted_on: Day,
    said_by: &str,
) -> Result<(), OversightError> {
    let (name, said_by) = (words(name, 80)?, words(said_by, 80)?);
    let today = day_of(ctx.now, &ctx.site.time_zone).ok_or(OversightError::Day)?;
    if counted_on > today {
        return Err(OversightError::Day);
    }
    store::site::put(tx, &name, persons, counted_on, &said_by, ctx.now).await?;
    tx.leave(Event::site(RecordKind::Changed, "handler_site.counted"));
    settle(tx, ctx).await?;
    Ok(())
}

/// Leaves a site out of the sum: it closed, or is another handler's now.
pub async fn end_handler_site(tx: &mut Trace, ctx: &Ctx<'_>, number: u32) -> Result<(), OversightError> {
    if store::site::end(tx, number).await? == 0 {
        return Err(OversightError::Unknown);
    }
    tx.leave(Event::site(RecordKind::Changed, "handler_site.ended"));
    settle(tx, ctx).await?;
    Ok(())
}

/// By name.
pub async fn list_handler_sites(tx: &mut Trace) -> Result<Vec<HandlerSite>, StoreError> {
    store::site::list(tx).await
}
