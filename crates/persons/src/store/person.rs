use countenance_base::{HouseholdId, PersonId, Timestamp};
use countenance_storage::{Row, StoreError};
use countenance_trace::Trace;

use crate::Person;
use crate::pin::Throttle;

pub(crate) async fn insert_household(tx: &mut Trace, id: HouseholdId, unit: &str) -> Result<u64, StoreError> {
    tx.execute(
        "INSERT INTO households (id, unit)
         VALUES ($1, $2)
         ON CONFLICT (unit) DO NOTHING",
        &[id.into(), unit.into()],
    )
    .await
}

pub(crate) async fn insert(tx: &mut Trace, now: Timestamp, person: &Person) -> Result<(), StoreError> {
    tx.change_one(
        "INSERT INTO persons (id, household_id, login, display_name, under_guardian_age, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        &[
            person.id.into(),
            person.household.into(),
            (&person.login).into(),
            (&person.display_name).into(),
            person.under_guardian_age.into(),
            now.into(),
        ],
    )
    .await
}

const SELECT_BY_ID: &str = "SELECT p.id, p.household_id, p.login, p.display_name, p.under_guardian_age, h.unit, a.claimed_at
     FROM persons p
     JOIN households h ON h.id = p.household_id
     LEFT JOIN accounts a ON a.person_id = p.id
     WHERE p.id = $1";

const SELECT_BY_LOGIN: &str = "SELECT p.id, p.household_id, p.login, p.display_name, p.under_guardian_age, h.unit, a.claimed_at
     FROM persons p
     JOIN households h ON h.id = p.household_id
     LEFT JOIN accounts a ON a.person_id = p.id
     WHERE p.login = $1";

const SELECT_BY_UNIT: &str = "SELECT p.id, p.household_id, p.login, p.display_name, p.under_guardian_age, h.unit, a.claimed_at
     FROM persons p
     JOIN households h ON h.id = p.household_id
     LEFT JOIN accounts a ON a.person_id = p.id
     WHERE h.unit = $1
     ORDER BY p.login";

pub(crate) async fn lookup(tx: &mut Trace, id: PersonId) -> Result<Option<Person>, StoreError> {
    let row = tx.lookup(SELECT_BY_ID, &[id.into()]).await?;
    row.map(|row| read(tx, &row)).transpose()
}

pub(crate) async fn lookup_by_login(tx: &mut Trace, login: &str) -> Result<Option<Person>, StoreError> {
    let row = tx.lookup(SELECT_BY_LOGIN, &[login.into()]).await?;
    row.map(|row| read(tx, &row)).transpose()
}

pub(crate) async fn list_by_unit(tx: &mut Trace, unit: &str) -> Result<Vec<Person>, StoreError> {
    let rows = tx.list(SELECT_BY_UNIT, &[unit.into()]).await?;
    rows.iter().map(|row| read(tx, row)).collect()
}

fn read(tx: &mut Trace, row: &Row) -> Result<Person, StoreError> {
    let id = row.get("id")?;
    tx.looked_at(id);
    Ok(Person {
        id,
        household: row.get("household_id")?,
        unit: row.get("unit")?,
        login: row.get("login")?,
        display_name: row.get("display_name")?,
        under_guardian_age: row.get("under_guardian_age")?,
        claimed_at: row.get_optional("claimed_at")?,
    })
}

/// A claim code as stored.
pub(crate) struct ClaimCode {
    pub(crate) hash: [u8; 32],
    pub(crate) expires_at: Timestamp,
    pub(crate) used_at: Option<Timestamp>,
    pub(crate) throttle: Throttle,
}

/// A newer letter replaces the older one, also when that was used: a lost account starts with a new letter.
pub(crate) async fn put_claim_code(
    tx: &mut Trace,
    person: PersonId,
    hash: [u8; 32],
    made: Timestamp,
    expires: Timestamp,
) -> Result<(), StoreError> {
    tx.change_one(
        "INSERT INTO claim_codes (person_id, code_hash, made_at, expires_at)
         VALUES ($1, $2, $3, $4)
         ON CONFLICT (person_id) DO UPDATE
         SET code_hash = excluded.code_hash, made_at = excluded.made_at, expires_at = excluded.expires_at,
             failures = 0, wait_until = 0, used_at = NULL",
        &[person.into(), hash.into(), made.into(), expires.into()],
    )
    .await
}

pub(crate) async fn lookup_claim_code(tx: &mut Trace, person: PersonId) -> Result<Option<ClaimCode>, StoreError> {
    let row = tx
        .lookup(
            "SELECT code_hash, expires_at, used_at, failures, wait_until
             FROM claim_codes
             WHERE person_id = $1",
            &[person.into()],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(ClaimCode {
        hash: row.get("code_hash")?,
        expires_at: row.get("expires_at")?,
        used_at: row.get_optional("used_at")?,
        throttle: Throttle {
            failures: row.get("failures")?,
            wait_until: row.get("wait_until")?,
        },
    }))
}

pub(crate) async fn throttle_claim_code(tx: &mut Trace, person: PersonId, throttle: Throttle) -> Result<(), StoreError> {
    tx.change_one(
        "UPDATE claim_codes
         SET failures = $2, wait_until = $3
         WHERE person_id = $1",
        &[person.into(), throttle.failures.into(), throttle.wait_until.into()],
    )
    .await
}

pub(crate) async fn use_claim_code(tx: &mut Trace, person: PersonId, now: Timestamp) -> Result<(), StoreError> {
    tx.change_one(
        "UPDATE claim_codes
         SET used_at = $2
         WHERE person_id = $1 AND used_at IS NULL",
        &[person.into(), now.into()],
    )
    .await
}
