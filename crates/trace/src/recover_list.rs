//! A list of tags whose row was lost is found again: its leaf is in the ledger, and so is everything that it lists.

use countenance_gate_core::journal::{Leaf, commit_openly, opened_openly};
use countenance_storage::{StoreError, Tx};

use crate::store;
use crate::tag_list::{TagList, hash, made_at, tag_rows};

/// Entries that may lie between a stretch and the leaf of its list: what came in the second in which it was made, and some more.
const BETWEEN_MAX: u64 = 4_096;

/// Looks for the stretch that the server's own leaf at `place` commits to, from where the last list ends. When it is found, list and
/// record are written down again.
pub async fn recover_list(tx: &mut Tx, leaf: &Leaf, place: u64) -> Result<Option<TagList>, StoreError> {
    let before = store::list_tag_lists(tx).await?.pop();
    let (number, first) = before.map_or((0, 0), |before| (before.number + 1, before.past));
    let leaves = store::placed_leaves(tx, first, place).await?;
    // The nearest first: mostly it ends just before its own leaf.
    for past in (first + 1..=place).rev().take(usize::try_from(BETWEEN_MAX).unwrap_or(usize::MAX)) {
        let stretch = leaves.iter().filter(|(place, _)| *place < past);
        let rows = tag_rows(stretch.map(|(place, leaf)| (*place, leaf.as_slice())));
        let list = TagList {
            number,
            first,
            past,
            sha256: hash(&rows),
            sequence: leaf.sequence,
            made_at: made_at(leaf.ten_minutes),
        };
        let record = list.record();
        if commit_openly(&record) == leaf.commitment {
            store::set_own_record(tx, leaf.sequence, &opened_openly(&record)).await?;
            store::put_tag_list(tx, &list).await?;
            return Ok(Some(list));
        }
    }
    Ok(None)
}
