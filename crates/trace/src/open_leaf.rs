//! The server's own open leaves: what is about nobody, found again by what it says.

use countenance_base::Timestamp;
use countenance_gate_core::journal::{LEAF_BYTES, Leaf, LeafClass, RawLeaf, Record, read_opened};
use countenance_storage::{StoreError, Tx};

use crate::store;

/// An open leaf of the server's own.
#[derive(Debug, Clone)]
pub struct OpenLeaf {
    pub sequence: u64,
    pub leaf: RawLeaf,
    /// Opening and record, as a proof carries them.
    pub opened: Vec<u8>,
    pub record: Record,
    /// Where in the ledger; none while it waits.
    pub place: Option<u64>,
}

/// Open leaves of a class, the newest first. What does not open, or is no leaf, is left out.
pub async fn open_leaves(tx: &mut Tx, class: LeafClass) -> Result<Vec<OpenLeaf>, StoreError> {
    let rows = store::own_of_class(tx, class as u8).await?;
    let read = |row: store::OwnRow| {
        let bytes: [u8; LEAF_BYTES] = row.leaf.try_into().ok()?;
        let leaf = Leaf::from_bytes(&bytes)?;
        Some(OpenLeaf {
            sequence: row.sequence,
            leaf: RawLeaf(bytes),
            record: read_opened(&row.record, &leaf.commitment)?,
            opened: row.record,
            place: row.place,
        })
    };
    Ok(rows.into_iter().filter_map(read).collect())
}

/// How many leaves of a class came, of all writers, between two instants.
pub async fn count_leaves(tx: &mut Tx, class: LeafClass, from: Timestamp, to: Timestamp) -> Result<u64, StoreError> {
    store::count_of_class(tx, class as u8, from, to).await
}

/// The newest open leaf of a class whose record says exactly this.
pub async fn open_leaf(tx: &mut Tx, class: LeafClass, reason: &str) -> Result<Option<OpenLeaf>, StoreError> {
    Ok(open_leaves(tx, class).await?.into_iter().find(|leaf| leaf.record.reason == reason))
}

/// The server's own leaves that were written at `since` or later.
pub async fn own_leaves_since(tx: &mut Tx, since: Timestamp) -> Result<Vec<Leaf>, StoreError> {
    let Some(from) = store::own_since(tx, since).await? else {
        return Ok(Vec::new());
    };
    let leaves = store::own_leaves(tx, from).await?;
    Ok(leaves
        .into_iter()
        .filter_map(|leaf| Leaf::from_bytes(&leaf.try_into().ok()?))
        .collect())
}
