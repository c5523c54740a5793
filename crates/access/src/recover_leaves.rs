//! After a database came back from a backup: the ledger is ahead of it, and what the ledger has more is written down again.

use std::time::Duration;

use countenance_base::{GateId, Timestamp};
use countenance_gate_core::journal::{LEAF_BYTES, Leaf};
use countenance_gate_core::wire::Head;
use countenance_storage::{StoreError, Tx};

use crate::place_leaves::PlaceError;
use crate::{list_gates, store};

/// An entry that the database did not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovered {
    pub leaf: Leaf,
    pub place: u64,
}

/// Gives these entries of the ledger, from place `first` on, their rows: a leaf that is held gets its place, any other one comes back with
/// an empty record, since what was sealed is not in the ledger. Those that came back.
///
/// # Errors
/// [`PlaceError::Differs`] for an entry that is no leaf, or in whose stead the database holds something else.
pub async fn recover_leaves(tx: &mut Tx, first: u64, entries: &[Vec<u8>]) -> Result<Vec<Recovered>, PlaceError> {
    let mut recovered = Vec::new();
    for (place, entry) in (first..).zip(entries) {
        let raw: Option<&[u8; LEAF_BYTES]> = entry.as_slice().try_into().ok();
        let leaf = raw.and_then(Leaf::from_bytes).ok_or(PlaceError::Differs(place))?;
        if store::ledger::set_place(tx, leaf.gate, leaf.sequence, entry, place).await? == 1 {
            continue;
        }
        if store::gate::lookup_leaf(tx, leaf.gate, leaf.sequence).await?.is_some() {
            return Err(PlaceError::Differs(place));
        }
        // The leaf's own time, which is not later than when it came.
        let came = Timestamp(0).plus(Duration::from_secs(u64::from(leaf.ten_minutes) * 600));
        store::ledger::put_placed(tx, &leaf, place, came).await?;
        recovered.push(Recovered { leaf, place });
    }
    Ok(recovered)
}

/// Leaves by their places in `first..past`, in order, as the ledger's entries.
pub async fn placed_leaves(tx: &mut Tx, first: u64, past: u64) -> Result<Vec<Vec<u8>>, StoreError> {
    store::ledger::list_placed(tx, first, past).await
}

/// Sets what is held of each gate's journal to the last leaf that is here, so that its next upload fits. Gates that have leaves here and
/// are not known, because they were claimed after the backup.
pub async fn hold_leaves(tx: &mut Tx) -> Result<Vec<GateId>, StoreError> {
    let gates = list_gates(tx).await?;
    for gate in &gates {
        let last = store::ledger::last_leaf(tx, gate.id).await?;
        let Some(leaf) = last.and_then(|leaf| Leaf::from_bytes(&leaf.try_into().ok()?)) else {
            continue;
        };
        let held = Head {
            size: leaf.sequence + 1,
            hash: leaf.hash(),
        };
        if held.size > gate.held.size {
            store::gate::set_held(tx, gate.id, &held).await?;
        }
    }
    let writers = store::ledger::count_frames(tx).await?;
    let unknown = |gate: &GateId| *gate != GateId::SERVER && !gates.iter().any(|known| known.id == *gate);
    Ok(writers.into_iter().map(|(gate, _)| gate).filter(unknown).collect())
}
