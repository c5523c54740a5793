use countenance_base::{ConsentId, GateId, PersonId, Timestamp};
use countenance_storage::{Row, StoreError};
use countenance_trace::Trace;

use crate::receipt::ReceiptView;

pub(crate) async fn insert(tx: &mut Trace, receipt: &ReceiptView, received: Timestamp) -> Result<u64, StoreError> {
    tx.execute(
        "INSERT INTO receipts (gate_id, sequence, person_id, consent_id, cause, at, envelope, received_at, ending)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (gate_id, sequence) DO NOTHING",
        &[
            receipt.gate.into(),
            receipt.sequence.into(),
            receipt.person.into(),
            receipt.consent.into(),
            (&receipt.cause).into(),
            receipt.at.into(),
            receipt.envelope.as_slice().into(),
            received.into(),
            receipt.ending.as_deref().into(),
        ],
    )
    .await
}

pub(crate) async fn list_of_consent(tx: &mut Trace, consent: ConsentId) -> Result<Vec<ReceiptView>, StoreError> {
    let rows = tx
        .list(
            "SELECT gate_id, sequence, person_id, consent_id, cause, at, envelope, ending
         FROM receipts
         WHERE consent_id = $1
         ORDER BY at, sequence",
            &[consent.into()],
        )
        .await?;
    rows.iter().map(|row| read(tx, row)).collect()
}

pub(crate) async fn list_of_person(tx: &mut Trace, person: PersonId) -> Result<Vec<ReceiptView>, StoreError> {
    let rows = tx
        .list(
            "SELECT gate_id, sequence, person_id, consent_id, cause, at, envelope, ending
         FROM receipts
         WHERE person_id = $1
         ORDER BY at DESC, sequence DESC
         LIMIT 500",
            &[person.into()],
        )
        .await?;
    rows.iter().map(|row| read(tx, row)).collect()
}

pub(crate) async fn lookup(tx: &mut Trace, gate: GateId, sequence: u64) -> Result<Option<ReceiptView>, StoreError> {
    let row = tx
        .lookup(
            "SELECT gate_id, sequence, person_id, consent_id, cause, at, envelope, ending
         FROM receipts
         WHERE gate_id = $1 AND sequence = $2",
            &[gate.into(), sequence.into()],
        )
        .await?;
    row.map(|row| read(tx, &row)).transpose()
}

pub(crate) async fn count_at(tx: &mut Trace, gate: GateId, sequence: u64) -> Result<u64, StoreError> {
    let row = tx
        .lookup(
            "SELECT COUNT(*) AS n FROM receipts WHERE gate_id = $1 AND sequence = $2",
            &[gate.into(), sequence.into()],
        )
        .await?;
    row.map_or(Ok(0), |row| row.get("n"))
}

pub(crate) async fn any(tx: &mut Trace) -> Result<Option<(GateId, u64)>, StoreError> {
    let row = tx
        .lookup("SELECT gate_id, sequence FROM receipts ORDER BY gate_id, sequence LIMIT 1", &[])
        .await?;
    row.map(|row| Ok((row.get("gate_id")?, row.get("sequence")?))).transpose()
}

fn read(tx: &mut Trace, row: &Row) -> Result<ReceiptView, StoreError> {
    let person = row.get("person_id")?;
    tx.looked_at(person);
    Ok(ReceiptView {
        gate: row.get("gate_id")?,
        sequence: row.get("sequence")?,
        person,
        consent: row.get("consent_id")?,
        cause: row.get("cause")?,
        at: row.get("at")?,
        envelope: row.get("envelope")?,
        ending: row.get_optional("ending")?,
    })
}
