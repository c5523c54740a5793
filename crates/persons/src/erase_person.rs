//! Erasing a person: first everything stops, then, when every gate has answered, the rows end; for a court a sealed letter stays.

use std::time::Duration;

use countenance_base::{ConsentId, PersonId, Timestamp, rng};
use countenance_gate_core::journal::RecordKind;
use countenance_gate_core::policy::Lane;
use countenance_grant::{encode, seal_letter};
use countenance_storage::StoreError;
use countenance_trace::{Event, Trace};
use zeroize::Zeroizing;

use crate::consent::{Consent, EndedBy};
use crate::sign_consent::about;
use crate::{Ctx, raise_epoch, store};

/// Binds the letter to its use.
const CONTEXT: &[u8] = b"countenance/evidence/v1";

/// What stays of one consent: all that a court needs to see that there was one, and what gates signed about it.
#[derive(Debug, Clone, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(array)]
pub struct KeptConsent {
    #[n(0)]
    pub consent: ConsentId,
    #[n(1)]
    pub text: String,
    #[cbor(n(2), with = "minicbor::bytes")]
    pub signature: Option<[u8; 64]>,
    #[cbor(n(3), with = "minicbor::bytes")]
    pub key: Option<[u8; 32]>,
    #[n(4)]
    pub ended_at: Option<Timestamp>,
    /// The gates' signed words, the oldest first.
    #[n(5)]
    pub receipts: Vec<KeptReceipt>,
}

/// An envelope as a gate signed it.
#[derive(Debug, Clone, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(transparent)]
pub struct KeptReceipt(#[cbor(n(0), with = "minicbor::bytes")] pub Vec<u8>);

/// Rows that ended, by table.
pub type EndedRows = Vec<(&'static str, u64)>;

/// Nothing opens for this person any more: consents, ways in and sessions end. The account stays until every gate has answered, since
/// what gates still write about the person is sealed to its record key.
pub async fn stop_person(tx: &mut Trace, ctx: &Ctx<'_>, person: PersonId) -> Result<(), StoreError> {
    for consent in store::consent::list_all_of_person(tx, person).await? {
        if store::consent::end(tx, consent.id, EndedBy::Erasure, ctx.now).await? > 0 {
            tx.leave(about(&consent, RecordKind::Withdrawn, "erasure.ordered"));
        }
    }
    store::consent::drop_drafts(tx, person).await?;
    for lane in [Lane::Qr, Lane::Pin] {
        store::credential::end(tx, person, lane, ctx.now).await?;
    }
    store::session::end_all_of_person(tx, person).await?;
    raise_epoch(tx).await?;
    Ok(())
}

/// Ends every row about this person. Consents and receipts go into a letter for the holders of evidence shares, until the limitation
/// period of the rulebook is over; the letter's row names nobody.
///
/// # Errors
/// [`StoreError::Untraced`], with nothing changed, when the letter cannot be sealed.
pub async fn end_rows_of_person(tx: &mut Trace, ctx: &mut Ctx<'_>, person: PersonId) -> Result<EndedRows, StoreError> {
    let mut kept = Vec::new();
    for consent in store::consent::list_all_of_person(tx, person).await? {
        kept.push(keep(tx, &consent).await?);
    }
    if !kept.is_empty() {
        let bytes = Zeroizing::new(encode(&kept));
        let sealed = seal_letter(&[ctx.site.evidence_key], CONTEXT, &bytes, ctx.rng).ok_or(StoreError::Untraced)?;
        let days = ctx.rulebook.parameters().consent_receipt_keep_days;
        let until = ctx.now.plus(Duration::from_hours(u64::from(days) * 24));
        store::erasure::put_evidence(tx, rng::bytes(ctx.rng), &sealed, until).await?;
    }
    store::erasure::end_rows(tx, person).await
}

async fn keep(tx: &mut Trace, consent: &Consent) -> Result<KeptConsent, StoreError> {
    let receipts = store::receipt::list_of_consent(tx, consent.id).await?;
    Ok(KeptConsent {
        consent: consent.id,
        text: consent.text.clone(),
        signature: consent.signature.as_ref().map(|signature| signature.0),
        key: consent.key.map(|key| key.0),
        ended_at: consent.ended_at,
        receipts: receipts.into_iter().map(|receipt| KeptReceipt(receipt.envelope)).collect(),
    })
}

/// Opens what [`end_rows_of_person`] kept, with the evidence key that two holders of shares have put together.
pub fn open_evidence(secret: &[u8; 32], sealed: &[u8]) -> Option<Vec<KeptConsent>> {
    countenance_grant::decode_canonical(&countenance_grant::open_letter(secret, CONTEXT, sealed)?)
}

/// All letters of erased people: number and sealed bytes. Who opens one leaves a leaf.
pub async fn list_evidence(tx: &mut Trace) -> Result<Vec<([u8; 16], Vec<u8>)>, StoreError> {
    store::erasure::list_evidence(tx).await
}

/// Shreds letters whose limitation period is over.
pub async fn shred_evidence(tx: &mut Trace, now: Timestamp) -> Result<u64, StoreError> {
    store::erasure::shred_evidence(tx, now).await
}

/// Rows that name the person, by table; all zero after the erasure.
pub async fn rows_of_person(tx: &mut Trace, person: PersonId) -> Result<EndedRows, StoreError> {
    store::erasure::count_rows(tx, person).await
}

/// Rows of the site as a whole, for who compares them with the ledger's leaves.
pub async fn count_rows(tx: &mut Trace) -> Result<EndedRows, StoreError> {
    store::erasure::count_all(tx).await
}

/// Everybody who is registered: for a site that closes.
pub async fn list_everybody(tx: &mut Trace) -> Result<Vec<PersonId>, StoreError> {
    store::erasure::list_everybody(tx).await
}

/// The person's last leaf by the server: rows and keys ended.
pub fn erased(person: PersonId) -> Event {
    Event::about(person, RecordKind::Erased, "person.erased")
}
