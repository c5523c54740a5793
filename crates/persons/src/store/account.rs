use countenance_base::{PersonId, Timestamp};
use countenance_grant::PublicKey;
use countenance_storage::StoreError;
use countenance_trace::Trace;

use crate::pin::Throttle;

/// An account as stored.
pub(crate) struct AccountRow {
    pub(crate) pin_salt: [u8; 16],
    pub(crate) pin_hash: [u8; 32],
    pub(crate) signing_key: PublicKey,
    pub(crate) record_key: [u8; 32],
    pub(crate) throttle: Throttle,
}

pub(crate) async fn insert(tx: &mut Trace, person: PersonId, account: &AccountRow, now: Timestamp) -> Result<u64, StoreError> {
    tx.execute(
        "INSERT INTO accounts (person_id, pin_salt, pin_hash, signing_key, record_key, claimed_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT DO NOTHING",
        &[
            person.into(),
            account.pin_salt.into(),
            account.pin_hash.into(),
            account.signing_key.0.into(),
            account.record_key.into(),
            now.into(),
        ],
    )
    .await
}

pub(crate) async fn lookup(tx: &mut Trace, person: PersonId) -> Result<Option<AccountRow>, StoreError> {
    let row = tx
        .lookup(
            "SELECT pin_salt, pin_hash, signing_key, record_key, failures, wait_until
             FROM accounts
             WHERE person_id = $1",
            &[person.into()],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(AccountRow {
        pin_salt: row.get("pin_salt")?,
        pin_hash: row.get("pin_hash")?,
        signing_key: PublicKey(row.get("signing_key")?),
        record_key: row.get("record_key")?,
        throttle: Throttle {
            failures: row.get("failures")?,
            wait_until: row.get("wait_until")?,
        },
    }))
}

pub(crate) async fn throttle(tx: &mut Trace, person: PersonId, throttle: Throttle) -> Result<(), StoreError> {
    tx.change_one(
        "UPDATE accounts
         SET failures = $2, wait_until = $3
         WHERE person_id = $1",
        &[person.into(), throttle.failures.into(), throttle.wait_until.into()],
    )
    .await
}
