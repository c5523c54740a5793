//! What ends with a person, table by table. The order is that of the references between them.

use countenance_base::{PersonId, Timestamp};
use countenance_storage::{StoreError, Value};
use countenance_trace::Trace;

/// Tables that name a person, with what removes their rows. A consent's gates hang on the consent; a household ends with its last person.
const ENDED: [(&str, &str); 11] = [
    ("person_sessions", "DELETE FROM person_sessions WHERE person_id = $1"),
    ("claim_codes", "DELETE FROM claim_codes WHERE person_id = $1"),
    ("credentials", "DELETE FROM credentials WHERE person_id = $1"),
    ("enrolment_codes", "DELETE FROM enrolment_codes WHERE person_id = $1"),
    ("receipts", "DELETE FROM receipts WHERE person_id = $1"),
    (
        "grant_findings",
        "DELETE FROM grant_findings WHERE consent_id IN (SELECT id FROM consents WHERE person_id = $1)",
    ),
    (
        "consent_gates",
        "DELETE FROM consent_gates WHERE consent_id IN (SELECT id FROM consents WHERE person_id = $1)",
    ),
    ("consents", "DELETE FROM consents WHERE person_id = $1"),
    ("notices_shown", "DELETE FROM notices_shown WHERE person_id = $1"),
    ("accounts", "DELETE FROM accounts WHERE person_id = $1"),
    ("persons", "DELETE FROM persons WHERE id = $1"),
];

const LEFT: [(&str, &str); 9] = [
    ("person_sessions", "SELECT COUNT(*) AS n FROM person_sessions WHERE person_id = $1"),
    ("claim_codes", "SELECT COUNT(*) AS n FROM claim_codes WHERE person_id = $1"),
    ("credentials", "SELECT COUNT(*) AS n FROM credentials WHERE person_id = $1"),
    ("enrolment_codes", "SELECT COUNT(*) AS n FROM enrolment_codes WHERE person_id = $1"),
    ("receipts", "SELECT COUNT(*) AS n FROM receipts WHERE person_id = $1"),
    ("consents", "SELECT COUNT(*) AS n FROM consents WHERE person_id = $1"),
    ("notices_shown", "SELECT COUNT(*) AS n FROM notices_shown WHERE person_id = $1"),
    ("accounts", "SELECT COUNT(*) AS n FROM accounts WHERE person_id = $1"),
    ("persons", "SELECT COUNT(*) AS n FROM persons WHERE id = $1"),
];

/// Removes the rows and says how many went, for each table that had some.
pub(crate) async fn end_rows(tx: &mut Trace, person: PersonId) -> Result<Vec<(&'static str, u64)>, StoreError> {
    let mut ended = Vec::new();
    for (table, statement) in ENDED {
        let count = tx.execute(statement, &[person.into()]).await?;
        if count > 0 {
            ended.push((table, count));
        }
    }
    tx.execute(
        "DELETE FROM households WHERE NOT EXISTS (SELECT 1 FROM persons WHERE persons.household_id = households.id)",
        &[],
    )
    .await?;
    Ok(ended)
}

/// Rows that still name the person, table by table: the same question finds them before the erasure.
pub(crate) async fn count_rows(tx: &mut Trace, person: PersonId) -> Result<Vec<(&'static str, u64)>, StoreError> {
    let mut left = Vec::new();
    for (table, question) in LEFT {
        let row = tx.lookup(question, &[person.into()]).await?;
        left.push((table, row.map_or(Ok(0), |row| row.get("n"))?));
    }
    Ok(left)
}

pub(crate) async fn put_evidence(tx: &mut Trace, id: [u8; 16], sealed: &[u8], kept_until: Timestamp) -> Result<(), StoreError> {
    tx.change_one(
        "INSERT INTO evidence (id, sealed, kept_until) VALUES ($1, $2, $3)",
        &[Value::from(id), sealed.into(), kept_until.into()],
    )
    .await
}

/// Shreds what was kept long enough.
pub(crate) async fn shred_evidence(tx: &mut Trace, now: Timestamp) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM evidence WHERE kept_until <= $1", &[now.into()]).await
}

pub(crate) async fn list_evidence(tx: &mut Trace) -> Result<Vec<([u8; 16], Vec<u8>)>, StoreError> {
    let rows = tx.list("SELECT id, sealed FROM evidence ORDER BY id", &[]).await?;
    rows.iter().map(|row| Ok((row.get("id")?, row.get("sealed")?))).collect()
}

/// Rows whose coming and going the ledger tells.
const COUNTED: [(&str, &str); 4] = [
    ("consents", "SELECT COUNT(*) AS n FROM consents WHERE signed_at IS NOT NULL"),
    ("receipts", "SELECT COUNT(*) AS n FROM receipts"),
    ("accounts", "SELECT COUNT(*) AS n FROM accounts"),
    ("evidence", "SELECT COUNT(*) AS n FROM evidence"),
];

pub(crate) async fn count_all(tx: &mut Trace) -> Result<Vec<(&'static str, u64)>, StoreError> {
    let mut counts = Vec::new();
    for (table, question) in COUNTED {
        let row = tx.lookup(question, &[]).await?;
        counts.push((table, row.map_or(Ok(0), |row| row.get("n"))?));
    }
    Ok(counts)
}

/// Everybody who is registered.
pub(crate) async fn list_everybody(tx: &mut Trace) -> Result<Vec<PersonId>, StoreError> {
    let rows = tx.list("SELECT id FROM persons ORDER BY id", &[]).await?;
    rows.iter().map(|row| row.get("id")).collect()
}
