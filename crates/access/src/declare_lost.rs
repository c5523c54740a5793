//! A gate that will not answer again: said aloud, in the ledger, before anything that may be on it counts as out of reach.

use countenance_base::GateId;
use countenance_gate_core::journal::RecordKind;
use countenance_persons::{Ctx, note_gate_lost, raise_epoch};
use countenance_storage::StoreError;
use countenance_trace::{Event, Trace};

use crate::{lookup_gate, store};

/// Why a gate counts as lost. A closed list: what operators type could name somebody, and the ledger keeps it for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LostCause {
    Stolen,
    Broken,
    /// Its storage was destroyed, by whoever says so.
    Destroyed,
    Unreachable,
}

impl LostCause {
    pub const ALL: [Self; 4] = [Self::Stolen, Self::Broken, Self::Destroyed, Self::Unreachable];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Stolen => "stolen",
            Self::Broken => "broken",
            Self::Destroyed => "destroyed",
            Self::Unreachable => "unreachable",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.word() == word)
    }
}

/// Why a gate was not declared lost.
#[derive(Debug, thiserror::Error)]
pub enum DeclareLostError {
    #[error("there is no such gate")]
    Unknown,
    #[error("the gate was declared lost before")]
    Lost,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl DeclareLostError {
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "gate.unknown",
            Self::Lost => "gate.lost",
            Self::Store(_) => "store.failed",
        }
    }
}

/// Declares the gate lost. Should it come back, it is told to erase, and what it signs is taken as ever.
pub async fn declare_lost(tx: &mut Trace, ctx: &Ctx<'_>, gate: GateId, cause: LostCause) -> Result<u64, DeclareLostError> {
    let known = lookup_gate(tx, gate).await?.ok_or(DeclareLostError::Unknown)?;
    if known.lost_at.is_some() {
        return Err(DeclareLostError::Lost);
    }
    store::gate::set_lost(tx, gate, ctx.now).await?;
    let copies = note_gate_lost(tx, gate, ctx.now).await?;
    tx.leave(Event::site(RecordKind::HolderLost, lost_words(gate, cause)));
    raise_epoch(tx).await?;
    Ok(copies)
}

/// What the leaf's record says; [`lost_gate`] reads it.
fn lost_words(gate: GateId, cause: LostCause) -> String {
    format!("gate {gate} lost {}", cause.word())
}

/// The gate that such a record declares lost.
pub fn lost_gate(reason: &str) -> Option<GateId> {
    let (number, cause) = reason.strip_prefix("gate ")?.split_once(" lost ")?;
    LostCause::from_word(cause)?;
    number.parse().ok().map(GateId)
}
