//! What a person signs, as text that the person can read and any Ed25519 tool can check.

use countenance_base::{ConsentId, GateId, PersonId, PurposeId, SiteId, Timestamp, from_hex, to_hex};

use crate::{InvalidSignature, Mode, PublicKey, Signature};

const FIRST_LINE: &str = "countenance consent v1";

/// A consent: one person, one purpose, one notice, named gates, an end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentStatement {
    pub site: SiteId,
    pub person: PersonId,
    pub consent: ConsentId,
    pub version: u32,
    /// SHA-256 of the notice text that was on the page.
    pub notice: [u8; 32],
    pub purpose: PurposeId,
    pub mode: Mode,
    pub gates: Vec<GateId>,
    pub given: Timestamp,
    pub until: Timestamp,
}

/// The text is not a consent statement in its one canonical form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidConsent {
    #[error("consent text is not in canonical form")]
    Form,
    #[error(transparent)]
    Signature(#[from] InvalidSignature),
}

impl ConsentStatement {
    /// The text to sign: `\n` line ends, no trailing spaces, a newline at the end.
    pub fn to_text(&self) -> String {
        let gates: Vec<String> = self.gates.iter().map(ToString::to_string).collect();
        format!(
            "{FIRST_LINE}\nsite: {}\nperson: {}\nconsent: {}\nversion: {}\nnotice: {}\npurpose: {}\nmode: {}\ngates: {}\ngiven: {}\nuntil: {}\n",
            self.site,
            self.person,
            self.consent,
            self.version,
            to_hex(&self.notice),
            self.purpose,
            self.mode.text(),
            gates.join(","),
            self.given.rfc3339(),
            self.until.rfc3339(),
        )
    }

    /// Reads exactly what [`Self::to_text`] writes.
    pub fn parse(text: &str) -> Result<Self, InvalidConsent> {
        Self::read(text)
            .filter(|statement| statement.to_text() == text)
            .ok_or(InvalidConsent::Form)
    }

    fn read(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        if lines.next() != Some(FIRST_LINE) {
            return None;
        }
        let mut field = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix(": ");
        Some(Self {
            site: field("site")?.parse().ok()?,
            person: field("person")?.parse().ok()?,
            consent: field("consent")?.parse().ok()?,
            version: field("version")?.parse().ok()?,
            notice: from_hex(field("notice")?)?,
            purpose: field("purpose")?.parse().ok()?,
            mode: Mode::from_text(field("mode")?)?,
            gates: field("gates")?.split(',').map(|gate| gate.parse().ok()).collect::<Option<_>>()?,
            given: Timestamp::parse_rfc3339(field("given")?)?,
            until: Timestamp::parse_rfc3339(field("until")?)?,
        })
    }
}

/// A consent text with the person's signature and public key, as it travels to the gate.
#[derive(Debug, Clone, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(array)]
pub struct SignedConsent {
    #[n(0)]
    pub text: String,
    #[n(1)]
    pub signature: Signature,
    #[n(2)]
    pub key: PublicKey,
}

impl SignedConsent {
    /// The statement, once the signature by the key inside fits. Whether the key is the person's is for the caller:
    /// the gate compares its fingerprint with the one in the enrolment code that the person showed.
    pub fn open(&self) -> Result<ConsentStatement, InvalidConsent> {
        self.key.verify_plain(self.text.as_bytes(), &self.signature)?;
        ConsentStatement::parse(&self.text)
    }
}
