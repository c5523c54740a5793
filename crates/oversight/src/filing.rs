//! Filing with the authority: a pack is made and handed in; it counts when the authority's number stands beside it.

use countenance_base::Timestamp;
use countenance_gate_core::journal::RecordKind;
use countenance_persons::Ctx;
use countenance_rules::Day;
use countenance_storage::StoreError;
use countenance_trace::{Event, Trace};

use crate::due::day_of;
use crate::error::{OversightError, words};
use crate::{Pack, pack_of, read_facts, settle, store};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilingKind {
    First,
    Change,
    Cancel,
}

impl FilingKind {
    pub const ALL: [Self; 3] = [Self::First, Self::Change, Self::Cancel];

    pub const fn word(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Change => "change",
            Self::Cancel => "cancel",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// A pack as it was made, and what the authority answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filing {
    pub number: u32,
    pub kind: FilingKind,
    pub made_at: Timestamp,
    /// JSON, as it was handed in.
    pub pack: String,
    pub snapshot: [u8; 32],
    /// The authority's number and its day; nothing is filed without.
    pub acknowledged: Option<(String, Day)>,
}

/// Makes the pack of the site as it is now. One that was made before and that no authority acknowledged gives way.
pub async fn make_filing(tx: &mut Trace, ctx: &Ctx<'_>, kind: FilingKind) -> Result<u32, OversightError> {
    let facts = read_facts(tx, ctx).await?;
    let fits = match kind {
        FilingKind::First => facts.filed.is_none(),
        FilingKind::Change => facts.filed.is_some(),
        FilingKind::Cancel => facts.filed.is_some() && !facts.uses.active,
    };
    if !fits {
        return Err(OversightError::State);
    }
    settle(tx, ctx).await?;
    let pack: Pack = pack_of(tx, ctx, kind).await?;
    store::filing::drop_unanswered(tx).await?;
    let number = store::filing::insert(tx, kind, ctx.now, &pack.to_json(), pack.lasting.snapshot()).await?;
    tx.leave(Event::site(
        RecordKind::Changed,
        format!("filing.{} {}", kind.word(), pack.snapshot),
    ));
    Ok(number)
}

/// Writes down the authority's number; from here on the site is filed, or no longer.
pub async fn acknowledge_filing(tx: &mut Trace, ctx: &Ctx<'_>, number: u32, acknowledgement: &str, on: Day) -> Result<(), OversightError> {
    let acknowledgement = words(acknowledgement, 80).map_err(|_| OversightError::Acknowledgement)?;
    let filing = store::filing::lookup(tx, number).await?.ok_or(OversightError::Unknown)?;
    if filing.acknowledged.is_some() {
        return Err(OversightError::State);
    }
    let zone = &ctx.site.time_zone;
    let (made, today) = day_of(filing.made_at, zone).zip(day_of(ctx.now, zone)).ok_or(OversightError::Day)?;
    if on < made || on > today {
        return Err(OversightError::Day);
    }
    store::filing::acknowledge(tx, number, &acknowledgement, on).await?;
    tx.leave(Event::site(
        RecordKind::Changed,
        format!("filing.acknowledged {}", filing.kind.word()),
    ));
    settle(tx, ctx).await?;
    Ok(())
}

/// Every one, the newest first.
pub async fn list_filings(tx: &mut Trace) -> Result<Vec<Filing>, StoreError> {
    store::filing::list(tx).await
}

pub async fn lookup_filing(tx: &mut Trace, number: u32) -> Result<Option<Filing>, StoreError> {
    store::filing::lookup(tx, number).await
}
