//! `.tlog-proof`: a leaf's place in a checkpoint, and, where it was opened, what the leaf commits to.

use countenance_gate_core::journal::{Evidence, Leaf, Record, read_opened};
use countenance_tlog::{Proof, ProofError, Witnessed, leaf_hash};

use super::{Trust, Why};

/// What a proof shows.
#[derive(Debug)]
pub(crate) struct ShownLeaf {
    pub(crate) leaf: Leaf,
    pub(crate) record: Option<Record>,
    pub(crate) index: u64,
    pub(crate) size: u64,
    pub(crate) witnessed: Witnessed,
}

pub(super) fn check(file: &str, trust: &Trust) -> Result<ShownLeaf, Why> {
    let proof = Proof::parse(file).ok_or(Why::Form)?;
    let evidence = proof.extra.as_deref().and_then(Evidence::from_bytes).ok_or(Why::Entry)?;
    let leaf = evidence.leaf().ok_or(Why::Entry)?;
    let (checkpoint, witnessed) = proof
        .verify(&leaf_hash(&evidence.leaf.0), &trust.policy)
        .map_err(|error| match error {
            ProofError::Policy(_) => Why::Policy,
            ProofError::Path => Why::Path,
        })?;
    let record = match &evidence.opened {
        None => None,
        Some(opened) => Some(
            read_opened(opened, &leaf.commitment)
                .filter(|record| record.kind.class() == leaf.class && Leaf::time(record.at) == leaf.ten_minutes)
                .ok_or(Why::Record)?,
        ),
    };
    Ok(ShownLeaf {
        leaf,
        record,
        index: proof.index,
        size: checkpoint.size,
        witnessed,
    })
}
