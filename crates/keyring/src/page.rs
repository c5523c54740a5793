//! One page: the keys of the persons whose ids fall into it.

use countenance_base::{Month, PersonId, SecretKey};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// With a million persons a page has about a thousand, which is 50 KiB to write when one is erased; the root then has 45 KiB.
const PAGES: u16 = 1024;
const PERSON_BYTES: usize = 16 + 4 + 32;

/// What a writer holds of one person: the secret of one month, from which this month's tags and openings come.
#[derive(Debug, Clone)]
pub struct PersonKey {
    pub person: PersonId,
    pub month: Month,
    pub key: SecretKey,
}

/// The page of a person.
pub(crate) fn page_of(person: PersonId) -> u16 {
    let [high, low, ..]: [u8; 32] = Sha256::digest(person.as_bytes()).into();
    u16::from_be_bytes([high, low]) % PAGES
}

pub(crate) fn to_bytes(keys: &[PersonKey]) -> Zeroizing<Vec<u8>> {
    // Sized before writing: a buffer that grows leaves its content behind in freed memory.
    let mut bytes = Zeroizing::new(Vec::with_capacity(keys.len() * PERSON_BYTES));
    for key in keys {
        bytes.extend_from_slice(key.person.as_bytes());
        bytes.extend_from_slice(&key.month.0.to_be_bytes());
        bytes.extend_from_slice(key.key.expose());
    }
    bytes
}

/// `None` for bytes that are no page.
pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Vec<PersonKey>> {
    let (keys, rest) = bytes.as_chunks::<PERSON_BYTES>();
    rest.is_empty().then(|| keys.iter().map(person_key).collect())?
}

fn person_key(bytes: &[u8; PERSON_BYTES]) -> Option<PersonKey> {
    let (person, rest) = bytes.split_first_chunk::<16>()?;
    let (month, key) = rest.split_first_chunk::<4>()?;
    Some(PersonKey {
        person: PersonId::from_bytes(*person),
        month: Month(u32::from_be_bytes(*month)),
        key: SecretKey::new(key.try_into().ok()?),
    })
}
