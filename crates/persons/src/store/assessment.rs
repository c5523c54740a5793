use std::collections::BTreeMap;

use countenance_base::{PurposeId, Timestamp};
use countenance_storage::{Row, StoreError};
use countenance_trace::Trace;

use crate::assessment::{Approval, Assessment};

/// Writes a version, or writes over one that nobody has approved.
pub(crate) async fn put(tx: &mut Trace, purpose: PurposeId, assessment: &Assessment) -> Result<(), StoreError> {
    let key = [purpose.into(), assessment.version.into()];
    tx.execute("DELETE FROM assessment_texts WHERE purpose_id = $1 AND version = $2", &key)
        .await?;
    tx.execute(
        "DELETE FROM assessments WHERE purpose_id = $1 AND version = $2 AND approved_at IS NULL",
        &key,
    )
    .await?;
    tx.change_one(
        "INSERT INTO assessments (purpose_id, version, method, system, written_by, written_at) VALUES ($1, $2, $3, $4, $5, $6)",
        &[
            purpose.into(),
            assessment.version.into(),
            assessment.method.into(),
            (&assessment.system).into(),
            assessment.written_by.into(),
            assessment.written_at.into(),
        ],
    )
    .await?;
    for (field, text) in &assessment.texts {
        tx.change_one(
            "INSERT INTO assessment_texts (purpose_id, version, field, text) VALUES ($1, $2, $3, $4)",
            &[purpose.into(), assessment.version.into(), field.into(), text.into()],
        )
        .await?;
    }
    Ok(())
}

pub(crate) async fn approve(tx: &mut Trace, purpose: PurposeId, version: u32, approval: &Approval) -> Result<(), StoreError> {
    tx.change_one(
        "UPDATE assessments SET approved_by = $3, approved_at = $4, kept_until = $5 WHERE purpose_id = $1 AND version = $2 AND approved_at IS NULL",
        &[
            purpose.into(),
            version.into(),
            approval.by.into(),
            approval.at.into(),
            approval.kept_until.into(),
        ],
    )
    .await
}

pub(crate) async fn outdate(tx: &mut Trace, now: Timestamp) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE assessments SET outdated_at = $1 WHERE approved_at IS NOT NULL AND outdated_at IS NULL",
        &[now.into()],
    )
    .await
}

/// Every version, the oldest first.
pub(crate) async fn list(tx: &mut Trace, purpose: PurposeId) -> Result<Vec<Assessment>, StoreError> {
    let texts = tx
        .list(
            "SELECT version, field, text FROM assessment_texts WHERE purpose_id = $1",
            &[purpose.into()],
        )
        .await?;
    let mut by_version: BTreeMap<u32, BTreeMap<String, String>> = BTreeMap::new();
    for row in &texts {
        by_version
            .entry(row.get("version")?)
            .or_default()
            .insert(row.get("field")?, row.get("text")?);
    }
    let rows = tx
        .list(
            "SELECT version, method, system, written_by, written_at, approved_by, approved_at, kept_until, outdated_at
             FROM assessments
             WHERE purpose_id = $1
             ORDER BY version",
            &[purpose.into()],
        )
        .await?;
    rows.iter().map(|row| read(row, &mut by_version)).collect()
}

fn read(row: &Row, texts: &mut BTreeMap<u32, BTreeMap<String, String>>) -> Result<Assessment, StoreError> {
    let version = row.get("version")?;
    let approval = match row.get_optional("approved_at")? {
        None => None,
        Some(at) => Some(Approval {
            by: row.get("approved_by")?,
            at,
            kept_until: row.get("kept_until")?,
        }),
    };
    Ok(Assessment {
        version,
        texts: texts.remove(&version).unwrap_or_default(),
        system: row.get("system")?,
        method: row.get_optional("method")?,
        written_by: row.get("written_by")?,
        written_at: row.get::<Timestamp>("written_at")?,
        approval,
        outdated_at: row.get_optional("outdated_at")?,
    })
}
