//! Where leaves lie in the ledger, and whose key signs it.

use countenance_base::{GateId, Timestamp};
use countenance_gate_core::journal::Leaf;
use countenance_storage::{StoreError, Tx};

use crate::place_leaves::Unplaced;

pub(crate) async fn list_unplaced(tx: &mut Tx, most: u64) -> Result<Vec<Unplaced>, StoreError> {
    let rows = tx
        .list(
            "SELECT gate_id, sequence, leaf
             FROM frames
             WHERE place IS NULL
             ORDER BY received_at, gate_id, sequence
             LIMIT $1",
            &[most.into()],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Unplaced {
                gate: row.get("gate_id")?,
                sequence: row.get("sequence")?,
                leaf: row.get("leaf")?,
            })
        })
        .collect()
}

/// One past the highest place taken.
pub(crate) async fn next_place(tx: &mut Tx) -> Result<u64, StoreError> {
    let row = tx
        .lookup("SELECT place FROM frames WHERE place IS NOT NULL ORDER BY place DESC LIMIT 1", &[])
        .await?;
    row.map_or(Ok(0), |row| Ok(row.get::<u64>("place")? + 1))
}

/// Changes nothing, and says 0, when this is not the leaf or it has a place.
pub(crate) async fn set_place(tx: &mut Tx, gate: GateId, sequence: u64, leaf: &[u8], place: u64) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE frames
         SET place = $4
         WHERE gate_id = $1 AND sequence = $2 AND leaf = $3 AND place IS NULL",
        &[gate.into(), sequence.into(), leaf.into(), place.into()],
    )
    .await
}

/// A leaf with its place, and no record.
pub(crate) async fn put_placed(tx: &mut Tx, leaf: &Leaf, place: u64, received: Timestamp) -> Result<(), StoreError> {
    let record: &[u8] = &[];
    tx.change_one(
        "INSERT INTO frames (gate_id, sequence, leaf, record, received_at, place)
         VALUES ($1, $2, $3, $4, $5, $6)",
        &[
            leaf.gate.into(),
            leaf.sequence.into(),
            leaf.to_bytes().into(),
            record.into(),
            received.into(),
            place.into(),
        ],
    )
    .await
}

pub(crate) async fn list_placed(tx: &mut Tx, first: u64, past: u64) -> Result<Vec<Vec<u8>>, StoreError> {
    let rows = tx
        .list(
            "SELECT leaf FROM frames WHERE place >= $1 AND place < $2 ORDER BY place",
            &[first.into(), past.into()],
        )
        .await?;
    rows.iter().map(|row| row.get("leaf")).collect()
}

pub(crate) async fn last_leaf(tx: &mut Tx, gate: GateId) -> Result<Option<Vec<u8>>, StoreError> {
    let row = tx
        .lookup(
            "SELECT leaf FROM frames WHERE gate_id = $1 ORDER BY sequence DESC LIMIT 1",
            &[gate.into()],
        )
        .await?;
    row.map(|row| row.get("leaf")).transpose()
}

pub(crate) async fn lookup_place(tx: &mut Tx, gate: GateId, sequence: u64) -> Result<Option<(Vec<u8>, u64)>, StoreError> {
    let row = tx
        .lookup(
            "SELECT leaf, place FROM frames WHERE gate_id = $1 AND sequence = $2 AND place IS NOT NULL",
            &[gate.into(), sequence.into()],
        )
        .await?;
    row.map(|row| Ok((row.get("leaf")?, row.get("place")?))).transpose()
}

pub(crate) async fn count_frames(tx: &mut Tx) -> Result<Vec<(GateId, u64)>, StoreError> {
    let rows = tx
        .list("SELECT gate_id, COUNT(*) AS n FROM frames GROUP BY gate_id ORDER BY gate_id", &[])
        .await?;
    rows.iter().map(|row| Ok((row.get("gate_id")?, row.get("n")?))).collect()
}

pub(crate) async fn lookup_key(tx: &mut Tx) -> Result<Option<String>, StoreError> {
    let row = tx.lookup("SELECT key FROM ledger WHERE one = 1", &[]).await?;
    row.map(|row| row.get("key")).transpose()
}

pub(crate) async fn put_key(tx: &mut Tx, key: &str) -> Result<(), StoreError> {
    tx.change_one("INSERT INTO ledger (one, key) VALUES (1, $1)", &[key.into()]).await
}
