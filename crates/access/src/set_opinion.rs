//! A lawyer's opinion is put behind a door, or taken away. Whether one is needed is the rulebook's to say.

use countenance_base::{Timestamp, from_hex};
use countenance_gate_core::journal::RecordKind;
use countenance_persons::{Ctx, raise_epoch};
use countenance_rules::LegalOpinion;
use countenance_storage::StoreError;
use countenance_trace::{Event, Trace};

use crate::{Door, store};

/// Longer than any firm's name.
const AUTHOR_CHARS_MAX: usize = 120;

/// Why no opinion was kept.
#[derive(Debug, thiserror::Error)]
pub enum OpinionError {
    #[error("a document is named by the 64 hexadecimal digits of its SHA-256")]
    Hash,
    #[error("an opinion has an author")]
    Author,
    #[error("an opinion was given on a day that has been")]
    Given,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl OpinionError {
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Hash => "opinion.hash",
            Self::Author => "opinion.author",
            Self::Given => "opinion.given",
            Self::Store(_) => "store.failed",
        }
    }
}

/// Puts the opinion behind the door, or ends the one that stands there. Gates hear of it with their next snapshot.
pub async fn set_opinion(tx: &mut Trace, ctx: &Ctx<'_>, mut door: Door, opinion: Option<LegalOpinion>) -> Result<(), OpinionError> {
    let (opinion, reason) = match opinion {
        Some(opinion) => {
            let opinion = checked(&opinion, ctx.now)?;
            // The hash is of a document about the door; it names no one.
            let reason = format!("door.opinion {} {}", door.number, opinion.hash);
            (Some(opinion), reason)
        }
        None => (None, format!("door.opinion_ended {}", door.number)),
    };
    door.settings.opinion = opinion;
    door.saved_at = ctx.now;
    store::door::put(tx, &door).await?;
    raise_epoch(tx).await?;
    tx.leave(Event::site(RecordKind::Changed, reason));
    Ok(())
}

fn checked(opinion: &LegalOpinion, now: Timestamp) -> Result<LegalOpinion, OpinionError> {
    let hash = opinion.hash.trim().to_ascii_lowercase();
    from_hex::<32>(&hash).ok_or(OpinionError::Hash)?;
    let author = opinion.author.trim().to_owned();
    if author.is_empty() || author.chars().count() > AUTHOR_CHARS_MAX {
        return Err(OpinionError::Author);
    }
    if opinion.given > now {
        return Err(OpinionError::Given);
    }
    Ok(LegalOpinion {
        hash,
        author,
        given: opinion.given,
    })
}
