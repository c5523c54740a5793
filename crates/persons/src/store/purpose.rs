use countenance_base::{DoorId, OperatorId, PurposeId, Text, Timestamp};
use countenance_grant::Mode;
use countenance_rules::{LawfulBasis, PurposeFacts};
use countenance_storage::{Row, StoreError};
use countenance_trace::Trace;

use super::assessment;
use crate::purpose::{DoorWords, Purpose};

pub(crate) async fn insert(tx: &mut Trace, purpose: &Purpose) -> Result<(), StoreError> {
    let facts = &purpose.facts;
    tx.change_one(
        "INSERT INTO purposes (id, door_id, door_name_zh, door_name_en, other_ways_zh, other_ways_en, mode, basis, sentence_zh, sentence_en,
                               necessity_zh, necessity_en, alternatives, open_search_necessity, template_days, passage_days, owner,
                               declared_at, declared_by, event_ends_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)",
        &[
            purpose.id.into(),
            purpose.door.id.into(),
            (&purpose.door.name.zh).into(),
            (&purpose.door.name.en).into(),
            (&purpose.door.other_ways.zh).into(),
            (&purpose.door.other_ways.en).into(),
            facts.mode.text().into(),
            facts.basis.word().into(),
            (&facts.text.zh).into(),
            (&facts.text.en).into(),
            (&facts.necessity.zh).into(),
            (&facts.necessity.en).into(),
            (&facts.alternatives.join("\n")).into(),
            facts.open_search_necessity.as_deref().into(),
            facts.template_days.into(),
            facts.passage_days.into(),
            (&facts.owner).into(),
            purpose.declared_at.into(),
            purpose.declared_by.into(),
            purpose.event_ends.into(),
        ],
    )
    .await
}

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT id, door_id, door_name_zh, door_name_en, other_ways_zh, other_ways_en, mode, basis, sentence_zh, sentence_en,
                    necessity_zh, necessity_en, alternatives, open_search_necessity, template_days, passage_days, owner,
                    declared_at, declared_by, activated_at, ended_at, event_ends_at
             FROM purposes ",
            $tail
        )
    };
}

pub(crate) async fn lookup(tx: &mut Trace, id: PurposeId) -> Result<Option<Purpose>, StoreError> {
    let row = tx.lookup(select!("WHERE id = $1"), &[id.into()]).await?;
    read_one(tx, row).await
}

pub(crate) async fn lookup_active(tx: &mut Trace, door: DoorId) -> Result<Option<Purpose>, StoreError> {
    let row = tx
        .lookup(
            select!("WHERE door_id = $1 AND activated_at IS NOT NULL AND ended_at IS NULL"),
            &[door.into()],
        )
        .await?;
    read_one(tx, row).await
}

async fn read_one(tx: &mut Trace, row: Option<Row>) -> Result<Option<Purpose>, StoreError> {
    let Some(row) = row else { return Ok(None) };
    with_assessments(tx, read(&row)?).await.map(Some)
}

async fn with_assessments(tx: &mut Trace, mut purpose: Purpose) -> Result<Purpose, StoreError> {
    for assessment in assessment::list(tx, purpose.id).await? {
        if assessment.approval.is_some() {
            purpose.assessment = Some(assessment);
            purpose.written = None;
        } else {
            purpose.written = Some(assessment);
        }
    }
    Ok(purpose)
}

/// The newest thousand: an operator with more has other troubles.
pub(crate) async fn list(tx: &mut Trace) -> Result<Vec<Purpose>, StoreError> {
    let rows = tx.list(select!("ORDER BY declared_at DESC LIMIT 1000"), &[]).await?;
    let mut purposes = Vec::with_capacity(rows.len());
    for row in &rows {
        purposes.push(with_assessments(tx, read(row)?).await?);
    }
    Ok(purposes)
}

pub(crate) async fn activate(tx: &mut Trace, id: PurposeId, operator: OperatorId, now: Timestamp) -> Result<(), StoreError> {
    tx.change_one(
        "UPDATE purposes
         SET activated_at = $2, activated_by = $3
         WHERE id = $1 AND activated_at IS NULL AND ended_at IS NULL",
        &[id.into(), now.into(), operator.into()],
    )
    .await
}

pub(crate) async fn end(tx: &mut Trace, id: PurposeId, now: Timestamp) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE purposes
         SET ended_at = $2
         WHERE id = $1 AND ended_at IS NULL",
        &[id.into(), now.into()],
    )
    .await
}

/// Without its assessments.
fn read(row: &Row) -> Result<Purpose, StoreError> {
    let (mode, basis, alternatives): (String, String, String) = (row.get("mode")?, row.get("basis")?, row.get("alternatives")?);
    let mode = Mode::from_text(&mode).ok_or(StoreError::Column { column: "mode" })?;
    Ok(Purpose {
        id: row.get("id")?,
        door: DoorWords {
            id: row.get("door_id")?,
            name: Text {
                zh: row.get("door_name_zh")?,
                en: row.get("door_name_en")?,
            },
            other_ways: Text {
                zh: row.get("other_ways_zh")?,
                en: row.get("other_ways_en")?,
            },
        },
        facts: PurposeFacts {
            text: Text {
                zh: row.get("sentence_zh")?,
                en: row.get("sentence_en")?,
            },
            necessity: Text {
                zh: row.get("necessity_zh")?,
                en: row.get("necessity_en")?,
            },
            alternatives: alternatives.lines().map(ToOwned::to_owned).collect(),
            basis: LawfulBasis::from_word(&basis).ok_or(StoreError::Column { column: "basis" })?,
            mode,
            open_search_necessity: row.get_optional("open_search_necessity")?,
            open_search_apart: mode == Mode::OneToMany,
            template_days: row.get("template_days")?,
            passage_days: row.get("passage_days")?,
            owner: row.get("owner")?,
        },
        declared_at: row.get("declared_at")?,
        declared_by: row.get("declared_by")?,
        assessment: None,
        written: None,
        activated_at: row.get_optional("activated_at")?,
        ended_at: row.get_optional("ended_at")?,
        event_ends: row.get_optional("event_ends_at")?,
    })
}

pub(crate) async fn list_events_over(tx: &mut Trace, now: Timestamp) -> Result<Vec<PurposeId>, StoreError> {
    let rows = tx
        .list(
            "SELECT id FROM purposes WHERE activated_at IS NOT NULL AND ended_at IS NULL AND event_ends_at <= $1",
            &[now.into()],
        )
        .await?;
    rows.iter().map(|row| row.get("id")).collect()
}
