//! The policy epoch: the number of the present state of everything that gates must know.

use countenance_storage::{StoreError, Tx};

use crate::store;

/// The present epoch.
pub async fn epoch(tx: &mut Tx) -> Result<u64, StoreError> {
    store::site::epoch(tx).await
}

/// Raises the epoch in the transaction that makes the change, and wakes waiting gates once it is durable.
pub async fn raise_epoch(tx: &mut Tx) -> Result<u64, StoreError> {
    let epoch = store::site::raise_epoch(tx).await?;
    tx.announce(epoch);
    Ok(epoch)
}

/// Raises the epoch above `number`, too: for a database that came back from a backup, when gates hold snapshots that it does not know of.
pub async fn raise_epoch_above(tx: &mut Tx, number: u64) -> Result<u64, StoreError> {
    store::site::lift_epoch(tx, number).await?;
    raise_epoch(tx).await
}
