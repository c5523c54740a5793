//! Leaves of gates' journals get their places in the site's ledger: in the order in which they came, each once, for ever.

use countenance_base::GateId;
use countenance_gate_core::journal::{LEAF_BYTES, Leaf};
use countenance_storage::{StoreError, Tx};

use crate::store;

/// A leaf that is durable here and not yet in the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unplaced {
    pub gate: GateId,
    pub sequence: u64,
    pub leaf: Vec<u8>,
}

/// Why leaves were not given places.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// The ledger holds a leaf that the database does not hold, or holds elsewhere: one of the two was restored from a copy.
    #[error("the ledger's entry {0} is not the database's")]
    Differs(u64),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl PlaceError {
    pub fn code(&self) -> &'static str {
        match self {
            Self::Differs(_) => "ledger.differs",
            Self::Store(error) => error.code(),
        }
    }
}

/// The next leaves to append, at most `most`.
pub async fn unplaced_leaves(tx: &mut Tx, most: u64) -> Result<Vec<Unplaced>, StoreError> {
    store::ledger::list_unplaced(tx, most).await
}

/// The place after the last one given. A ledger that is longer was appended to before a crash: [`place_leaves`] its entries from here on.
pub async fn next_place(tx: &mut Tx) -> Result<u64, StoreError> {
    store::ledger::next_place(tx).await
}

/// Writes down that these entries lie in the ledger from `first` on.
///
/// # Errors
/// [`PlaceError::Differs`], with nothing written, for an entry that is not a leaf without a place.
pub async fn place_leaves(tx: &mut Tx, first: u64, entries: &[Vec<u8>]) -> Result<(), PlaceError> {
    for (place, entry) in (first..).zip(entries) {
        let raw: Option<&[u8; LEAF_BYTES]> = entry.as_slice().try_into().ok();
        let leaf = raw.and_then(Leaf::from_bytes).ok_or(PlaceError::Differs(place))?;
        if store::ledger::set_place(tx, leaf.gate, leaf.sequence, entry, place).await? != 1 {
            return Err(PlaceError::Differs(place));
        }
    }
    Ok(())
}

/// A leaf and its place; `None` for one that is not in the ledger yet.
pub async fn leaf_place(tx: &mut Tx, gate: GateId, sequence: u64) -> Result<Option<(Vec<u8>, u64)>, StoreError> {
    store::ledger::lookup_place(tx, gate, sequence).await
}

/// How many frames each writer has here, the server's own as writer 0.
pub async fn count_frames(tx: &mut Tx) -> Result<Vec<(GateId, u64)>, StoreError> {
    store::ledger::count_frames(tx).await
}

/// The key that signs this site's ledger, as a note key; `None` before there is one.
pub async fn ledger_key(tx: &mut Tx) -> Result<Option<String>, StoreError> {
    store::ledger::lookup_key(tx).await
}

/// Makes `key` the one that signs this site's ledger, unless there is one. The key that holds from now on: a server whose signer has
/// another one must leave the ledger alone, or the site would have two.
pub async fn take_ledger_key(tx: &mut Tx, key: &str) -> Result<String, StoreError> {
    if let Some(held) = store::ledger::lookup_key(tx).await? {
        return Ok(held);
    }
    store::ledger::put_key(tx, key).await?;
    Ok(key.to_owned())
}
