use countenance_base::{ConsentId, GateId, PersonId, Timestamp};
use countenance_storage::{Row, StoreError, Tx};

use crate::receipt::ReceiptView;

pub(crate) async fn insert(tx: &mut Tx, receipt: &ReceiptView, received: Timestamp) -> Result<u64, StoreError> {
    tx.execute(
        "INSERT INTO receipts (gate_id, sequence, person_id, consent_id, cause, at, envelope, received_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
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
        ],
    )
    .await
}

pub(crate) async fn list_of_consent(tx: &mut Tx, consent: ConsentId) -> Result<Vec<ReceiptView>, StoreError> {
    tx.list(
        "SELECT gate_id, sequence, person_id, consent_id, cause, at, envelope
         FROM receipts
         WHERE consent_id = $1
         ORDER BY at, sequence",
        &[consent.into()],
    )
    .await?
    .iter()
    .map(read)
    .collect()
}

pub(crate) async fn list_of_person(tx: &mut Tx, person: PersonId) -> Result<Vec<ReceiptView>, StoreError> {
    tx.list(
        "SELECT gate_id, sequence, person_id, consent_id, cause, at, envelope
         FROM receipts
         WHERE person_id = $1
         ORDER BY at DESC, sequence DESC
         LIMIT 500",
        &[person.into()],
    )
    .await?
    .iter()
    .map(read)
    .collect()
}

pub(crate) async fn lookup(tx: &mut Tx, gate: GateId, sequence: u64) -> Result<Option<ReceiptView>, StoreError> {
    tx.lookup(
        "SELECT gate_id, sequence, person_id, consent_id, cause, at, envelope
         FROM receipts
         WHERE gate_id = $1 AND sequence = $2",
        &[gate.into(), sequence.into()],
    )
    .await?
    .as_ref()
    .map(read)
    .transpose()
}

fn read(row: &Row) -> Result<ReceiptView, StoreError> {
    Ok(ReceiptView {
        gate: row.get("gate_id")?,
        sequence: row.get("sequence")?,
        person: row.get("person_id")?,
        consent: row.get("consent_id")?,
        cause: row.get("cause")?,
        at: row.get("at")?,
        envelope: row.get("envelope")?,
    })
}
