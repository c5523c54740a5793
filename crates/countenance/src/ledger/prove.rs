//! `.tlog-proof` files under the checkpoint that was published last.

use countenance_gate_core::journal::{Evidence, RawLeaf};

use super::site_ledger::{MergeError, with};
use super::{Handle, Published};

/// The proof of the leaf at `place`; `None` while no published checkpoint covers it. `opened` is what the leaf commits to, where that is
/// for everybody.
pub(crate) async fn prove(handle: &Handle, leaf: RawLeaf, place: u64, opened: Option<Vec<u8>>) -> Result<Option<String>, MergeError> {
    let Some(published) = handle.published.borrow().clone() else {
        return Ok(None);
    };
    let Published { size, note, .. } = published.as_ref().clone();
    if place >= size {
        return Ok(None);
    }
    let extra = Evidence { leaf, opened }.to_bytes();
    let proof = with(&handle.ledger, move |ledger| ledger.prove(place, size, &note, extra)).await?;
    Ok(proof.map(|proof| proof.to_text()))
}
