//! All SQL of this crate.

use countenance_base::{DestructionId, GateId, PersonId, PurposeId, Timestamp};
use countenance_storage::{Row, StoreError};
use countenance_trace::Trace;

use crate::scope::{Scope, What};
use crate::view::Destruction;

pub(crate) async fn insert(
    tx: &mut Trace,
    id: DestructionId,
    scope: Scope,
    now: Timestamp,
    promise: Option<[u8; 32]>,
) -> Result<(), StoreError> {
    if let Some(person) = scope.person() {
        tx.looked_at(person);
    }
    tx.change_one(
        "INSERT INTO destructions (id, what, person_id, purpose_id, ordered_at, promise)
         VALUES ($1, $2, $3, $4, $5, $6)",
        &[
            id.into(),
            scope.what().word().into(),
            scope.person().into(),
            scope.purpose().into(),
            now.into(),
            promise.into(),
        ],
    )
    .await
}

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT id, what, ordered_at, destroyed_at, certificate, stamp, sample FROM destructions ",
            $tail
        )
    };
}

pub(crate) async fn list(tx: &mut Trace) -> Result<Vec<Destruction>, StoreError> {
    let rows = tx.list(select!("ORDER BY ordered_at DESC, id DESC"), &[]).await?;
    rows.iter().map(read).collect()
}

pub(crate) async fn lookup(tx: &mut Trace, id: DestructionId) -> Result<Option<Destruction>, StoreError> {
    let row = tx.lookup(select!("WHERE id = $1"), &[id.into()]).await?;
    row.as_ref().map(read).transpose()
}

fn read(row: &Row) -> Result<Destruction, StoreError> {
    Ok(Destruction {
        id: row.get("id")?,
        what: read_what(row)?,
        ordered_at: row.get("ordered_at")?,
        destroyed_at: row.get_optional("destroyed_at")?,
        certificate: row.get_optional("certificate")?,
        stamp: row.get_optional("stamp")?,
        sample: row.get_optional("sample")?,
    })
}

fn read_what(row: &Row) -> Result<What, StoreError> {
    let what: String = row.get("what")?;
    What::from_word(&what).ok_or(StoreError::Column { column: "what" })
}

fn read_scope(row: &Row) -> Result<Scope, StoreError> {
    let person: Option<PersonId> = row.get_optional("person_id")?;
    let purpose: Option<PurposeId> = row.get_optional("purpose_id")?;
    let missing = |column| StoreError::Column { column };
    Ok(match read_what(row)? {
        What::Person => Scope::Person(person.ok_or(missing("person_id"))?),
        What::Purpose => Scope::Purpose(purpose.ok_or(missing("purpose_id"))?),
        What::Event => Scope::Event(purpose.ok_or(missing("purpose_id"))?),
        What::Site => Scope::Site,
    })
}

pub(crate) async fn list_unfinished(tx: &mut Trace) -> Result<Vec<(DestructionId, Scope)>, StoreError> {
    let rows = tx
        .list(
            "SELECT id, what, person_id, purpose_id FROM destructions WHERE destroyed_at IS NULL ORDER BY ordered_at, id",
            &[],
        )
        .await?;
    rows.iter().map(|row| Ok((row.get("id")?, read_scope(row)?))).collect()
}

/// The scope of one that has not ended here.
pub(crate) async fn scope(tx: &mut Trace, id: DestructionId) -> Result<Option<Scope>, StoreError> {
    let row = tx
        .lookup(
            "SELECT what, person_id, purpose_id FROM destructions WHERE id = $1 AND destroyed_at IS NULL",
            &[id.into()],
        )
        .await?;
    row.as_ref().map(read_scope).transpose()
}

/// The server's part is done: from here on the row names nobody.
pub(crate) async fn set_destroyed(tx: &mut Trace, id: DestructionId, now: Timestamp, rows: Option<&str>) -> Result<(), StoreError> {
    tx.change_one(
        "UPDATE destructions
         SET destroyed_at = $2, rows_ended = $3, person_id = NULL
         WHERE id = $1 AND destroyed_at IS NULL",
        &[id.into(), now.into(), rows.into()],
    )
    .await
}

/// A copy as the journals name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CopyRow {
    pub(crate) gate: GateId,
    pub(crate) enrolled: Option<u64>,
    /// Writer and sequence of the leaf that ended it.
    pub(crate) ended: (GateId, u64),
    pub(crate) ending: Option<Vec<u8>>,
}

pub(crate) async fn put_copy(tx: &mut Trace, id: DestructionId, number: u64, copy: &CopyRow) -> Result<(), StoreError> {
    tx.change_one(
        "INSERT INTO destruction_copies (destruction_id, number, gate_id, enrolled, ended_writer, ended, ending)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &[
            id.into(),
            number.into(),
            copy.gate.into(),
            copy.enrolled.into(),
            copy.ended.0.into(),
            copy.ended.1.into(),
            copy.ending.as_deref().into(),
        ],
    )
    .await
}

pub(crate) async fn list_copies(tx: &mut Trace, id: DestructionId) -> Result<Vec<CopyRow>, StoreError> {
    let rows = tx
        .list(
            "SELECT gate_id, enrolled, ended_writer, ended, ending FROM destruction_copies WHERE destruction_id = $1 ORDER BY number",
            &[id.into()],
        )
        .await?;
    let read = |row: &Row| {
        Ok(CopyRow {
            gate: row.get("gate_id")?,
            enrolled: row.get_optional("enrolled")?,
            ended: (row.get("ended_writer")?, row.get("ended")?),
            ending: row.get_optional("ending")?,
        })
    };
    rows.iter().map(read).collect()
}

/// What a certificate needs of the row.
pub(crate) struct Done {
    pub(crate) what: What,
    pub(crate) ordered_at: Timestamp,
    pub(crate) destroyed_at: Timestamp,
    pub(crate) rows: Option<String>,
    pub(crate) promise: Option<[u8; 32]>,
}

/// Destroyed, and without a certificate.
pub(crate) async fn list_uncertified(tx: &mut Trace) -> Result<Vec<(DestructionId, Done)>, StoreError> {
    let rows = tx
        .list(
            "SELECT id, what, ordered_at, destroyed_at, rows_ended, promise
             FROM destructions
             WHERE destroyed_at IS NOT NULL AND certificate IS NULL
             ORDER BY destroyed_at, id",
            &[],
        )
        .await?;
    let read = |row: &Row| {
        let done = Done {
            what: read_what(row)?,
            ordered_at: row.get("ordered_at")?,
            destroyed_at: row.get("destroyed_at")?,
            rows: row.get_optional("rows_ended")?,
            promise: row.get_optional("promise")?,
        };
        Ok((row.get("id")?, done))
    };
    rows.iter().map(read).collect()
}

pub(crate) async fn set_certificate(tx: &mut Trace, id: DestructionId, note: &str) -> Result<(), StoreError> {
    tx.change_one(
        "UPDATE destructions SET certificate = $2 WHERE id = $1 AND certificate IS NULL",
        &[id.into(), note.into()],
    )
    .await
}

pub(crate) async fn set_stamp(tx: &mut Trace, id: DestructionId, token: &[u8]) -> Result<(), StoreError> {
    tx.change_one("UPDATE destructions SET stamp = $2 WHERE id = $1", &[id.into(), token.into()])
        .await
}

pub(crate) async fn set_sample(tx: &mut Trace, id: DestructionId, note: &str) -> Result<bool, StoreError> {
    let changed = tx
        .execute(
            "UPDATE destructions SET sample = $2 WHERE id = $1 AND certificate IS NOT NULL AND sample IS NULL",
            &[id.into(), note.into()],
        )
        .await?;
    Ok(changed == 1)
}

/// Changes nothing, and says 0, for a hash that is known.
pub(crate) async fn put_promise(tx: &mut Trace, hash: [u8; 32], auditor: &str, now: Timestamp) -> Result<u64, StoreError> {
    tx.execute(
        "INSERT INTO promises (hash, auditor, made_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        &[hash.into(), auditor.into(), now.into()],
    )
    .await
}

/// The oldest promise that serves no destruction yet; from now on it serves this one.
pub(crate) async fn take_promise(tx: &mut Trace, id: DestructionId) -> Result<Option<[u8; 32]>, StoreError> {
    let row = tx
        .lookup(
            "SELECT hash FROM promises WHERE used_by IS NULL ORDER BY made_at, hash LIMIT 1",
            &[],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let hash: [u8; 32] = row.get("hash")?;
    tx.change_one("UPDATE promises SET used_by = $2 WHERE hash = $1", &[hash.into(), id.into()])
        .await?;
    Ok(Some(hash))
}
