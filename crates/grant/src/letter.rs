//! A letter: bytes that only named recipients can open. HPKE (RFC 9180: X25519, HKDF-SHA-256, AES-256-GCM) wraps a fresh key for
//! each recipient; the bytes themselves are sealed once under it (AES-256-GCM, which browsers have, too: a person opens their own).

use aes_gcm::aead::{Aead as _, KeyInit as _, Payload};
use aes_gcm::{Aes256Gcm, Key, Nonce};
use countenance_base::rng::LentRng;
use countenance_base::{Rng, rng};
use hpke::aead::AesGcm256;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256 as Kem;
use hpke::{Deserializable, Kem as _, OpModeR, OpModeS, Serializable};
use zeroize::Zeroizing;

/// Encapsulated key (32) and wrapped key with tag (48).
const WRAP_BYTES: usize = 80;
/// More recipients than any letter has: the person and the evidence key.
const RECIPIENTS_MAX: usize = 4;
/// The key seals exactly one message, so the nonce may be constant.
const NONCE: [u8; 12] = [0; 12];

/// The X25519 public key that belongs to `secret`.
pub fn letter_key(secret: &[u8; 32]) -> Option<[u8; 32]> {
    let secret = <Kem as hpke::Kem>::PrivateKey::from_bytes(secret).ok()?;
    Kem::sk_to_pk(&secret).to_bytes().as_slice().try_into().ok()
}

/// Seals `bytes` to `recipients`, bound to `context`. `None` for an unusable key, too many recipients or none.
pub fn seal_letter(recipients: &[[u8; 32]], context: &[u8], bytes: &[u8], rng: &mut dyn Rng) -> Option<Vec<u8>> {
    if recipients.is_empty() || recipients.len() > RECIPIENTS_MAX {
        return None;
    }
    let key = Zeroizing::new(rng::bytes::<32>(rng));
    let mut letter = vec![u8::try_from(recipients.len()).ok()?];
    for recipient in recipients {
        let public = <Kem as hpke::Kem>::PublicKey::from_bytes(recipient).ok()?;
        let (encapsulated, wrapped) = hpke::single_shot_seal_with_rng::<AesGcm256, HkdfSha256, Kem>(
            &OpModeS::Base,
            &public,
            context,
            key.as_slice(),
            &[],
            &mut LentRng(rng),
        )
        .ok()?;
        letter.extend_from_slice(&encapsulated.to_bytes());
        letter.extend_from_slice(&wrapped);
    }
    let body = cipher(&key)
        .encrypt(&Nonce::from(NONCE), Payload { msg: bytes, aad: context })
        .ok()?;
    letter.extend_from_slice(&body);
    Some(letter)
}

/// Opens a letter with one recipient's secret key; `None` when it is for someone else, altered, or bound to another context.
pub fn open_letter(secret: &[u8; 32], context: &[u8], letter: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let secret = <Kem as hpke::Kem>::PrivateKey::from_bytes(secret).ok()?;
    let (&count, rest) = letter.split_first()?;
    let count = usize::from(count);
    if count == 0 || count > RECIPIENTS_MAX {
        return None;
    }
    let (wraps, body) = rest.split_at_checked(count * WRAP_BYTES)?;
    wraps.chunks_exact(WRAP_BYTES).find_map(|wrap| {
        let (encapsulated, wrapped) = wrap.split_at_checked(32)?;
        let encapsulated = <Kem as hpke::Kem>::EncappedKey::from_bytes(encapsulated).ok()?;
        let key = Zeroizing::new(
            hpke::single_shot_open::<AesGcm256, HkdfSha256, Kem>(&OpModeR::Base, &secret, &encapsulated, context, wrapped, &[]).ok()?,
        );
        let key: Zeroizing<[u8; 32]> = Zeroizing::new(key.as_slice().try_into().ok()?);
        cipher(&key)
            .decrypt(&Nonce::from(NONCE), Payload { msg: body, aad: context })
            .ok()
            .map(Zeroizing::new)
    })
}

fn cipher(key: &[u8; 32]) -> Aes256Gcm {
    Aes256Gcm::new(&Key::<Aes256Gcm>::from(*key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use countenance_base::SeededRng;

    #[test]
    fn each_recipient_opens_a_letter_and_nobody_else() {
        let mut rng = SeededRng::new(3);
        let (ann, ben, eve) = ([1; 32], [2; 32], [3; 32]);
        let keys = [letter_key(&ann).unwrap(), letter_key(&ben).unwrap()];
        let letter = seal_letter(&keys, b"context", b"hello", &mut rng).unwrap();
        for secret in [ann, ben] {
            assert_eq!(open_letter(&secret, b"context", &letter).unwrap().as_slice(), b"hello");
        }
        assert!(open_letter(&eve, b"context", &letter).is_none());
        assert!(open_letter(&ann, b"another", &letter).is_none());
        for at in 0..letter.len() {
            let mut altered = letter.clone();
            altered[at] ^= 1;
            let opened = open_letter(&ann, b"context", &altered);
            // The second recipient's wrap is not the first one's business.
            assert!(opened.is_none() || (81..161).contains(&at), "byte {at}");
        }
    }
}
