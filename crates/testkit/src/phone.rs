//! A person's phone without a browser: the keys and codes that the portal's script makes, by the same formulas.

use countenance_base::{GateId, Month, PersonId, Rng, SecretKey, Timestamp, rng};
use countenance_gate_core::base64url;
use countenance_gate_core::journal::Ratchet;
use countenance_gate_core::wire::{EnrolmentTicket, qr_text_to_sign};
use countenance_grant::{PublicKey, Signature, SigningKey, encode, letter_key};
use hkdf::Hkdf;
use sha2::Sha256;

/// Keys that never leave the person.
#[derive(Debug)]
pub struct Phone {
    key: SigningKey,
    secret: SecretKey,
    month: Month,
}

impl Phone {
    pub fn new(now: Timestamp, rng: &mut dyn Rng) -> Self {
        Self {
            key: SigningKey::generate(rng),
            secret: SecretKey::new(rng::bytes(rng)),
            month: now.month(),
        }
    }

    pub fn public(&self) -> PublicKey {
        self.key.public()
    }

    /// The X25519 key that records about this person are sealed to.
    pub fn record_key(&self) -> Option<[u8; 32]> {
        letter_key(&self.record_secret())
    }

    pub fn record_secret(&self) -> [u8; 32] {
        let mut out = [0; 32];
        Hkdf::<Sha256>::new(None, self.secret.expose())
            .expand(b"countenance/record-key/v1", &mut out)
            .ok();
        out
    }

    pub fn sign(&self, text: &str) -> Signature {
        self.key.sign_plain(text.as_bytes())
    }

    /// This person's ratchet at `gate` in the month of `now`.
    pub fn ratchet(&self, gate: GateId, now: Timestamp) -> Ratchet {
        Ratchet::start(&self.secret, gate, self.month).turned_to(now.month())
    }

    /// The text of the enrolment QR.
    pub fn enrolment_qr(&self, code: &str, gate: GateId, now: Timestamp) -> String {
        format!("CE1:{}", base64url::encode(&encode(&self.ticket(code, gate, now))))
    }

    pub fn ticket(&self, code: &str, gate: GateId, now: Timestamp) -> EnrolmentTicket {
        let ratchet = self.ratchet(gate, now);
        EnrolmentTicket {
            code: code.to_owned(),
            key_fingerprint: self.public().fingerprint(),
            ratchet: *ratchet.key().expose(),
            month: ratchet.month().0,
        }
    }

    /// The text of the door QR at `now`.
    pub fn door_qr(&self, person: PersonId, now: Timestamp) -> String {
        let seconds = now.seconds();
        let signature = self.sign(&qr_text_to_sign(person, seconds));
        let bytes = [person.as_bytes().as_slice(), &seconds.to_be_bytes(), &signature.0].concat();
        format!("CQ1:{}", base64url::encode(&bytes))
    }
}
