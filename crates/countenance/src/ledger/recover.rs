//! A database that came from a backup is brought up to the ledger that stands there.

use countenance_access::{Recovered, ledger_key, next_place, placed_leaves, recover_leaves};
use countenance_storage::Tx;
use countenance_tlog::{Frontier, leaf_hash};

use super::SiteLedger;
use crate::backup::error::BackupError;

/// Entries in one go.
const BATCH: u64 = 4_096;

/// Writes down what the ledger has and the database has not; its entries in order.
///
/// # Errors
/// Nothing is kept when the two are not of one history: another key, another entry before the end of the backup, or fewer entries.
pub(crate) async fn catch_up_with(tx: &mut Tx, ledger: &mut SiteLedger) -> Result<Vec<Recovered>, BackupError> {
    if ledger_key(tx).await?.is_some_and(|key| key != ledger.key().to_string()) {
        return Err(BackupError::OtherLedger);
    }
    ledger.settle()?;
    let known = next_place(tx).await?;
    if ledger.size() < known {
        return Err(BackupError::LedgerShorter {
            ledger: ledger.size(),
            backup: known,
        });
    }
    let (count, root) = tree_of(tx, known).await?;
    if count != known || ledger.root(known)? != Some(root) {
        return Err(BackupError::LedgerDiffers);
    }
    let mut recovered = Vec::new();
    for first in batches(known, ledger.size()) {
        let entries = ledger.entries(first, first + BATCH)?;
        recovered.extend(recover_leaves(tx, first, &entries).await?);
    }
    Ok(recovered)
}

/// Size and root of the tree of the database's leaves below place `past`.
async fn tree_of(tx: &mut Tx, past: u64) -> Result<(u64, countenance_tlog::Hash), BackupError> {
    let mut tree = Frontier::default();
    for first in batches(0, past) {
        for leaf in placed_leaves(tx, first, past.min(first + BATCH)).await? {
            tree.push(leaf_hash(&leaf), &mut |_, _, _| {});
        }
    }
    Ok((tree.size(), tree.root()))
}

fn batches(first: u64, past: u64) -> impl Iterator<Item = u64> {
    std::iter::successors(Some(first), |at| at.checked_add(BATCH)).take_while(move |at| *at < past)
}
