//! Gates: the devices that decide at doors, as the server knows them.

use countenance_base::{DoorId, GateId, Timestamp};
use countenance_gate_core::wire::Head;
use countenance_grant::PublicKey;
use countenance_storage::{StoreError, Tx};

use crate::store;

/// A gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gate {
    pub id: GateId,
    pub door: DoorId,
    /// `None` until a device has claimed it.
    pub device_key: Option<PublicKey>,
    /// SHA-256 of the model pack's manifest, as the device said last.
    pub pack: Option<[u8; 32]>,
    /// SHA-256 of its program, as the device said last; nothing attests it.
    pub program: Option<[u8; 32]>,
    /// Only such a gate starts simulated parts.
    pub demo: bool,
    pub claimed_at: Option<Timestamp>,
    /// The highest request sequence taken from it.
    pub last_sequence: u64,
    pub last_seen_at: Option<Timestamp>,
    /// The longest journal that it has shown.
    pub head: Head,
    /// What of it is held here, durably.
    pub held: Head,
    /// Its journal stopped extending what is known (clone or rollback): no face policy until it is claimed anew.
    pub forked_at: Option<Timestamp>,
    /// Declared lost; should it come back, it is told to erase.
    pub lost_at: Option<Timestamp>,
    /// What it signed last about its journal ([`countenance_gate_core::wire::Seal`]), and when.
    pub seal: Option<Vec<u8>>,
    pub sealed_at: Option<Timestamp>,
}

impl Gate {
    /// Whether it may have templates: one that tells two histories, or was declared lost, is given none and told to erase.
    pub const fn may_have_faces(&self) -> bool {
        self.forked_at.is_none() && self.lost_at.is_none()
    }
}

/// Something wrong at a gate, as the gate or the server noticed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    pub gate: GateId,
    pub code: String,
    pub since: Timestamp,
}

/// The alarm that a fork raises.
pub const ALARM_FORKED: &str = "journal.forked";
/// The alarm of a receipt that fits no consent of its gate.
pub const ALARM_RECEIPT: &str = "receipt.foreign";

pub async fn lookup_gate(tx: &mut Tx, id: GateId) -> Result<Option<Gate>, StoreError> {
    store::gate::lookup(tx, id).await
}

/// All gates, by number.
pub async fn list_gates(tx: &mut Tx) -> Result<Vec<Gate>, StoreError> {
    store::gate::list(tx).await
}

pub async fn list_gates_of_door(tx: &mut Tx, door: DoorId) -> Result<Vec<Gate>, StoreError> {
    Ok(store::gate::list(tx).await?.into_iter().filter(|gate| gate.door == door).collect())
}

/// Alarms that stand, the oldest first.
pub async fn list_alarms(tx: &mut Tx) -> Result<Vec<Alarm>, StoreError> {
    store::gate::list_alarms(tx).await
}
