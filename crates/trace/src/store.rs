//! All SQL of this crate. `frames` of gates are written by `access`; the rows of writer 0 are written here.

use countenance_base::{EventId, GateId, Timestamp};
use countenance_storage::{StoreError, Tx};

use crate::tag_list::TagList;

pub(crate) async fn put_event(tx: &mut Tx, id: EventId, sealed: &[u8]) -> Result<(), StoreError> {
    tx.change_one("INSERT INTO trace_events (id, sealed) VALUES ($1, $2)", &[id.into(), sealed.into()])
        .await
}

/// The oldest first.
pub(crate) async fn list_events(tx: &mut Tx, most: u64) -> Result<Vec<(EventId, Vec<u8>)>, StoreError> {
    let rows = tx
        .list("SELECT id, sealed FROM trace_events ORDER BY id LIMIT $1", &[most.into()])
        .await?;
    rows.iter().map(|row| Ok((row.get("id")?, row.get("sealed")?))).collect()
}

pub(crate) async fn drop_event(tx: &mut Tx, id: EventId) -> Result<(), StoreError> {
    tx.change_one("DELETE FROM trace_events WHERE id = $1", &[id.into()]).await
}

/// Sequence and leaf of the newest leaf of the server's own.
pub(crate) async fn own_head(tx: &mut Tx) -> Result<Option<(u64, Vec<u8>)>, StoreError> {
    let row = tx
        .lookup(
            "SELECT sequence, leaf FROM frames WHERE gate_id = $1 ORDER BY sequence DESC LIMIT 1",
            &[GateId::SERVER.into()],
        )
        .await?;
    row.map(|row| Ok((row.get("sequence")?, row.get("leaf")?))).transpose()
}

/// The first leaf of the server's own that was written at `since` or later.
pub(crate) async fn own_since(tx: &mut Tx, since: Timestamp) -> Result<Option<u64>, StoreError> {
    let row = tx
        .lookup(
            "SELECT MIN(sequence) AS sequence FROM frames WHERE gate_id = $1 AND received_at >= $2",
            &[GateId::SERVER.into(), since.into()],
        )
        .await?;
    row.map_or(Ok(None), |row| row.get_optional("sequence"))
}

pub(crate) async fn own_leaves(tx: &mut Tx, from: u64) -> Result<Vec<Vec<u8>>, StoreError> {
    let rows = tx
        .list(
            "SELECT leaf FROM frames WHERE gate_id = $1 AND sequence >= $2",
            &[GateId::SERVER.into(), from.into()],
        )
        .await?;
    rows.iter().map(|row| row.get("leaf")).collect()
}

/// Sequence, leaf, record and place of the server's own leaves of one class, the newest first.
pub(crate) async fn own_of_class(tx: &mut Tx, class: u8) -> Result<Vec<OwnRow>, StoreError> {
    let rows = tx
        .list(
            "SELECT sequence, leaf, record, place FROM frames WHERE gate_id = $1 AND substr(leaf, 5, 1) = $2 ORDER BY sequence DESC",
            &[GateId::SERVER.into(), [class].into()],
        )
        .await?;
    let read = |row: &countenance_storage::Row| {
        Ok(OwnRow {
            sequence: row.get("sequence")?,
            leaf: row.get("leaf")?,
            record: row.get("record")?,
            place: row.get_optional("place")?,
        })
    };
    rows.iter().map(read).collect()
}

pub(crate) struct OwnRow {
    pub(crate) sequence: u64,
    pub(crate) leaf: Vec<u8>,
    pub(crate) record: Vec<u8>,
    pub(crate) place: Option<u64>,
}

/// How many leaves of this class a writer has left between two instants of their arrival.
pub(crate) async fn count_of_class(tx: &mut Tx, class: u8, from: Timestamp, to: Timestamp) -> Result<u64, StoreError> {
    let row = tx
        .lookup(
            "SELECT COUNT(*) AS n FROM frames WHERE substr(leaf, 5, 1) = $1 AND received_at >= $2 AND received_at < $3",
            &[[class].into(), from.into(), to.into()],
        )
        .await?;
    row.map_or(Ok(0), |row| row.get("n"))
}

pub(crate) async fn put_own(tx: &mut Tx, sequence: u64, leaf: &[u8], record: &[u8], now: Timestamp) -> Result<(), StoreError> {
    tx.change_one(
        "INSERT INTO frames (gate_id, sequence, leaf, record, received_at) VALUES ($1, $2, $3, $4, $5)",
        &[GateId::SERVER.into(), sequence.into(), leaf.into(), record.into(), now.into()],
    )
    .await
}

/// Puts a record back that was lost.
pub(crate) async fn set_own_record(tx: &mut Tx, sequence: u64, record: &[u8]) -> Result<(), StoreError> {
    tx.change_one(
        "UPDATE frames SET record = $3 WHERE gate_id = $1 AND sequence = $2",
        &[GateId::SERVER.into(), sequence.into(), record.into()],
    )
    .await
}

pub(crate) async fn list_tag_lists(tx: &mut Tx) -> Result<Vec<TagList>, StoreError> {
    let rows = tx
        .list(
            "SELECT number, first, past, sha256, sequence, made_at FROM tag_lists ORDER BY number",
            &[],
        )
        .await?;
    let read = |row: &countenance_storage::Row| {
        Ok(TagList {
            number: row.get("number")?,
            first: row.get("first")?,
            past: row.get("past")?,
            sha256: row.get("sha256")?,
            sequence: row.get("sequence")?,
            made_at: row.get("made_at")?,
        })
    };
    rows.iter().map(read).collect()
}

pub(crate) async fn put_tag_list(tx: &mut Tx, list: &TagList) -> Result<(), StoreError> {
    tx.change_one(
        "INSERT INTO tag_lists (number, first, past, sha256, sequence, made_at) VALUES ($1, $2, $3, $4, $5, $6)",
        &[
            list.number.into(),
            list.first.into(),
            list.past.into(),
            list.sha256.as_slice().into(),
            list.sequence.into(),
            list.made_at.into(),
        ],
    )
    .await
}

/// Places and leaves of a stretch of the ledger, in order.
pub(crate) async fn placed_leaves(tx: &mut Tx, first: u64, past: u64) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
    let rows = tx
        .list(
            "SELECT place, leaf FROM frames WHERE place >= $1 AND place < $2 ORDER BY place",
            &[first.into(), past.into()],
        )
        .await?;
    rows.iter().map(|row| Ok((row.get("place")?, row.get("leaf")?))).collect()
}

/// Sealed records of a stretch of the ledger, in order.
pub(crate) async fn placed_records(tx: &mut Tx, first: u64, past: u64) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
    let rows = tx
        .list(
            "SELECT place, record FROM frames WHERE place >= $1 AND place < $2 ORDER BY place",
            &[first.into(), past.into()],
        )
        .await?;
    rows.iter().map(|row| Ok((row.get("place")?, row.get("record")?))).collect()
}
