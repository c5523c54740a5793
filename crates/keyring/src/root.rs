//! The root: the keys of all pages and the intake key.

use std::collections::BTreeMap;

use aes_gcm_siv::aead::{Aead as _, KeyInit as _, Payload};
use aes_gcm_siv::{Aes256GcmSiv, Key, Nonce};
use countenance_base::SecretKey;
use zeroize::Zeroizing;

const PAGE_BYTES: usize = 2 + 8 + 32;
/// Every key here seals one message, so the nonce may be constant.
const NONCE: [u8; 12] = [0; 12];

/// Where a page lies and what opens it.
#[derive(Debug, Clone)]
pub(crate) struct PageKey {
    pub(crate) generation: u64,
    pub(crate) key: SecretKey,
}

#[derive(Debug, Clone)]
pub(crate) struct Root {
    /// X25519: what other parts of the server hand over is sealed to it.
    pub(crate) intake: SecretKey,
    pub(crate) pages: BTreeMap<u16, PageKey>,
}

impl Root {
    pub(crate) fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(32 + self.pages.len() * PAGE_BYTES));
        bytes.extend_from_slice(self.intake.expose());
        for (number, page) in &self.pages {
            bytes.extend_from_slice(&number.to_be_bytes());
            bytes.extend_from_slice(&page.generation.to_be_bytes());
            bytes.extend_from_slice(page.key.expose());
        }
        bytes
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (intake, rest) = bytes.split_first_chunk::<32>()?;
        let (pages, rest) = rest.as_chunks::<PAGE_BYTES>();
        rest.is_empty().then_some(())?;
        Some(Self {
            intake: SecretKey::new(*intake),
            pages: pages.iter().map(page_key).collect::<Option<_>>()?,
        })
    }
}

fn page_key(bytes: &[u8; PAGE_BYTES]) -> Option<(u16, PageKey)> {
    let (number, rest) = bytes.split_first_chunk::<2>()?;
    let (generation, key) = rest.split_first_chunk::<8>()?;
    let page = PageKey {
        generation: u64::from_be_bytes(*generation),
        key: SecretKey::new(key.try_into().ok()?),
    };
    Some((u16::from_be_bytes(*number), page))
}

pub(crate) fn seal(key: &SecretKey, context: &str, bytes: &[u8]) -> Option<Vec<u8>> {
    let aad = context.as_bytes();
    cipher(key).encrypt(&Nonce::from(NONCE), Payload { msg: bytes, aad }).ok()
}

pub(crate) fn open(key: &SecretKey, context: &str, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let aad = context.as_bytes();
    let opened = cipher(key).decrypt(&Nonce::from(NONCE), Payload { msg: sealed, aad });
    opened.ok().map(Zeroizing::new)
}

fn cipher(key: &SecretKey) -> Aes256GcmSiv {
    Aes256GcmSiv::new(&Key::<Aes256GcmSiv>::from(*key.expose()))
}
