//! What gates sign for people, and what it does to a consent.

use countenance_base::{ConsentId, GateId, PersonId, Timestamp};
use countenance_gate_core::journal::RecordKind;
use countenance_storage::StoreError;
use countenance_trace::{Event, Trace};

use crate::consent::EndedBy;
use crate::{raise_epoch, store};

/// A template was made and sealed.
pub const CAUSE_ENROLLED: &str = "enrolled";
/// The gate replaced this template by a newer one of the same person.
pub const CAUSE_SUPERSEDED: &str = "superseded";
/// A further enrolment made no template; the one of before stays.
pub const CAUSE_KEPT: &str = "enrol.kept";
/// An enrolment made no template.
pub const CAUSE_NOT_ENROLLED: &str = "not.enrolled";
/// The person withdrew at the gate itself.
pub const CAUSE_WITHDRAWN_GATE: &str = "withdrawn.gate";

/// A receipt whose signature by the gate's device key was checked when it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptView {
    pub gate: GateId,
    /// Journal sequence of the frame written before the act.
    pub sequence: u64,
    pub person: PersonId,
    pub consent: ConsentId,
    /// `enrolled`, or why erased.
    pub cause: String,
    pub at: Timestamp,
    /// The gate's signed bytes.
    pub envelope: Vec<u8>,
    /// Of an erasure: what the gate signed for everybody, which names nobody.
    pub ending: Option<Vec<u8>>,
}

/// Why a receipt was not taken.
#[derive(Debug, thiserror::Error)]
pub enum ReceiptRefused {
    #[error("receipt names a consent that is not this person's at this gate")]
    Foreign,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Keeps a receipt and moves its consent; taking the same one again changes nothing.
///
/// A gate that erased on its own, because the person withdrew there, ends the consent here too.
pub async fn take_receipt(tx: &mut Trace, now: Timestamp, receipt: &ReceiptView) -> Result<(), ReceiptRefused> {
    let consent = store::consent::lookup(tx, receipt.consent).await?;
    let consent = consent.filter(|consent| consent.person == receipt.person && consent.gate(receipt.gate).is_some());
    let consent = consent.ok_or(ReceiptRefused::Foreign)?;
    if store::receipt::insert(tx, receipt, now).await? == 0 {
        return Ok(());
    }
    if receipt.cause == CAUSE_ENROLLED {
        if store::consent::note_enrolled(tx, consent.id, receipt.gate, receipt.at).await? > 0 {
            raise_epoch(tx).await?;
        }
        return Ok(());
    }
    // A template that a newer one under the same consent replaced, or outlived: the gate still holds one.
    if matches!(receipt.cause.as_str(), CAUSE_SUPERSEDED | CAUSE_KEPT) && consent.may_be_at(receipt.gate) {
        return Ok(());
    }
    store::consent::note_erased(tx, consent.id, receipt.gate, receipt.at).await?;
    if receipt.cause == CAUSE_WITHDRAWN_GATE && store::consent::end(tx, consent.id, EndedBy::Gate, receipt.at).await? > 0 {
        raise_epoch(tx).await?;
    }
    Ok(())
}

/// The person's receipts, the newest first.
pub async fn receipts_view(tx: &mut Trace, person: PersonId) -> Result<Vec<ReceiptView>, StoreError> {
    store::receipt::list_of_person(tx, person).await
}

/// One receipt of the person, for download, which is an export.
pub async fn lookup_receipt(tx: &mut Trace, person: PersonId, gate: GateId, sequence: u64) -> Result<Option<ReceiptView>, StoreError> {
    let receipt = store::receipt::lookup(tx, gate, sequence).await?;
    let own = receipt.filter(|receipt| receipt.person == person);
    if let Some(receipt) = &own {
        tx.leave(Event {
            consent: Some(receipt.consent),
            ..Event::about(person, RecordKind::Exported, "receipt")
        });
    }
    Ok(own)
}

/// Receipts that name this entry of a gate's journal; nobody hears whose.
pub async fn count_receipts_at(tx: &mut Trace, gate: GateId, sequence: u64) -> Result<u64, StoreError> {
    store::receipt::count_at(tx, gate, sequence).await
}

/// An entry that some receipt names: on which a search is tried.
pub async fn any_receipt(tx: &mut Trace) -> Result<Option<(GateId, u64)>, StoreError> {
    store::receipt::any(tx).await
}

/// What gates signed under one consent, the oldest first.
pub async fn receipts_of_consent(tx: &mut Trace, consent: ConsentId) -> Result<Vec<ReceiptView>, StoreError> {
    store::receipt::list_of_consent(tx, consent).await
}
