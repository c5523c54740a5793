//! After every change, and hourly: people are counted, what differs from what was filed is noticed, and what the rulebook asks about
//! the site is left where it is read.

use countenance_gate_core::journal::RecordKind;
use countenance_persons::{Ctx, Standing, count_stored, put_standing};
use countenance_rules::{Calendars, embedded_shelf};
use countenance_storage::StoreError;
use countenance_trace::{Event, Trace};

use crate::due::{day_of, due, end_of};
use crate::duty::{Deadline, Duty, DutyKind, DutyState};
use crate::facts::{DayCount, DutyFacts};
use crate::pack::lasting;
use crate::{read_facts, store};

/// Counts and settles; the duties that follow.
pub async fn settle(tx: &mut Trace, ctx: &Ctx<'_>) -> Result<Vec<Duty>, StoreError> {
    let before = is_recorded(tx, ctx).await?;
    count(tx, ctx).await?;
    note_change(tx, ctx).await?;
    let facts = read_facts(tx, ctx).await?;
    let duties = of(ctx, &facts);
    if !before && is_recorded(tx, ctx).await? {
        tx.leave(Event::site(RecordKind::Changed, "filing.reached"));
    }
    leave_standing(tx, ctx, &facts, &duties).await?;
    Ok(duties)
}

/// All duties as they stand, without counting anew.
pub async fn duties(tx: &mut Trace, ctx: &Ctx<'_>) -> Result<Vec<Duty>, StoreError> {
    Ok(of(ctx, &read_facts(tx, ctx).await?))
}

fn of(ctx: &Ctx<'_>, facts: &DutyFacts) -> Vec<Duty> {
    due(
        ctx.now,
        &ctx.site.time_zone,
        facts,
        ctx.rulebook.parameters(),
        &calendars(ctx.rulebook.jurisdiction()),
    )
}

/// Without any, days are counted Monday to Friday: too early rather than too late, and said beside them.
fn calendars(jurisdiction: &str) -> Calendars {
    embedded_shelf().map(|shelf| shelf.calendars(jurisdiction)).unwrap_or_default()
}

/// Whether a day was counted, since the last cancellation, on which there were as many as must be filed.
async fn is_recorded(tx: &mut Trace, ctx: &Ctx<'_>) -> Result<bool, StoreError> {
    let Some(threshold) = ctx.rulebook.parameters().filing_threshold_persons else {
        return Ok(false);
    };
    let cancelled = store::filing::cancelled(tx).await?.map(|(day, _)| day);
    let series = store::count::list(tx).await?;
    Ok(series
        .iter()
        .any(|count| count.persons() >= threshold && cancelled.is_none_or(|day| count.day > day)))
}

async fn count(tx: &mut Trace, ctx: &Ctx<'_>) -> Result<(), StoreError> {
    let Some(day) = day_of(ctx.now, &ctx.site.time_zone) else {
        return Ok(());
    };
    let stored = count_stored(tx).await?;
    let elsewhere = store::site::sum(tx).await?;
    let now = DayCount {
        day,
        here: stored.persons,
        elsewhere,
        children: stored.children,
    };
    let most = match store::count::lookup(tx, day).await? {
        // The most of the day, as it was at one moment: parts of two moments might add up to what never was.
        Some(known) if known.persons() >= now.persons() => DayCount {
            children: known.children.max(now.children),
            ..known
        },
        Some(known) => DayCount {
            children: known.children.max(now.children),
            ..now
        },
        None => now,
    };
    store::count::put(tx, most).await
}

/// The first day on which the site is otherwise than filed; none again when it is as filed.
async fn note_change(tx: &mut Trace, ctx: &Ctx<'_>) -> Result<(), StoreError> {
    let Some((number, snapshot, changed_on)) = store::filing::in_force(tx).await? else {
        return Ok(());
    };
    let differs = lasting(tx, ctx).await?.snapshot() != snapshot;
    let today = day_of(ctx.now, &ctx.site.time_zone);
    match (differs, changed_on) {
        (true, None) => {
            store::filing::set_changed(tx, number, today).await?;
            tx.leave(Event::site(RecordKind::Changed, "filing.differs"));
        }
        (false, Some(_)) => store::filing::set_changed(tx, number, None).await?,
        (true, Some(_)) | (false, None) => {}
    }
    Ok(())
}

async fn leave_standing(tx: &mut Trace, ctx: &Ctx<'_>, facts: &DutyFacts, duties: &[Duty]) -> Result<(), StoreError> {
    let zone = &ctx.site.time_zone;
    let filing = duties
        .iter()
        .find(|duty| duty.kind == DutyKind::Filing && duty.state != DutyState::Done);
    let last_day = filing.and_then(|duty| match duty.due {
        Some(Deadline::Day(due)) => end_of(due.day, zone),
        Some(Deadline::Time(at)) => Some(at),
        None => None,
    });
    let unbound = day_of(ctx.now, zone).map_or(facts.suppliers.len(), |today| {
        facts.suppliers.iter().filter(|supplier| !supplier.is_bound(today)).count()
    });
    let standing = Standing {
        officer: facts.officer.is_some(),
        filing_acknowledged: facts.filed.is_some(),
        filing_due: last_day,
        suppliers_without_contract: u32::try_from(unbound).unwrap_or(u32::MAX),
        elsewhere: store::site::sum(tx).await?,
        counted_at: Some(ctx.now),
    };
    put_standing(tx, &standing).await
}
