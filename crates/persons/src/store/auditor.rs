use countenance_base::Timestamp;
use countenance_storage::{Row, StoreError};
use countenance_trace::Trace;

use crate::auditor::Auditor;

pub(crate) async fn insert(tx: &mut Trace, hash: [u8; 32], auditor: &Auditor, now: Timestamp) -> Result<(), StoreError> {
    tx.change_one(
        "INSERT INTO auditor_passes (token_hash, name, key, made_at, ends_at)
         VALUES ($1, $2, $3, $4, $5)",
        &[
            hash.into(),
            (&auditor.name).into(),
            auditor.key.as_deref().into(),
            now.into(),
            auditor.ends_at.into(),
        ],
    )
    .await
}

pub(crate) async fn lookup(tx: &mut Trace, hash: [u8; 32], now: Timestamp) -> Result<Option<Auditor>, StoreError> {
    let row = tx
        .lookup(
            "SELECT name, key, ends_at FROM auditor_passes WHERE token_hash = $1 AND ends_at > $2",
            &[hash.into(), now.into()],
        )
        .await?;
    row.as_ref().map(read).transpose()
}

pub(crate) async fn list(tx: &mut Trace) -> Result<Vec<Auditor>, StoreError> {
    let rows = tx
        .list("SELECT name, key, ends_at FROM auditor_passes ORDER BY made_at", &[])
        .await?;
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Auditor, StoreError> {
    Ok(Auditor {
        name: row.get("name")?,
        key: row.get_optional("key")?,
        ends_at: row.get("ends_at")?,
    })
}
