//! The device-bound secret without which a copy of the database verifies no PIN, no code, and opens no door PIN.

use aes_gcm_siv::aead::{Aead as _, KeyInit as _, Payload};
use aes_gcm_siv::{Aes256GcmSiv, Key, Nonce};
use countenance_base::{Rng, SecretKey, rng};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

const NONCE_BYTES: usize = 12;

/// Keys derived from the pepper file's 32 bytes, one for each use.
#[derive(Debug, Clone)]
pub struct Pepper {
    pin: SecretKey,
    code: SecretKey,
    seal: SecretKey,
}

impl Pepper {
    pub fn from_root(root: &SecretKey) -> Self {
        let derive = |label: &str| SecretKey::new(mac(root, &[label.as_bytes()]));
        Self {
            pin: derive("countenance/pepper/pin/v1"),
            code: derive("countenance/pepper/code/v1"),
            seal: derive("countenance/pepper/seal/v1"),
        }
    }

    /// The keyed hash under which a code or token is stored; `kind` keeps one kind from standing for another.
    pub fn hash_code(&self, kind: &str, code: &str) -> [u8; 32] {
        mac(&self.code, &[kind.as_bytes(), &[0], code.as_bytes()])
    }

    /// argon2id (m = 19 MiB, t = 2, p = 1; RFC 9106) of an account PIN with the pepper as its secret. `None` when the library refuses.
    pub(crate) fn hash_pin(&self, pin: &str, salt: &[u8; 16]) -> Option<SecretKey> {
        let mut hash = [0u8; 32];
        let params = argon2::Params::new(19 * 1024, 2, 1, Some(32)).ok()?;
        argon2::Argon2::new_with_secret(self.pin.expose(), argon2::Algorithm::Argon2id, argon2::Version::V0x13, params)
            .ok()?
            .hash_password_into(pin.as_bytes(), salt, &mut hash)
            .ok()?;
        Some(SecretKey::new(hash))
    }

    pub(crate) fn pin_fits(&self, pin: &str, salt: &[u8; 16], hash: &[u8; 32]) -> bool {
        self.hash_pin(pin, salt).is_some_and(|other| bool::from(other.expose().ct_eq(hash)))
    }

    /// Seals `bytes` for storage, bound to `context`: nonce (12) and AES-256-GCM-SIV ciphertext.
    pub(crate) fn seal(&self, context: &[u8], bytes: &[u8], rng: &mut dyn Rng) -> Option<Vec<u8>> {
        let nonce = rng::bytes::<NONCE_BYTES>(rng);
        let sealed = self
            .cipher()
            .encrypt(&Nonce::from(nonce), Payload { msg: bytes, aad: context })
            .ok()?;
        Some([nonce.as_slice(), &sealed].concat())
    }

    pub(crate) fn open(&self, context: &[u8], sealed: &[u8]) -> Option<zeroize::Zeroizing<Vec<u8>>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>()?;
        let plain = self
            .cipher()
            .decrypt(&Nonce::from(*nonce), Payload { msg: sealed, aad: context })
            .ok()?;
        Some(zeroize::Zeroizing::new(plain))
    }

    fn cipher(&self) -> Aes256GcmSiv {
        Aes256GcmSiv::new(&Key::<Aes256GcmSiv>::from(*self.seal.expose()))
    }
}

fn mac(key: &SecretKey, parts: &[&[u8]]) -> [u8; 32] {
    use hmac::KeyInit as _;
    // HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.expose()) else {
        return [0; 32];
    };
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use countenance_base::SeededRng;

    #[test]
    fn nothing_fits_under_another_pepper_kind_or_context() {
        let (ours, other) = (
            Pepper::from_root(&SecretKey::new([1; 32])),
            Pepper::from_root(&SecretKey::new([2; 32])),
        );
        let hash = *ours.hash_pin("493027", &[7; 16]).unwrap().expose();
        assert!(ours.pin_fits("493027", &[7; 16], &hash));
        assert!(!ours.pin_fits("493028", &[7; 16], &hash));
        assert!(!other.pin_fits("493027", &[7; 16], &hash));
        assert_ne!(ours.hash_code("claim", "A"), ours.hash_code("enrol", "A"));
        assert_ne!(ours.hash_code("claim", "A"), other.hash_code("claim", "A"));
        let sealed = ours.seal(b"here", b"bytes", &mut SeededRng::new(1)).unwrap();
        assert_eq!(ours.open(b"here", &sealed).unwrap().as_slice(), b"bytes");
        assert!(ours.open(b"there", &sealed).is_none());
        assert!(other.open(b"here", &sealed).is_none());
        assert!(ours.open(b"here", &sealed[..11]).is_none());
    }
}
