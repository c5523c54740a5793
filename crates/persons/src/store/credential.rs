use countenance_base::{CredentialId, PersonId, Timestamp};
use countenance_gate_core::policy::Lane;
use countenance_storage::{Row, StoreError};
use countenance_trace::Trace;

/// A credential as stored.
pub(crate) struct CredentialRow {
    pub(crate) id: CredentialId,
    pub(crate) person: PersonId,
    pub(crate) lane: Lane,
    pub(crate) sealed: Vec<u8>,
    pub(crate) began_at: Timestamp,
}

pub(crate) async fn insert(tx: &mut Trace, credential: &CredentialRow) -> Result<(), StoreError> {
    tx.change_one(
        "INSERT INTO credentials (id, person_id, lane, sealed, began_at)
         VALUES ($1, $2, $3, $4, $5)",
        &[
            credential.id.into(),
            credential.person.into(),
            credential.lane.word().into(),
            credential.sealed.as_slice().into(),
            credential.began_at.into(),
        ],
    )
    .await
}

/// Ends the live credential of this lane, if there is one, and empties what it held.
pub(crate) async fn end(tx: &mut Trace, person: PersonId, lane: Lane, now: Timestamp) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE credentials
         SET ended_at = $3, sealed = $4
         WHERE person_id = $1 AND lane = $2 AND ended_at IS NULL",
        &[person.into(), lane.word().into(), now.into(), [0u8; 0].into()],
    )
    .await
}

pub(crate) async fn list_live(tx: &mut Trace, person: PersonId) -> Result<Vec<CredentialRow>, StoreError> {
    tx.list(
        "SELECT id, person_id, lane, sealed, began_at
         FROM credentials
         WHERE person_id = $1 AND ended_at IS NULL
         ORDER BY lane DESC",
        &[person.into()],
    )
    .await?
    .iter()
    .map(read)
    .collect()
}

/// Every live credential of the site; compiled into snapshots.
pub(crate) async fn list_all_live(tx: &mut Trace) -> Result<Vec<CredentialRow>, StoreError> {
    tx.list(
        "SELECT id, person_id, lane, sealed, began_at
         FROM credentials
         WHERE ended_at IS NULL",
        &[],
    )
    .await?
    .iter()
    .map(read)
    .collect()
}

/// An account that a gate may have to know: unit, person, keys.
pub(crate) struct AccountKeys {
    pub(crate) unit: String,
    pub(crate) person: PersonId,
    pub(crate) signing_key: [u8; 32],
    pub(crate) record_key: [u8; 32],
}

pub(crate) async fn list_accounts(tx: &mut Trace) -> Result<Vec<AccountKeys>, StoreError> {
    tx.list(
        "SELECT h.unit, a.person_id, a.signing_key, a.record_key
         FROM accounts a
         JOIN persons p ON p.id = a.person_id
         JOIN households h ON h.id = p.household_id
         ORDER BY h.unit, p.login",
        &[],
    )
    .await?
    .iter()
    .map(|row| {
        Ok(AccountKeys {
            unit: row.get("unit")?,
            person: row.get("person_id")?,
            signing_key: row.get("signing_key")?,
            record_key: row.get("record_key")?,
        })
    })
    .collect()
}

fn read(row: &Row) -> Result<CredentialRow, StoreError> {
    let lane: String = row.get("lane")?;
    Ok(CredentialRow {
        id: row.get("id")?,
        person: row.get("person_id")?,
        lane: Lane::from_word(&lane).ok_or(StoreError::Column { column: "lane" })?,
        sealed: row.get("sealed")?,
        began_at: row.get("began_at")?,
    })
}
