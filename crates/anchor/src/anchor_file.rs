//! The anchor file: two places of 4 KiB that are never written in the same moment, so a torn write spares the other.
//! A place is `magic 4 | generation 8 | anchor 32 | SHA-256 of these`, the rest random; a place without an anchor is all random.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use countenance_base::Rng;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::error::{AnchorError, failed};
use crate::files;

/// One place: a sector of every common disk, so the two never share one.
const PLACE_BYTES: usize = 4096;
const MAGIC: [u8; 4] = *b"CNA\x01";
const SEALED_BYTES: usize = 4 + 8 + 32;

/// An anchor at one place on the heap: it moves by pointer, so no copy stays behind.
pub type HeldAnchor = Box<Zeroizing<[u8; 32]>>;

/// The file `anchor` of a folder.
#[derive(Debug)]
pub struct AnchorFile(File);

impl AnchorFile {
    pub fn path(folder: &Path) -> std::path::PathBuf {
        folder.join("anchor")
    }

    /// A file with two empty places.
    pub fn create(folder: &Path, rng: &mut dyn Rng) -> Result<Self, AnchorError> {
        let file = Self(files::create(&Self::path(folder))?);
        file.forget(0, rng)?;
        file.forget(1, rng)?;
        Ok(file)
    }

    pub fn open(folder: &Path) -> Result<Self, AnchorError> {
        files::open(&Self::path(folder)).map(Self)
    }

    /// Generations whose anchors are whole, latest first.
    pub fn held(&self) -> Result<Vec<(u64, HeldAnchor)>, AnchorError> {
        let mut held = Vec::new();
        for place in 0..2 {
            let mut bytes = Zeroizing::new([0u8; PLACE_BYTES]);
            match self.0.read_exact_at(bytes.as_mut_slice(), place * PLACE_BYTES as u64) {
                Ok(()) => held.extend(parse(&bytes, place)),
                Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {}
                Err(source) => {
                    return Err(AnchorError::Io {
                        what: "read the anchor",
                        source,
                    });
                }
            }
        }
        held.sort_by_key(|(generation, _)| std::cmp::Reverse(*generation));
        Ok(held)
    }

    /// Writes the anchor of `generation` into the place that the generation before does not stand in.
    pub fn write(&self, generation: u64, anchor: &[u8; 32], rng: &mut dyn Rng) -> Result<(), AnchorError> {
        let mut bytes = Zeroizing::new([0u8; PLACE_BYTES]);
        rng.fill(bytes.as_mut_slice());
        let checksum = Sha256::new()
            .chain_update(MAGIC)
            .chain_update(generation.to_be_bytes())
            .chain_update(anchor)
            .finalize();
        let parts: [&[u8]; 4] = [&MAGIC, &generation.to_be_bytes(), anchor, &checksum];
        let written = Zeroizing::new(parts.concat());
        for (byte, value) in bytes.iter_mut().zip(written.iter()) {
            *byte = *value;
        }
        self.put(generation % 2, &bytes)
    }

    /// Overwrites the place of `generation` with random bytes.
    pub fn forget(&self, generation: u64, rng: &mut dyn Rng) -> Result<(), AnchorError> {
        let mut bytes = Zeroizing::new([0u8; PLACE_BYTES]);
        rng.fill(bytes.as_mut_slice());
        self.put(generation % 2, &bytes)
    }

    fn put(&self, place: u64, bytes: &[u8; PLACE_BYTES]) -> Result<(), AnchorError> {
        self.0
            .write_all_at(bytes, place * PLACE_BYTES as u64)
            .map_err(failed("write the anchor"))?;
        self.0.sync_data().map_err(failed("write the anchor durably"))
    }
}

fn parse(bytes: &[u8; PLACE_BYTES], place: u64) -> Option<(u64, HeldAnchor)> {
    let (sealed, rest) = bytes.split_at_checked(SEALED_BYTES)?;
    let (magic, numbers) = sealed.split_first_chunk::<4>()?;
    let (generation, anchor) = numbers.split_first_chunk::<8>()?;
    let generation = u64::from_be_bytes(*generation);
    let whole = *magic == MAGIC && generation % 2 == place && rest.starts_with(&Sha256::digest(sealed));
    if !whole {
        return None;
    }
    let mut held = Box::new(Zeroizing::new([0; 32]));
    let anchor: &[u8; 32] = anchor.try_into().ok()?;
    held.copy_from_slice(anchor);
    Some((generation, held))
}
