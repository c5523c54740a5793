//! What a witness is asked (C2SP tlog-witness, `add-checkpoint`).

use crate::Hash;
use crate::note::Note;
use crate::text;

/// Longer proofs do not exist for trees of less than 2^63 leaves.
pub const PROOF_LINES_MAX: usize = 63;

/// "From the tree of `old` leaves that you know, this proof leads to this checkpoint."
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCheckpoint {
    pub old: u64,
    pub proof: Vec<Hash>,
    pub note: Note,
}

impl AddCheckpoint {
    pub fn to_text(&self) -> String {
        let proof: String = self.proof.iter().map(|hash| text::encode(hash) + "\n").collect();
        format!("old {}\n{proof}\n{}", self.old, self.note)
    }

    pub fn parse(body: &str) -> Option<Self> {
        let mut rest = body;
        let old = text::number(text::line(&mut rest)?.strip_prefix("old ")?)?;
        let proof = text::hashes(&mut rest, PROOF_LINES_MAX)?;
        let note = Note::parse(rest).ok()?;
        Some(Self { old, proof, note })
    }
}
