//! How faces are used at a door, as one hash: an assessment holds for the method that it was written about.

use std::collections::BTreeSet;

use countenance_base::to_hex;
use countenance_grant::Mode;
use countenance_storage::{StoreError, Tx};
use sha2::{Digest, Sha256};

use crate::{Door, list_gates_of_door};

/// SHA-256 over what a change of makes an assessment stale: class of the place, mode, liveness, distance, and the model packs of the
/// door's gates, in whose manifests the thresholds stand. A second gate with the same pack changes nothing.
pub async fn method(tx: &mut Tx, door: &Door, mode: Mode) -> Result<[u8; 32], StoreError> {
    let gates = list_gates_of_door(tx, door.id).await?;
    let packs: BTreeSet<[u8; 32]> = gates
        .iter()
        .filter(|gate| gate.lost_at.is_none())
        .filter_map(|gate| gate.pack)
        .collect();
    let settings = &door.settings;
    let mut hash = Sha256::new();
    hash.update(format!(
        "countenance/method/v1\nplace {}\nmode {}\nliveness {}\ndistance {}\n",
        settings.place.word(),
        mode.text(),
        settings.liveness.word(),
        settings.distance_max_mm,
    ));
    for pack in packs {
        hash.update(format!("pack {}\n", to_hex(&pack)));
    }
    Ok(hash.finalize().into())
}
