use countenance_base::Timestamp;
use countenance_storage::{Row, StoreError};
use countenance_trace::Trace;

use crate::incident::{Incident, IncidentKind, OpenIncident};

pub(crate) async fn insert(tx: &mut Trace, input: &OpenIncident, words: &str) -> Result<u32, StoreError> {
    let row = tx
        .lookup(
            "INSERT INTO incidents (number, kind, words, known_at, persons, critical, public_interest)
             VALUES ((SELECT COALESCE(MAX(number), 0) + 1 FROM incidents), $1, $2, $3, $4, $5, $6)
             RETURNING number",
            &[
                input.kind.word().into(),
                words.into(),
                input.known_at.into(),
                input.persons.into(),
                input.critical.into(),
                input.public_interest.into(),
            ],
        )
        .await?;
    row.ok_or(StoreError::Affected { changed: 0 })?.get("number")
}

pub(crate) async fn grade(tx: &mut Trace, number: u32, persons: Option<u32>, grade: u32) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE incidents SET persons = $2, grade = $3 WHERE number = $1 AND closed_at IS NULL",
        &[number.into(), persons.into(), grade.into()],
    )
    .await
}

pub(crate) async fn report(tx: &mut Trace, number: u32, acknowledgement: &str, at: Timestamp) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE incidents SET acknowledgement = $2, reported_at = $3
         WHERE number = $1 AND closed_at IS NULL AND reported_at IS NULL",
        &[number.into(), acknowledgement.into(), at.into()],
    )
    .await
}

pub(crate) async fn tell(tx: &mut Trace, number: u32, at: Timestamp) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE incidents SET told_at = $2 WHERE number = $1 AND closed_at IS NULL AND told_at IS NULL",
        &[number.into(), at.into()],
    )
    .await
}

pub(crate) async fn close(tx: &mut Trace, number: u32, closing: &str, at: Timestamp) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE incidents SET closed_at = $2, closing = $3 WHERE number = $1 AND closed_at IS NULL",
        &[number.into(), at.into(), closing.into()],
    )
    .await
}

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT number, kind, words, known_at, persons, grade, critical, public_interest,
                    reported_at, acknowledgement, told_at, closed_at, closing
             FROM incidents ",
            $tail
        )
    };
}

pub(crate) async fn list(tx: &mut Trace) -> Result<Vec<Incident>, StoreError> {
    let rows = tx.list(select!("ORDER BY number DESC"), &[]).await?;
    rows.iter().map(read).collect()
}

pub(crate) async fn list_open(tx: &mut Trace) -> Result<Vec<Incident>, StoreError> {
    let rows = tx.list(select!("WHERE closed_at IS NULL ORDER BY number"), &[]).await?;
    rows.iter().map(read).collect()
}

pub(crate) async fn lookup(tx: &mut Trace, number: u32) -> Result<Option<Incident>, StoreError> {
    let row = tx.lookup(select!("WHERE number = $1"), &[number.into()]).await?;
    row.as_ref().map(read).transpose()
}

fn read(row: &Row) -> Result<Incident, StoreError> {
    let kind: String = row.get("kind")?;
    Ok(Incident {
        number: row.get("number")?,
        kind: IncidentKind::from_word(&kind).ok_or(StoreError::Column { column: "kind" })?,
        words: row.get("words")?,
        known_at: row.get("known_at")?,
        persons: row.get_optional("persons")?,
        grade: row.get_optional("grade")?,
        critical: row.get("critical")?,
        public_interest: row.get("public_interest")?,
        reported_at: row.get_optional("reported_at")?,
        acknowledgement: row.get_optional("acknowledgement")?,
        told_at: row.get_optional("told_at")?,
        closed_at: row.get_optional("closed_at")?,
        closing: row.get_optional("closing")?,
    })
}
