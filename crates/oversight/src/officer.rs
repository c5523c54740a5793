//! The protection officer: appointed, contact published, reported.

use countenance_base::Text;
use countenance_gate_core::journal::RecordKind;
use countenance_persons::Ctx;
use countenance_rules::Day;
use countenance_storage::StoreError;
use countenance_trace::{Event, Trace};

use crate::due::day_of;
use crate::error::{OversightError, words};
use crate::{settle, store};

/// Who answers for the protection of personal information. The name is for the authority; the contact is public.
#[derive(Clone, PartialEq, Eq)]
pub struct Officer {
    pub name: String,
    pub contact: Text,
    pub appointed_on: Day,
    pub reported: Option<(Day, String)>,
}

impl std::fmt::Debug for Officer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Officer(since {})", self.appointed_on)
    }
}

/// Appoints; who was it before is it no longer.
pub async fn appoint_officer(tx: &mut Trace, ctx: &Ctx<'_>, name: &str, contact: &Text) -> Result<(), OversightError> {
    let name = words(name, 80)?;
    let contact = Text::new(words(&contact.zh, 200)?, words(&contact.en, 200)?);
    let today = day_of(ctx.now, &ctx.site.time_zone).ok_or(OversightError::Day)?;
    store::officer::put(tx, &name, &contact, today).await?;
    tx.leave(Event::site(RecordKind::Changed, "officer.appointed"));
    settle(tx, ctx).await?;
    Ok(())
}

/// Writes down the number that the authority gave when the officer was reported.
pub async fn report_officer(tx: &mut Trace, ctx: &Ctx<'_>, acknowledgement: &str, on: Day) -> Result<(), OversightError> {
    let acknowledgement = words(acknowledgement, 80).map_err(|_| OversightError::Acknowledgement)?;
    let officer = store::officer::lookup(tx).await?.ok_or(OversightError::Unknown)?;
    let today = day_of(ctx.now, &ctx.site.time_zone).ok_or(OversightError::Day)?;
    if on < officer.appointed_on || on > today {
        return Err(OversightError::Day);
    }
    if store::officer::report(tx, &acknowledgement, on).await? == 0 {
        return Err(OversightError::State);
    }
    tx.leave(Event::site(RecordKind::Changed, "officer.reported"));
    settle(tx, ctx).await?;
    Ok(())
}

/// Nobody is officer from here on.
pub async fn end_officer(tx: &mut Trace, ctx: &Ctx<'_>) -> Result<(), OversightError> {
    if store::officer::end(tx).await? == 0 {
        return Err(OversightError::Unknown);
    }
    tx.leave(Event::site(RecordKind::Changed, "officer.ended"));
    settle(tx, ctx).await?;
    Ok(())
}

pub async fn lookup_officer(tx: &mut Trace) -> Result<Option<Officer>, StoreError> {
    store::officer::lookup(tx).await
}
