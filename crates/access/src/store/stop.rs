use countenance_base::{OperatorId, PersonId, PurposeId, StopId, Timestamp};
use countenance_storage::{Row, StoreError};
use countenance_trace::Trace;

use crate::stop::{Stop, StopScope};

pub(crate) async fn insert(tx: &mut Trace, stop: &Stop, operator: OperatorId) -> Result<(), StoreError> {
    let (person, purpose) = match stop.scope {
        StopScope::Person(person) => (Some(person), None),
        StopScope::Purpose(purpose) => (None, Some(purpose)),
        StopScope::Site => (None, None),
    };
    tx.change_one(
        "INSERT INTO stops (id, what, person_id, purpose_id, begun_at, begun_by)
         VALUES ($1, $2, $3, $4, $5, $6)",
        &[
            stop.id.into(),
            stop.scope.word().into(),
            person.into(),
            purpose.into(),
            stop.begun_at.into(),
            operator.into(),
        ],
    )
    .await
}

pub(crate) async fn end(tx: &mut Trace, id: StopId, operator: OperatorId, now: Timestamp) -> Result<(), StoreError> {
    tx.change_one(
        "UPDATE stops SET ended_at = $2, ended_by = $3 WHERE id = $1 AND ended_at IS NULL",
        &[id.into(), now.into(), operator.into()],
    )
    .await
}

pub(crate) async fn list(tx: &mut Trace) -> Result<Vec<Stop>, StoreError> {
    let rows = tx
        .list(
            "SELECT id, what, person_id, purpose_id, begun_at FROM stops WHERE ended_at IS NULL ORDER BY begun_at, id",
            &[],
        )
        .await?;
    rows.iter().map(|row| read(tx, row)).collect()
}

/// When the first of the stops began that stand over this purpose, or over this person.
pub(crate) async fn first(tx: &mut Trace, purpose: PurposeId, person: Option<PersonId>) -> Result<Option<Timestamp>, StoreError> {
    let row = tx
        .lookup(
            "SELECT begun_at FROM stops
             WHERE ended_at IS NULL AND (what = 'site' OR purpose_id = $1 OR person_id = $2)
             ORDER BY begun_at
             LIMIT 1",
            &[purpose.into(), person.into()],
        )
        .await?;
    row.map(|row| row.get("begun_at")).transpose()
}

pub(crate) async fn erase_of_person(tx: &mut Trace, person: PersonId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM stops WHERE person_id = $1", &[person.into()]).await?;
    Ok(())
}

fn read(tx: &mut Trace, row: &Row) -> Result<Stop, StoreError> {
    let (person, purpose) = (row.get_optional("person_id")?, row.get_optional("purpose_id")?);
    let what: String = row.get("what")?;
    let scope = match (what.as_str(), person, purpose) {
        ("person", Some(person), None) => {
            tx.looked_at(person);
            StopScope::Person(person)
        }
        ("purpose", None, Some(purpose)) => StopScope::Purpose(purpose),
        ("site", None, None) => StopScope::Site,
        _ => return Err(StoreError::Column { column: "what" }),
    };
    Ok(Stop {
        id: row.get("id")?,
        scope,
        begun_at: row.get("begun_at")?,
    })
}
