use countenance_base::{ConsentId, Month, PersonId, PurposeId, SecretKey, Timestamp};
use countenance_gate_core::journal::{Record, RecordKind};
use countenance_grant::encode;
use zeroize::Zeroizing;

/// Binds a sealed event to its use.
pub(crate) const CONTEXT: &[u8] = b"countenance/trace-event/v1";

/// One thing that the server did.
#[derive(Debug, Clone)]
pub struct Event {
    pub kind: RecordKind,
    pub person: Option<PersonId>,
    pub purpose: Option<PurposeId>,
    pub consent: Option<ConsentId>,
    /// A stable code, or the hash of what is committed to.
    pub reason: String,
    /// The server's first monthly secret about the person, when this event brings it.
    pub secret: Option<PersonSecret>,
}

/// W of the server about a person, made in the person's browser from S.
#[derive(Debug, Clone)]
pub struct PersonSecret {
    pub month: Month,
    pub key: SecretKey,
}

impl Event {
    /// Something about no person.
    pub fn site(kind: RecordKind, reason: impl Into<String>) -> Self {
        Self {
            kind,
            person: None,
            purpose: None,
            consent: None,
            reason: reason.into(),
            secret: None,
        }
    }

    /// Something about a person.
    pub fn about(person: PersonId, kind: RecordKind, reason: impl Into<String>) -> Self {
        Self {
            person: Some(person),
            ..Self::site(kind, reason)
        }
    }
}

/// An event on its way to the keyring.
#[derive(minicbor::Encode, minicbor::Decode)]
#[cbor(array)]
pub(crate) struct Letter {
    #[n(0)]
    pub(crate) record: Record,
    #[n(1)]
    month: Option<Month>,
    #[cbor(n(2), with = "minicbor::bytes")]
    key: Option<[u8; 32]>,
}

impl Letter {
    pub(crate) fn new(event: Event, actor: Option<countenance_base::OperatorId>, at: Timestamp) -> Self {
        let record = Record {
            kind: event.kind,
            at,
            attempt: None,
            person: event.person,
            purpose: event.purpose,
            consent: event.consent,
            reason: event.reason,
            pack: None,
            actor,
        };
        let (month, key) = event.secret.map(|secret| (secret.month, *secret.key.expose())).unzip();
        Self { record, month, key }
    }

    pub(crate) fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(encode(self))
    }

    pub(crate) fn secret(&self) -> Option<PersonSecret> {
        Some(PersonSecret {
            month: self.month?,
            key: SecretKey::new(self.key?),
        })
    }
}

impl Drop for Letter {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.key);
    }
}
