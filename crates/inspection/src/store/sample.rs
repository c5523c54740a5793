use countenance_base::{ConsentId, GateId, InspectionId, SampleId, Timestamp};
use countenance_storage::{Row, StoreError};
use countenance_trace::Trace;

use crate::sample::{PromisedSample, list_hash, promise_hash};

/// A sample as stored.
pub(crate) struct SampleRow {
    pub(crate) id: SampleId,
    pub(crate) nonce: [u8; 32],
    /// Ids of consents, sixteen bytes each.
    pub(crate) listed: Vec<u8>,
    pub(crate) word: Option<String>,
}

impl SampleRow {
    pub(crate) fn promised(&self) -> PromisedSample {
        PromisedSample {
            id: self.id,
            nonce_hash: promise_hash(&self.nonce),
            count: (self.listed.len() / 16) as u64,
            list_hash: list_hash(&self.listed),
        }
    }
}

/// Ids of all consents that were ever signed, in order: no row about a person is read but its number.
pub(crate) async fn list_consents(tx: &mut Trace) -> Result<Vec<u8>, StoreError> {
    let rows = tx
        .list("SELECT id FROM consents WHERE signed_at IS NOT NULL ORDER BY id", &[])
        .await?;
    let mut listed = Vec::with_capacity(16 * rows.len());
    for row in &rows {
        listed.extend_from_slice(row.get::<ConsentId>("id")?.as_bytes());
    }
    Ok(listed)
}

/// Where gates wrote that they enrolled under this consent.
pub(crate) async fn list_enrolled(tx: &mut Trace, consent: ConsentId) -> Result<Vec<(GateId, u64)>, StoreError> {
    let rows = tx
        .list(
            "SELECT gate_id, sequence FROM receipts WHERE consent_id = $1 AND cause = 'enrolled' ORDER BY gate_id, sequence",
            &[consent.into()],
        )
        .await?;
    rows.iter().map(|row| Ok((row.get("gate_id")?, row.get("sequence")?))).collect()
}

pub(crate) async fn insert(tx: &mut Trace, inspection: InspectionId, row: &SampleRow, now: Timestamp) -> Result<(), StoreError> {
    tx.change_one(
        "INSERT INTO inspection_samples (id, inspection_id, nonce, listed, promised_at) VALUES ($1, $2, $3, $4, $5)",
        &[
            row.id.into(),
            inspection.into(),
            row.nonce.into(),
            row.listed.as_slice().into(),
            now.into(),
        ],
    )
    .await
}

pub(crate) async fn lookup(tx: &mut Trace, inspection: InspectionId, id: SampleId) -> Result<Option<SampleRow>, StoreError> {
    let row = tx
        .lookup(
            "SELECT id, nonce, listed, word FROM inspection_samples WHERE inspection_id = $1 AND id = $2",
            &[inspection.into(), id.into()],
        )
        .await?;
    row.as_ref().map(read).transpose()
}

pub(crate) async fn lookup_waiting(tx: &mut Trace, inspection: InspectionId) -> Result<Option<SampleRow>, StoreError> {
    let row = tx
        .lookup(
            "SELECT id, nonce, listed, word FROM inspection_samples WHERE inspection_id = $1 AND word IS NULL LIMIT 1",
            &[inspection.into()],
        )
        .await?;
    row.as_ref().map(read).transpose()
}

pub(crate) async fn lookup_drawn(tx: &mut Trace, inspection: InspectionId) -> Result<Option<SampleRow>, StoreError> {
    let row = tx
        .lookup(
            "SELECT id, nonce, listed, word
             FROM inspection_samples
             WHERE inspection_id = $1 AND word IS NOT NULL
             ORDER BY drawn_at DESC, id DESC
             LIMIT 1",
            &[inspection.into()],
        )
        .await?;
    row.as_ref().map(read).transpose()
}

pub(crate) async fn draw(tx: &mut Trace, id: SampleId, word: &str, now: Timestamp) -> Result<(), StoreError> {
    tx.change_one(
        "UPDATE inspection_samples SET word = $2, drawn_at = $3 WHERE id = $1 AND word IS NULL",
        &[id.into(), word.into(), now.into()],
    )
    .await
}

fn read(row: &Row) -> Result<SampleRow, StoreError> {
    Ok(SampleRow {
        id: row.get("id")?,
        nonce: row.get("nonce")?,
        listed: row.get("listed")?,
        word: row.get_optional("word")?,
    })
}
