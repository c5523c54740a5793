//! How destructions stand, for pages and for the work that goes on.

use std::collections::BTreeMap;

use countenance_base::{DestructionId, GateId, Timestamp};
use countenance_storage::StoreError;
use countenance_trace::Trace;

use crate::scope::{Scope, What};
use crate::store;

/// How far a destruction is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Gates have not all answered, or the server has not ended its own part yet.
    Ordered,
    /// Everything ended; the certificate waits for witnesses.
    Destroyed,
    Certified,
}

/// A destruction as the desk and the person see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destruction {
    pub id: DestructionId,
    pub what: What,
    pub ordered_at: Timestamp,
    pub destroyed_at: Option<Timestamp>,
    /// The signed note.
    pub certificate: Option<String>,
    /// An RFC 3161 token.
    pub stamp: Option<Vec<u8>>,
    /// The auditor's signed note.
    pub sample: Option<String>,
}

impl Destruction {
    pub const fn stage(&self) -> Stage {
        match (&self.destroyed_at, &self.certificate) {
            (_, Some(_)) => Stage::Certified,
            (Some(_), None) => Stage::Destroyed,
            (None, None) => Stage::Ordered,
        }
    }
}

/// Every destruction, the newest first.
pub async fn list_destructions(tx: &mut Trace) -> Result<Vec<Destruction>, StoreError> {
    store::list(tx).await
}

pub async fn lookup_destruction(tx: &mut Trace, id: DestructionId) -> Result<Option<Destruction>, StoreError> {
    store::lookup(tx, id).await
}

/// Those whose own part at the server has not ended.
pub async fn list_unfinished(tx: &mut Trace) -> Result<Vec<(DestructionId, Scope)>, StoreError> {
    store::list_unfinished(tx).await
}

/// Gates that may still hold something and have neither answered nor been declared lost.
pub async fn standing(tx: &mut Trace, id: DestructionId) -> Result<Vec<GateId>, StoreError> {
    let Some(scope) = store::scope(tx, id).await? else {
        return Ok(Vec::new());
    };
    let mut gates: Vec<GateId> = scope
        .consents(tx)
        .await?
        .iter()
        .flat_map(|consent| &consent.gates)
        .filter(|gate| gate.is_outstanding())
        .map(|gate| gate.gate)
        .collect();
    gates.sort_unstable();
    gates.dedup();
    Ok(gates)
}

/// What one gate held of a destruction: how much it signed to have erased, and how much was out of reach when it was declared lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeldAt {
    pub gate: GateId,
    pub erased: u64,
    pub lost: u64,
}

/// Gate by gate, by number.
pub async fn held_at(tx: &mut Trace, id: DestructionId) -> Result<Vec<HeldAt>, StoreError> {
    let mut gates = BTreeMap::new();
    for copy in store::list_copies(tx, id).await? {
        let held = gates.entry(copy.gate).or_insert(HeldAt {
            gate: copy.gate,
            erased: 0,
            lost: 0,
        });
        *(if copy.ending.is_some() { &mut held.erased } else { &mut held.lost }) += 1;
    }
    Ok(gates.into_values().collect())
}

/// Keeps the token that an authority gave for the certificate.
pub async fn keep_stamp(tx: &mut Trace, id: DestructionId, token: &[u8]) -> Result<(), StoreError> {
    store::set_stamp(tx, id, token).await
}

/// Keeps an auditor's signed sample; the first one stays.
pub async fn keep_sample(tx: &mut Trace, id: DestructionId, note: &str) -> Result<bool, StoreError> {
    store::set_sample(tx, id, note).await
}
