//! Grants as the server writes them.

use countenance_base::{ConsentId, GateId, GrantId, PersonId, PurposeId, SiteId, Timestamp};

use crate::{Envelope, SignedConsent, SigningKey};

/// What a grant permits, and nothing beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, minicbor::Encode, minicbor::Decode)]
#[cbor(index_only)]
pub enum Act {
    /// Make and seal one template from live frames. Used once.
    #[n(0)]
    Enrol,
    /// Compare a probe with this person's template.
    #[n(1)]
    Match,
    /// Seal this person's template to a recipient that the consent names. Used once.
    #[n(2)]
    Copy,
}

/// Against how many people a probe is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, minicbor::Encode, minicbor::Decode)]
#[cbor(index_only)]
pub enum Mode {
    /// One claimed person.
    #[n(0)]
    OneToOne,
    /// The consenting people of one claimed household or ticket, at most twenty.
    #[n(1)]
    OneToFew,
    /// Everyone at the door who consented to exactly this; a purpose of its own.
    #[n(2)]
    OneToMany,
}

impl Mode {
    pub const fn text(self) -> &'static str {
        match self {
            Self::OneToOne => "1:1",
            Self::OneToFew => "1:few",
            Self::OneToMany => "1:N",
        }
    }

    pub fn from_text(text: &str) -> Option<Self> {
        [Self::OneToOne, Self::OneToFew, Self::OneToMany]
            .into_iter()
            .find(|mode| mode.text() == text)
    }
}

/// A grant.
#[derive(Debug, Clone, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(array)]
pub struct Statement {
    #[n(0)]
    pub site: SiteId,
    #[n(1)]
    pub id: GrantId,
    #[n(2)]
    pub person: PersonId,
    #[n(3)]
    pub consent: ConsentId,
    #[n(4)]
    pub consent_version: u32,
    #[n(5)]
    pub act: Act,
    #[n(6)]
    pub purpose: PurposeId,
    #[n(7)]
    pub mode: Mode,
    #[n(8)]
    pub gates: Vec<GateId>,
    #[n(9)]
    pub not_before: Timestamp,
    #[n(10)]
    pub until: Timestamp,
    /// The policy epoch in which the rulebook said yes.
    #[n(11)]
    pub epoch: u64,
}

/// An enrol grant with the consent it rests on.
#[derive(Debug, Clone, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(array)]
pub struct EnrolGrant {
    #[n(0)]
    pub statement: Statement,
    #[n(1)]
    pub consent: SignedConsent,
}

impl EnrolGrant {
    pub(crate) const DOMAIN: &'static str = "countenance/enrol-grant/v1";

    /// Signs this grant. Only the server calls it, after the rulebook permitted the act.
    pub fn mint(&self, key: &SigningKey) -> Envelope {
        Envelope::seal(Self::DOMAIN, self, key)
    }
}

/// A copy grant with the one recipient that it names.
#[derive(Debug, Clone, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(array)]
pub struct CopyGrant {
    #[n(0)]
    pub statement: Statement,
    /// X25519 key: the person's own card or phone, or a further gate that the consent names.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub recipient: [u8; 32],
}

impl CopyGrant {
    pub(crate) const DOMAIN: &'static str = "countenance/copy-grant/v1";

    /// Signs this grant. Only the server calls it, after the rulebook permitted the act.
    pub fn mint(&self, key: &SigningKey) -> Envelope {
        Envelope::seal(Self::DOMAIN, self, key)
    }
}
