use countenance_base::{OperatorId, Timestamp};
use countenance_storage::StoreError;
use countenance_trace::Trace;

use crate::Operator;

pub(crate) async fn insert(tx: &mut Trace, operator: &Operator, now: Timestamp) -> Result<(), StoreError> {
    tx.change_one(
        "INSERT INTO operators (id, display_name, created_at)
         VALUES ($1, $2, $3)",
        &[operator.id.into(), (&operator.display_name).into(), now.into()],
    )
    .await
}

pub(crate) async fn lookup(tx: &mut Trace, id: OperatorId) -> Result<Option<Operator>, StoreError> {
    let row = tx
        .lookup("SELECT id, display_name FROM operators WHERE id = $1", &[id.into()])
        .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Operator {
        id: row.get("id")?,
        display_name: row.get("display_name")?,
    }))
}

pub(crate) async fn lookup_by_name(tx: &mut Trace, name: &str) -> Result<Option<OperatorId>, StoreError> {
    let row = tx
        .lookup("SELECT id FROM operators WHERE display_name = $1", &[name.into()])
        .await?;
    row.map(|row| row.get("id")).transpose()
}

pub(crate) async fn insert_link(
    tx: &mut Trace,
    hash: [u8; 32],
    operator: OperatorId,
    made: Timestamp,
    expires: Timestamp,
) -> Result<(), StoreError> {
    tx.change_one(
        "INSERT INTO operator_links (code_hash, operator_id, made_at, expires_at)
         VALUES ($1, $2, $3, $4)",
        &[hash.into(), operator.into(), made.into(), expires.into()],
    )
    .await
}

/// Uses the link, if it is there, unused and unexpired.
pub(crate) async fn use_link(tx: &mut Trace, hash: [u8; 32], now: Timestamp) -> Result<Option<OperatorId>, StoreError> {
    let row = tx
        .lookup(
            "UPDATE operator_links
             SET used_at = $2
             WHERE code_hash = $1 AND used_at IS NULL AND expires_at > $2
             RETURNING operator_id",
            &[hash.into(), now.into()],
        )
        .await?;
    row.map(|row| row.get("operator_id")).transpose()
}

/// Whether anyone has signed in as an operator, or could with a link that is still good.
pub(crate) async fn any_way_in(tx: &mut Trace, now: Timestamp) -> Result<bool, StoreError> {
    let row = tx
        .lookup(
            "SELECT 1 AS one
             FROM operator_links
             WHERE used_at IS NOT NULL OR expires_at > $1
             LIMIT 1",
            &[now.into()],
        )
        .await?;
    Ok(row.is_some())
}
