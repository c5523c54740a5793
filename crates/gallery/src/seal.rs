//! AES-256-GCM-SIV (RFC 8452) with keys that live on the heap and are zeroed: a key moves by pointer, so no copy stays behind.

use aes_gcm_siv::aead::{AeadInOut as _, KeyInit as _};
use aes_gcm_siv::{Aes256GcmSiv, Nonce, Tag};
use countenance_base::{Rng, SecretKey};
use zeroize::{Zeroize as _, Zeroizing};

pub(crate) const NONCE_BYTES: usize = 12;
pub(crate) const TAG_BYTES: usize = 16;
/// How much longer sealed bytes are than plain ones.
pub const SEAL_OVERHEAD: usize = NONCE_BYTES + TAG_BYTES;

/// Above what the cipher uses of the stack at its widest.
const CIPHER_STACK_BYTES: usize = 16 * 1024;

/// 32 bytes of key at one place on the heap.
pub(crate) struct Key(Box<[u8; 32]>);

impl Key {
    pub(crate) fn generate(rng: &mut dyn Rng) -> Self {
        let mut key = Self(Box::new([0; 32]));
        rng.fill(key.0.as_mut_slice());
        key
    }

    pub(crate) fn copied(bytes: &[u8; 32]) -> Self {
        let mut key = Self(Box::new([0; 32]));
        key.0.copy_from_slice(bytes);
        key
    }

    pub(crate) const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Encrypts `plain` in place and returns nonce and tag.
    pub(crate) fn encrypt(&self, context: &[u8], plain: &mut [u8], rng: &mut dyn Rng) -> Option<([u8; NONCE_BYTES], [u8; TAG_BYTES])> {
        let nonce = countenance_base::rng::bytes::<NONCE_BYTES>(rng);
        let tag = self.run_cipher(|cipher| cipher.encrypt_inout_detached(&Nonce::from(nonce), context, plain.into()).ok())?;
        Some((nonce, tag.into()))
    }

    /// Decrypts `sealed` in place. On failure the buffer holds nothing of the plain bytes.
    pub(crate) fn decrypt(&self, context: &[u8], nonce: &[u8; NONCE_BYTES], sealed: &mut [u8], tag: &[u8; TAG_BYTES]) -> Option<()> {
        let opened = self.run_cipher(|cipher| {
            let sealed = (&mut *sealed).into();
            cipher
                .decrypt_inout_detached(&Nonce::from(*nonce), context, sealed, &Tag::from(*tag))
                .ok()
        });
        if opened.is_none() {
            sealed.zeroize();
        }
        opened
    }

    fn run_cipher<T>(&self, run: impl FnOnce(Aes256GcmSiv) -> Option<T>) -> Option<T> {
        let done = apart(|| run(Aes256GcmSiv::new((&*self.0).into())));
        bleach_stack();
        done
    }
}

/// In a frame of its own, which lies where [`bleach_stack`] reaches.
#[inline(never)]
fn apart<T>(work: impl FnOnce() -> T) -> T {
    work()
}

/// Overwrites the stack that the cipher has just used: with wide vector instructions it leaves runs of plain bytes there
/// (seen with AVX-512: 64 blocks at a time), which nothing else would zero.
#[inline(never)]
fn bleach_stack() {
    let mut used = [0u8; CIPHER_STACK_BYTES];
    std::hint::black_box(&mut used);
}

impl Drop for Key {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// A key for the agent's own bytes: the snapshot, notes on their way. Never a template's: those have a type of their own.
pub struct StoreKey(pub(crate) Key);

impl StoreKey {
    pub fn generate(rng: &mut dyn Rng) -> Self {
        Self(Key::generate(rng))
    }

    /// The key that `secret` is.
    pub fn of(secret: &SecretKey) -> Self {
        Self(Key::copied(secret.expose()))
    }

    /// `nonce | ciphertext | tag`, bound to `context`. `None` only for more bytes than the cipher takes (64 GiB).
    pub fn seal(&self, context: &[u8], plain: &[u8], rng: &mut dyn Rng) -> Option<Vec<u8>> {
        // Sized before the plain bytes come in: a vector that grows leaves them behind in freed memory.
        let mut sealed = Zeroizing::new(Vec::with_capacity(plain.len() + SEAL_OVERHEAD));
        sealed.extend_from_slice(&[0; NONCE_BYTES]);
        sealed.extend_from_slice(plain);
        let (head, body) = sealed.split_at_mut_checked(NONCE_BYTES)?;
        let (nonce, tag) = self.0.encrypt(context, body, rng)?;
        head.copy_from_slice(&nonce);
        sealed.extend_from_slice(&tag);
        Some(std::mem::take(&mut sealed))
    }

    /// What [`Self::seal`] sealed; `None` when altered, cut, under another key or for another context.
    pub fn open(&self, context: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, rest) = sealed.split_first_chunk::<NONCE_BYTES>()?;
        let (body, tag) = rest.split_last_chunk::<TAG_BYTES>()?;
        let mut plain = Zeroizing::new(body.to_vec());
        self.0.decrypt(context, nonce, &mut plain, tag)?;
        Some(plain)
    }
}

impl std::fmt::Debug for StoreKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StoreKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use countenance_base::SeededRng;

    #[test]
    fn sealed_bytes_open_whole_with_their_key_and_context_only() {
        let mut rng = SeededRng::new(1);
        let key = StoreKey::generate(&mut rng);
        let sealed = key.seal(b"here", b"hello", &mut rng).unwrap();
        assert_eq!(sealed.len(), 5 + SEAL_OVERHEAD);
        assert_eq!(key.open(b"here", &sealed).unwrap().as_slice(), b"hello");
        assert!(key.open(b"there", &sealed).is_none());
        assert!(StoreKey::generate(&mut rng).open(b"here", &sealed).is_none());
        for at in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[at] ^= 1;
            assert!(key.open(b"here", &altered).is_none(), "byte {at}");
            assert!(key.open(b"here", &sealed[..at]).is_none(), "cut at {at}");
        }
    }
}
