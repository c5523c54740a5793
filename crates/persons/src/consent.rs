//! One person's signed yes to one purpose: begun → signed → enrolled → withdrawn or expired. It has an end, never a flag.

use countenance_base::{ConsentId, DoorId, GateId, GrantId, PersonId, PurposeId, Timestamp};
use countenance_grant::{ConsentStatement, Mode, PublicKey, Signature, SignedConsent};
use countenance_storage::StoreError;
use countenance_trace::Trace;

use crate::receipt::ReceiptView;
use crate::store;

/// Where a consent stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConsentState {
    /// The text was made; nobody has signed.
    Begun,
    Signed,
    /// A gate has signed that it holds a template under this consent.
    Enrolled,
    Withdrawn,
    Expired,
}

impl ConsentState {
    const ALL: [Self; 5] = [Self::Begun, Self::Signed, Self::Enrolled, Self::Withdrawn, Self::Expired];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Begun => "begun",
            Self::Signed => "signed",
            Self::Enrolled => "enrolled",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    /// Signed and not ended.
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Signed | Self::Enrolled)
    }
}

/// What ended a consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EndedBy {
    /// The person, in the portal.
    Portal,
    /// The person, at a gate.
    Gate,
    Expired,
    /// The purpose ended.
    Purpose,
    /// The person is being erased.
    Erasure,
}

impl EndedBy {
    const ALL: [Self; 5] = [Self::Portal, Self::Gate, Self::Expired, Self::Purpose, Self::Erasure];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Portal => "portal",
            Self::Gate => "gate",
            Self::Expired => "expired",
            Self::Purpose => "purpose",
            Self::Erasure => "erasure",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.word() == word)
    }
}

/// A consent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    pub id: ConsentId,
    pub person: PersonId,
    pub purpose: PurposeId,
    pub door: DoorId,
    pub version: u32,
    pub mode: Mode,
    /// The exact text that the person signs ([`ConsentStatement::to_text`]).
    pub text: String,
    pub notice_hash: [u8; 32],
    pub state: ConsentState,
    pub given: Timestamp,
    pub until: Timestamp,
    pub signature: Option<Signature>,
    pub key: Option<PublicKey>,
    pub signed_at: Option<Timestamp>,
    pub enrolled_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    pub ended_by: Option<EndedBy>,
    pub gates: Vec<ConsentGate>,
}

/// One gate that a consent names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConsentGate {
    pub gate: GateId,
    /// Id of the match grant in this gate's snapshots.
    pub match_grant: GrantId,
    /// An enrolment code was redeemed here: from then on a template may exist, whether its receipt has arrived or not.
    pub redeemed_at: Option<Timestamp>,
    /// From the gate's own signed receipt.
    pub enrolled_at: Option<Timestamp>,
    /// From the gate's own signed receipt.
    pub erased_at: Option<Timestamp>,
    /// The gate was declared lost while it may have held a template.
    pub lost_at: Option<Timestamp>,
}

impl ConsentGate {
    /// A template may be there, and nobody has said that it is gone or the gate lost.
    pub const fn is_outstanding(&self) -> bool {
        self.redeemed_at.is_some() && self.erased_at.is_none() && self.lost_at.is_none()
    }
}

impl Consent {
    /// Text, signature and key as they travel to a gate; `None` before it was signed.
    pub fn signed(&self) -> Option<SignedConsent> {
        Some(SignedConsent {
            text: self.text.clone(),
            signature: self.signature?,
            key: self.key?,
        })
    }

    /// The statement, with the signature checked anew under `key`; `None` when it does not hold.
    pub fn checked(&self, key: &PublicKey) -> Option<ConsentStatement> {
        self.signed().filter(|signed| signed.key == *key)?.open().ok()
    }

    pub fn gate(&self, gate: GateId) -> Option<&ConsentGate> {
        self.gates.iter().find(|entry| entry.gate == gate)
    }

    /// Whether this gate may hold a template under this consent.
    pub fn may_be_at(&self, gate: GateId) -> bool {
        let gate = self.gate(gate);
        gate.is_some_and(|gate| gate.erased_at.is_none() && (gate.redeemed_at.is_some() || gate.enrolled_at.is_some()))
    }

    /// Every gate that had a template has signed that it is gone.
    pub fn is_forgotten(&self) -> bool {
        !self.state.is_live() && self.gates.iter().all(|gate| gate.redeemed_at.is_none() || gate.erased_at.is_some())
    }

    /// Ended, and of what may be left every holder was declared lost.
    pub fn is_lost(&self) -> bool {
        !self.state.is_live() && !self.is_forgotten() && !self.gates.iter().any(ConsentGate::is_outstanding)
    }
}

/// A consent with what gates signed about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentView {
    pub consent: Consent,
    /// The oldest first.
    pub receipts: Vec<ReceiptView>,
}

/// A person's own consent with its receipts; `None` when it is not theirs.
pub async fn lookup_consent(tx: &mut Trace, person: PersonId, id: ConsentId) -> Result<Option<ConsentView>, StoreError> {
    let Some(consent) = store::consent::lookup(tx, id).await?.filter(|consent| consent.person == person) else {
        return Ok(None);
    };
    let receipts = store::receipt::list_of_consent(tx, id).await?;
    Ok(Some(ConsentView { consent, receipts }))
}

/// A consent, whoever gave it: for an inspector's sample.
pub async fn lookup_any_consent(tx: &mut Trace, id: ConsentId) -> Result<Option<Consent>, StoreError> {
    store::consent::lookup(tx, id).await
}

/// The person's live consent to `purpose`.
pub async fn lookup_live_consent(tx: &mut Trace, person: PersonId, purpose: PurposeId) -> Result<Option<Consent>, StoreError> {
    store::consent::lookup_live(tx, person, purpose).await
}

/// Every consent to a purpose that was ever signed, whoever gave it.
pub async fn list_consents_of_purpose(tx: &mut Trace, purpose: PurposeId) -> Result<Vec<Consent>, StoreError> {
    store::consent::list_of_purpose(tx, purpose).await
}

/// Every consent that a person ever signed, the oldest first.
pub async fn list_consents_of_person(tx: &mut Trace, person: PersonId) -> Result<Vec<Consent>, StoreError> {
    store::consent::list_all_of_person(tx, person).await
}

/// All consents that a person ever signed, the newest first, with their receipts.
pub async fn consents_view(tx: &mut Trace, person: PersonId) -> Result<Vec<ConsentView>, StoreError> {
    let mut views = Vec::new();
    for consent in store::consent::list_of_person(tx, person).await? {
        let receipts = store::receipt::list_of_consent(tx, consent.id).await?;
        views.push(ConsentView { consent, receipts });
    }
    Ok(views)
}

/// The live consents to `purpose`; compiled into snapshots.
pub async fn list_live_consents(tx: &mut Trace, purpose: PurposeId) -> Result<Vec<Consent>, StoreError> {
    store::consent::list_live(tx, purpose).await
}

/// A gate is lost: whatever may be there counts as lost with it, and how many consents that is.
pub async fn note_gate_lost(tx: &mut Trace, gate: GateId, now: Timestamp) -> Result<u64, StoreError> {
    store::consent::note_lost(tx, gate, now).await
}
