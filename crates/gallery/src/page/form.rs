//! The sealed form of a key page: `magic 5 | generation 8 | nonce 12 | ciphertext | tag 16` under the anchor.
//! Inside is deterministic CBOR in fixed-length arrays, written by hand so that no key passes through a growing buffer.

use countenance_base::{ConsentId, GrantId, Month, PersonId, Rng, Timestamp};
use minicbor::encode::Write;
use minicbor::{Decoder, Encoder};

use super::{KeyPage, PersonKeys};
use crate::locked::Locked;
use crate::seal::{Key, NONCE_BYTES, StoreKey, TAG_BYTES};
use crate::template::TemplateKey;

/// Key page, form 1.
const MAGIC: [u8; 5] = *b"CNKP\x01";

/// The 32 bytes under which one generation of the key page is sealed, kept apart from it. Ending them ends every key in the page.
pub struct Anchor(Key);

impl Anchor {
    pub fn generate(rng: &mut dyn Rng) -> Self {
        Self(Key::generate(rng))
    }

    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(Key::copied(bytes))
    }

    /// For the anchor file only.
    pub const fn bytes(&self) -> &[u8; 32] {
        self.0.bytes()
    }
}

impl std::fmt::Debug for Anchor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Anchor(…)")
    }
}

impl KeyPage {
    /// The page as it may lie on disk. `None` only for a page beyond the cipher's or the memory's limits.
    ///
    /// `bound` is a hash of what the page must not be separated from (the pinned site key and its neighbours).
    pub fn seal(&self, anchor: &Anchor, generation: u64, bound: &[u8; 32], rng: &mut dyn Rng) -> Option<Vec<u8>> {
        let mut length = Counter(0);
        write(self, &mut Encoder::new(&mut length)).ok()?;
        let mut plain = Locked::zeroed(length.0)?;
        write(self, &mut Encoder::new(plain.bytes_mut())).ok()?;
        let (nonce, tag) = anchor.0.encrypt(&context(generation, bound), plain.bytes_mut(), rng)?;
        Some([MAGIC.as_slice(), &generation.to_be_bytes(), &nonce, plain.bytes(), &tag].concat())
    }

    /// Opens what [`Self::seal`] made for exactly this anchor, generation and hash; `None` for anything else.
    pub fn open(sealed: &[u8], anchor: &Anchor, generation: u64, bound: &[u8; 32]) -> Option<Self> {
        let (magic, rest) = sealed.split_first_chunk::<5>()?;
        let (named, rest) = rest.split_first_chunk::<8>()?;
        let (nonce, rest) = rest.split_first_chunk::<NONCE_BYTES>()?;
        let (body, tag) = rest.split_last_chunk::<TAG_BYTES>()?;
        if *magic != MAGIC || u64::from_be_bytes(*named) != generation {
            return None;
        }
        let mut plain = Locked::zeroed(body.len())?;
        plain.bytes_mut().copy_from_slice(body);
        anchor.0.decrypt(&context(generation, bound), nonce, plain.bytes_mut(), tag)?;
        let mut decoder = Decoder::new(plain.bytes());
        let page = read(&mut decoder).ok()?;
        (decoder.position() == plain.bytes().len()).then_some(page)
    }
}

fn context(generation: u64, bound: &[u8; 32]) -> Vec<u8> {
    [b"countenance/key-page/v1".as_slice(), &generation.to_be_bytes(), bound].concat()
}

/// Counts what would be written.
struct Counter(usize);

impl Write for Counter {
    type Error = std::convert::Infallible;

    fn write_all(&mut self, bytes: &[u8]) -> Result<(), Self::Error> {
        self.0 += bytes.len();
        Ok(())
    }
}

type Written<W> = Result<(), minicbor::encode::Error<<W as Write>::Error>>;

fn write<W: Write>(page: &KeyPage, to: &mut Encoder<W>) -> Written<W> {
    to.array(6)?.array(length(page.people.len()))?;
    for (person, keys) in &page.people {
        to.array(9)?.bytes(person.as_bytes())?.bytes(keys.template.0.bytes())?;
        to.bytes(keys.consent.as_bytes())?
            .u32(keys.version)?
            .bytes(&keys.recogniser)?
            .u32(keys.slot)?
            .i64(keys.enrolled_at.0)?;
        to.u32(keys.month.0)?.bytes(keys.ratchet.bytes())?;
    }
    to.array(length(page.transit.len()))?;
    for (id, key) in &page.transit {
        to.array(2)?.u32(*id)?.bytes(key.0.bytes())?;
    }
    to.u64(page.snapshot.0)?
        .bytes(page.snapshot.1.0.bytes())?
        .bytes(page.device.bytes())?
        .array(length(page.used.len()))?;
    for (grant, until) in &page.used {
        to.array(2)?.bytes(grant.as_bytes())?.i64(until.0)?;
    }
    Ok(())
}

fn length(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

type Read<T> = Result<T, minicbor::decode::Error>;

fn read(from: &mut Decoder<'_>) -> Read<KeyPage> {
    fixed(from, 6)?;
    let people = several(from, |from| {
        fixed(from, 9)?;
        let person = PersonId::from_bytes(array(from)?);
        let keys = PersonKeys {
            template: TemplateKey(key(from)?),
            consent: ConsentId::from_bytes(array(from)?),
            version: from.u32()?,
            recogniser: array(from)?,
            slot: from.u32()?,
            enrolled_at: Timestamp(from.i64()?),
            month: Month(from.u32()?),
            ratchet: key(from)?,
        };
        Ok((person, keys))
    })?;
    let transit = several(from, |from| {
        fixed(from, 2)?;
        Ok((from.u32()?, StoreKey(key(from)?)))
    })?;
    let snapshot = (from.u64()?, StoreKey(key(from)?));
    let device = key(from)?;
    let used = several(from, |from| {
        fixed(from, 2)?;
        Ok((GrantId::from_bytes(array(from)?), Timestamp(from.i64()?)))
    })?;
    Ok(KeyPage {
        people,
        transit,
        snapshot,
        device,
        used,
    })
}

fn several<'b, T, C: FromIterator<T>>(from: &mut Decoder<'b>, mut one: impl FnMut(&mut Decoder<'b>) -> Read<T>) -> Read<C> {
    let count = from.array()?.ok_or_else(malformed)?;
    (0..count).map(|_| one(from)).collect()
}

fn fixed(from: &mut Decoder<'_>, fields: u64) -> Read<()> {
    if from.array()? == Some(fields) { Ok(()) } else { Err(malformed()) }
}

fn array<const N: usize>(from: &mut Decoder<'_>) -> Read<[u8; N]> {
    from.bytes()?.try_into().map_err(|_| malformed())
}

/// Straight from the locked page to the key's place on the heap, not by way of the stack.
fn key(from: &mut Decoder<'_>) -> Read<Key> {
    Ok(Key::copied(from.bytes()?.try_into().map_err(|_| malformed())?))
}

fn malformed() -> minicbor::decode::Error {
    minicbor::decode::Error::message("not a key page")
}
