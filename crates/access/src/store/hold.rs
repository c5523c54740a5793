use countenance_base::{HoldId, Timestamp};
use countenance_storage::{Row, StoreError};
use countenance_trace::Trace;

use crate::hold::Hold;

pub(crate) async fn insert(tx: &mut Trace, hold: &Hold) -> Result<(), StoreError> {
    tx.change_one(
        "INSERT INTO holds (id, name, reason, person_id, covers_from, covers_to, begun_at, begun_by, ends_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &[
            hold.id.into(),
            (&hold.name).into(),
            (&hold.reason).into(),
            hold.person.into(),
            hold.covers.0.into(),
            hold.covers.1.into(),
            hold.begun_at.into(),
            hold.begun_by.into(),
            hold.ends_at.into(),
        ],
    )
    .await
}

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT id, name, reason, person_id, covers_from, covers_to, begun_at, begun_by, ends_at, ended_at FROM holds ",
            $tail
        )
    };
}

pub(crate) async fn lookup(tx: &mut Trace, id: HoldId) -> Result<Option<Hold>, StoreError> {
    let row = tx.lookup(select!("WHERE id = $1"), &[id.into()]).await?;
    row.map(|row| read(tx, &row)).transpose()
}

pub(crate) async fn list(tx: &mut Trace) -> Result<Vec<Hold>, StoreError> {
    let rows = tx.list(select!("ORDER BY begun_at DESC"), &[]).await?;
    rows.iter().map(|row| read(tx, row)).collect()
}

pub(crate) async fn end(tx: &mut Trace, id: HoldId, now: Timestamp) -> Result<(), StoreError> {
    tx.change_one(
        "UPDATE holds SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL",
        &[id.into(), now.into()],
    )
    .await
}

fn read(tx: &mut Trace, row: &Row) -> Result<Hold, StoreError> {
    let person = row.get_optional("person_id")?;
    if let Some(person) = person {
        tx.looked_at(person);
    }
    Ok(Hold {
        id: row.get("id")?,
        name: row.get("name")?,
        reason: row.get("reason")?,
        person,
        covers: (row.get("covers_from")?, row.get("covers_to")?),
        begun_at: row.get("begun_at")?,
        begun_by: row.get("begun_by")?,
        ends_at: row.get("ends_at")?,
        ended_at: row.get_optional("ended_at")?,
    })
}
