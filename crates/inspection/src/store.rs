//! All SQL of this crate.

pub(crate) mod sample;

use countenance_base::{InspectionId, OperatorId, Timestamp};
use countenance_storage::{Row, StoreError};
use countenance_trace::Trace;

use crate::Inspection;

pub(crate) async fn insert(tx: &mut Trace, inspection: &Inspection) -> Result<(), StoreError> {
    tx.change_one(
        "INSERT INTO inspections (id, authority, inspector, reason, begins_at, ends_at, asked_at, asked_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[
            inspection.id.into(),
            (&inspection.authority).into(),
            (&inspection.inspector).into(),
            (&inspection.reason).into(),
            inspection.begins_at.into(),
            inspection.ends_at.into(),
            inspection.asked_at.into(),
            inspection.asked_by.into(),
        ],
    )
    .await
}

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT i.id, i.authority, i.inspector, i.reason, i.begins_at, i.ends_at, i.asked_at, i.asked_by,
                    i.granted_at, i.granted_by, i.ended_at, i.ended_by
             FROM inspections i ",
            $tail
        )
    };
}

pub(crate) async fn list(tx: &mut Trace) -> Result<Vec<Inspection>, StoreError> {
    let rows = tx.list(select!("ORDER BY i.asked_at DESC, i.id DESC"), &[]).await?;
    rows.iter().map(read).collect()
}

pub(crate) async fn lookup(tx: &mut Trace, id: InspectionId) -> Result<Option<Inspection>, StoreError> {
    let row = tx.lookup(select!("WHERE i.id = $1"), &[id.into()]).await?;
    row.as_ref().map(read).transpose()
}

pub(crate) async fn lookup_by_link(tx: &mut Trace, hash: [u8; 32]) -> Result<Option<Inspection>, StoreError> {
    let sql = select!("JOIN inspection_links l ON l.inspection_id = i.id WHERE l.code_hash = $1 AND l.used_at IS NULL");
    let row = tx.lookup(sql, &[hash.into()]).await?;
    row.as_ref().map(read).transpose()
}

pub(crate) async fn lookup_by_session(tx: &mut Trace, hash: [u8; 32]) -> Result<Option<Inspection>, StoreError> {
    let sql = select!("JOIN inspection_sessions s ON s.inspection_id = i.id WHERE s.token_hash = $1");
    let row = tx.lookup(sql, &[hash.into()]).await?;
    row.as_ref().map(read).transpose()
}

pub(crate) async fn grant(tx: &mut Trace, id: InspectionId, operator: OperatorId, now: Timestamp) -> Result<(), StoreError> {
    tx.change_one(
        "UPDATE inspections
         SET granted_at = $2, granted_by = $3
         WHERE id = $1 AND granted_at IS NULL AND ended_at IS NULL AND asked_by <> $3",
        &[id.into(), now.into(), operator.into()],
    )
    .await
}

pub(crate) async fn end(tx: &mut Trace, id: InspectionId, operator: OperatorId, now: Timestamp) -> Result<(), StoreError> {
    tx.change_one(
        "UPDATE inspections SET ended_at = $2, ended_by = $3 WHERE id = $1 AND ended_at IS NULL",
        &[id.into(), now.into(), operator.into()],
    )
    .await
}

pub(crate) async fn insert_link(tx: &mut Trace, hash: [u8; 32], id: InspectionId) -> Result<(), StoreError> {
    tx.change_one(
        "INSERT INTO inspection_links (code_hash, inspection_id) VALUES ($1, $2)",
        &[hash.into(), id.into()],
    )
    .await
}

pub(crate) async fn use_link(tx: &mut Trace, hash: [u8; 32], now: Timestamp) -> Result<(), StoreError> {
    tx.change_one(
        "UPDATE inspection_links SET used_at = $2 WHERE code_hash = $1 AND used_at IS NULL",
        &[hash.into(), now.into()],
    )
    .await
}

pub(crate) async fn insert_session(tx: &mut Trace, hash: [u8; 32], id: InspectionId, now: Timestamp) -> Result<(), StoreError> {
    tx.change_one(
        "INSERT INTO inspection_sessions (token_hash, inspection_id, begun_at) VALUES ($1, $2, $3)",
        &[hash.into(), id.into(), now.into()],
    )
    .await
}

pub(crate) async fn forget_ended(tx: &mut Trace, now: Timestamp) -> Result<u64, StoreError> {
    let over = tx
        .execute(
            "DELETE FROM inspection_sessions
             WHERE inspection_id IN (SELECT id FROM inspections WHERE ends_at <= $1 OR ended_at IS NOT NULL)",
            &[now.into()],
        )
        .await?;
    // With nonce and word somebody could tell for ever which person's leaf of a look this was.
    tx.execute(
        "DELETE FROM inspection_samples
         WHERE inspection_id IN (SELECT id FROM inspections WHERE ends_at <= $1 OR ended_at IS NOT NULL)",
        &[now.into()],
    )
    .await?;
    tx.execute(
        "DELETE FROM inspection_links
         WHERE inspection_id IN (SELECT id FROM inspections WHERE ends_at <= $1 OR ended_at IS NOT NULL)",
        &[now.into()],
    )
    .await?;
    Ok(over)
}

fn read(row: &Row) -> Result<Inspection, StoreError> {
    let both = |at: Option<Timestamp>, by: Option<OperatorId>| at.zip(by);
    Ok(Inspection {
        id: row.get("id")?,
        authority: row.get("authority")?,
        inspector: row.get("inspector")?,
        reason: row.get("reason")?,
        begins_at: row.get("begins_at")?,
        ends_at: row.get("ends_at")?,
        asked_at: row.get("asked_at")?,
        asked_by: row.get("asked_by")?,
        granted: both(row.get_optional("granted_at")?, row.get_optional("granted_by")?),
        ended: both(row.get_optional("ended_at")?, row.get_optional("ended_by")?),
    })
}
