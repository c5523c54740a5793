//! Passages end before their retention: with the person whom they name, or with an event.

use countenance_base::{DoorId, GateId, PersonId, Timestamp};
use countenance_storage::StoreError;
use countenance_trace::Trace;

use crate::stop::erase_stops;
use crate::store;

/// Removes the person's passages, whoever may still hold them is asked before ([`crate::is_held`]), and ended holds and stops about the person.
pub async fn erase_passages(tx: &mut Trace, person: PersonId) -> Result<u64, StoreError> {
    erase_stops(tx, person).await?;
    store::passage::erase_of_person(tx, person).await
}

/// Removes what happened at a door while an event lasted.
pub async fn erase_passages_of_event(tx: &mut Trace, door: DoorId, from: Timestamp, to: Timestamp) -> Result<u64, StoreError> {
    store::passage::erase_of_door(tx, door, from, to).await
}

/// Passages that this entry of a gate's journal told of; nobody hears whose.
pub async fn count_passages_at(tx: &mut Trace, gate: GateId, sequence: u64) -> Result<u64, StoreError> {
    store::passage::count_at(tx, gate, sequence).await
}

/// Passages that name the person; none after the erasure.
pub async fn count_passages(tx: &mut Trace, person: PersonId) -> Result<u64, StoreError> {
    store::passage::count_of_person(tx, person).await
}
