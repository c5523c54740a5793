//! Ed25519 (RFC 8032), strict verification.

use std::fmt;

use countenance_base::{Rng, to_hex};
use ed25519_dalek::Signer as _;
use sha2::{Digest, Sha256};

/// A signature does not fit the bytes and the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("signature does not verify")]
pub struct InvalidSignature;

/// 64 bytes of Ed25519 signature.
#[derive(Clone, Copy, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(transparent)]
pub struct Signature(#[cbor(n(0), with = "minicbor::bytes")] pub [u8; 64]);

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signature(…)")
    }
}

/// 32 bytes of Ed25519 public key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, minicbor::Encode, minicbor::Decode)]
#[cbor(transparent)]
pub struct PublicKey(#[cbor(n(0), with = "minicbor::bytes")] pub [u8; 32]);

impl PublicKey {
    /// Checks `signature` over `domain`, a zero byte and `message`.
    pub fn verify(&self, domain: &str, message: &[u8], signature: &Signature) -> Result<(), InvalidSignature> {
        self.verify_plain(&in_domain(domain, message), signature)
    }

    /// Checks a signature over `message` alone: text that a person signs and that any Ed25519 tool can check.
    pub fn verify_plain(&self, message: &[u8], signature: &Signature) -> Result<(), InvalidSignature> {
        let key = ed25519_dalek::VerifyingKey::from_bytes(&self.0).map_err(|_| InvalidSignature)?;
        key.verify_strict(message, &ed25519_dalek::Signature::from_bytes(&signature.0))
            .map_err(|_| InvalidSignature)
    }

    /// SHA-256 of the key: what an enrolment code shows of it.
    pub fn fingerprint(&self) -> [u8; 32] {
        Sha256::digest(self.0).into()
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", to_hex(&self.0))
    }
}

/// A private key. Prints nothing; zeroed on drop by its library.
pub struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    pub fn generate(rng: &mut dyn Rng) -> Self {
        let seed = zeroize::Zeroizing::new(countenance_base::rng::bytes::<32>(rng));
        Self::from_seed(&seed)
    }

    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(seed))
    }

    /// The 32 bytes to store, for programs that keep this key in a file.
    pub fn seed(&self) -> zeroize::Zeroizing<[u8; 32]> {
        zeroize::Zeroizing::new(self.0.to_bytes())
    }

    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    /// Signs `domain`, a zero byte and `message`: a signature made for one use never fits another.
    pub fn sign(&self, domain: &str, message: &[u8]) -> Signature {
        self.sign_plain(&in_domain(domain, message))
    }

    /// Signs `message` alone; see [`PublicKey::verify_plain`].
    pub fn sign_plain(&self, message: &[u8]) -> Signature {
        Signature(self.0.sign(message).to_bytes())
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(…)")
    }
}

fn in_domain(domain: &str, message: &[u8]) -> Vec<u8> {
    [domain.as_bytes(), &[0], message].concat()
}
