use countenance_base::{OperatorId, PersonId, Timestamp};
use countenance_storage::StoreError;
use countenance_trace::Trace;

pub(crate) async fn insert_person(
    tx: &mut Trace,
    hash: [u8; 32],
    person: PersonId,
    begun: Timestamp,
    ends: Timestamp,
) -> Result<(), StoreError> {
    tx.change_one(
        "INSERT INTO person_sessions (token_hash, person_id, begun_at, ends_at)
         VALUES ($1, $2, $3, $4)",
        &[hash.into(), person.into(), begun.into(), ends.into()],
    )
    .await
}

pub(crate) async fn lookup_person(tx: &mut Trace, hash: [u8; 32], now: Timestamp) -> Result<Option<PersonId>, StoreError> {
    let row = tx
        .lookup(
            "SELECT person_id
             FROM person_sessions
             WHERE token_hash = $1 AND ends_at > $2",
            &[hash.into(), now.into()],
        )
        .await?;
    row.map(|row| row.get("person_id")).transpose()
}

pub(crate) async fn insert_operator(
    tx: &mut Trace,
    hash: [u8; 32],
    operator: OperatorId,
    begun: Timestamp,
    ends: Timestamp,
) -> Result<(), StoreError> {
    tx.change_one(
        "INSERT INTO operator_sessions (token_hash, operator_id, begun_at, ends_at)
         VALUES ($1, $2, $3, $4)",
        &[hash.into(), operator.into(), begun.into(), ends.into()],
    )
    .await
}

pub(crate) async fn lookup_operator(tx: &mut Trace, hash: [u8; 32], now: Timestamp) -> Result<Option<OperatorId>, StoreError> {
    let row = tx
        .lookup(
            "SELECT operator_id
             FROM operator_sessions
             WHERE token_hash = $1 AND ends_at > $2",
            &[hash.into(), now.into()],
        )
        .await?;
    row.map(|row| row.get("operator_id")).transpose()
}

/// Ends the session of either kind that has this token.
pub(crate) async fn end(tx: &mut Trace, person_hash: [u8; 32], operator_hash: [u8; 32]) -> Result<(), StoreError> {
    tx.execute("DELETE FROM person_sessions WHERE token_hash = $1", &[person_hash.into()])
        .await?;
    tx.execute("DELETE FROM operator_sessions WHERE token_hash = $1", &[operator_hash.into()])
        .await?;
    Ok(())
}

pub(crate) async fn end_all_of_person(tx: &mut Trace, person: PersonId) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM person_sessions WHERE person_id = $1", &[person.into()])
        .await
}

/// Removes what has ended; nothing else reads it.
pub(crate) async fn forget_ended(tx: &mut Trace, now: Timestamp) -> Result<u64, StoreError> {
    let persons = tx.execute("DELETE FROM person_sessions WHERE ends_at <= $1", &[now.into()]).await?;
    let operators = tx
        .execute("DELETE FROM operator_sessions WHERE ends_at <= $1", &[now.into()])
        .await?;
    Ok(persons + operators)
}
