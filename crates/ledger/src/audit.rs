//! A full audit: the whole tree derived anew from the entries on disk, and every tile compared with it.
//!
//! The log reads back what it has just written; a byte that turned later, in a bundle that nobody reads, is found only here.

use std::path::Path;

use countenance_tlog::{Entries, Frontier, Hash, TILE_WIDTH, Tile, entries_path, leaf_hash, tile_path};

use crate::error::LedgerError;
use crate::files;

const TILE_LEVELS: u32 = 8;
const HASH_BYTES: usize = 32;

/// What an audit found whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audited {
    pub size: u64,
    pub root: Hash,
    /// Files that were compared: bundles, and tiles of every level, whole and partial ones.
    pub bundles: u64,
    pub tiles: u64,
}

/// Derives the tree of the first `size` entries from the bundles below `folder` (`tile/entries/…`) and compares every tile that such a
/// tree has, and every partial one that still lies there. The root is for the caller to compare with what was signed.
pub fn audit(folder: &Path, size: u64) -> Result<Audited, LedgerError> {
    let mut audit = Audit {
        folder,
        frontier: Frontier::default(),
        tiles: Vec::new(),
        found: (0, 0),
    };
    for index in 0..size.div_ceil(TILE_WIDTH) {
        audit.bundle(index, (size - index * TILE_WIDTH).min(TILE_WIDTH))?;
    }
    for (level, tile) in (0..).zip(std::mem::take(&mut audit.tiles)) {
        if !tile.is_empty() {
            audit.tile(level, (size >> (level * TILE_LEVELS)) / TILE_WIDTH, &tile)?;
        }
    }
    Ok(Audited {
        size,
        root: audit.frontier.root(),
        bundles: audit.found.0,
        tiles: audit.found.1,
    })
}

struct Audit<'f> {
    folder: &'f Path,
    frontier: Frontier,
    /// Of each level of tiles the hashes of the newest one, until it is whole.
    tiles: Vec<Vec<u8>>,
    /// Bundles and tiles compared.
    found: (u64, u64),
}

impl Audit<'_> {
    /// Hashes the first `width` entries of a bundle into the tree.
    fn bundle(&mut self, index: u64, width: u64) -> Result<(), LedgerError> {
        let name = |width| entries_path(index, width);
        let (file, bytes) = self.widest(name, width)?;
        let corrupt = || LedgerError::Corrupt(file.clone());
        let entries = Entries::from_bytes(&bytes).ok_or_else(corrupt)?.0;
        let expected = if file == name(TILE_WIDTH) { TILE_WIDTH } else { width };
        if entries.len() as u64 != expected {
            return Err(corrupt());
        }
        self.found.0 += 1 + self.partial(&name(TILE_WIDTH), width, |part, width| {
            Entries::from_bytes(part).is_some_and(|part| part.0.len() as u64 == width && entries.starts_with(&part.0))
        })?;
        for entry in entries.iter().take(usize::try_from(width).unwrap_or(usize::MAX)) {
            self.leaf(leaf_hash(entry))?;
        }
        Ok(())
    }

    fn leaf(&mut self, hash: Hash) -> Result<(), LedgerError> {
        let mut whole = Vec::new();
        let tiles = &mut self.tiles;
        self.frontier.push(hash, &mut |level, at, hash| {
            if level % TILE_LEVELS == 0 {
                let level = level / TILE_LEVELS;
                let place = usize::try_from(level).unwrap_or(usize::MAX);
                if tiles.len() <= place {
                    tiles.push(Vec::new());
                }
                let Some(tile) = tiles.get_mut(place) else { return };
                tile.extend(hash);
                if (at + 1) % TILE_WIDTH == 0 {
                    whole.push((level, at / TILE_WIDTH, std::mem::take(tile)));
                }
            }
        });
        whole.iter().try_for_each(|(level, index, tile)| self.tile(*level, *index, tile))
    }

    /// Compares a tile on disk with what it should be; where the log is ahead, the whole file's first hashes.
    fn tile(&mut self, level: u32, index: u64, derived: &[u8]) -> Result<(), LedgerError> {
        let name = |width| tile_path(&Tile { level, index, width });
        let width = (derived.len() / HASH_BYTES) as u64;
        let (file, bytes) = self.widest(name, width)?;
        let whole = bytes.len() == derived.len() || file == name(TILE_WIDTH) && bytes.len() as u64 == TILE_WIDTH * HASH_BYTES as u64;
        if !whole || !bytes.starts_with(derived) {
            return Err(LedgerError::Corrupt(file));
        }
        self.found.1 += 1 + self.partial(&name(TILE_WIDTH), width, |part, width| {
            part.len() as u64 == width * HASH_BYTES as u64 && derived.starts_with(part)
        })?;
        Ok(())
    }

    /// The whole file, or the one of this width, with its name.
    fn widest(&self, name: impl Fn(u64) -> String, width: u64) -> Result<(String, Vec<u8>), LedgerError> {
        for width in [TILE_WIDTH, width] {
            if let Some(bytes) = files::read(&self.folder.join(name(width)))? {
                return Ok((name(width), bytes));
            }
        }
        Err(LedgerError::Corrupt(name(width)))
    }

    /// Compares the partial files beside a whole one that are not wider than `width`; how many there are. The one of `width` itself
    /// was read before where no whole one is, and is not counted twice.
    fn partial(&self, whole: &str, width: u64, fits: impl Fn(&[u8], u64) -> bool) -> Result<u64, LedgerError> {
        let mut compared = 0;
        let is_whole = self.folder.join(whole).exists();
        for part in files::names(&self.folder.join(format!("{whole}.p")))? {
            let name = format!("{whole}.p/{part}");
            let corrupt = || LedgerError::Corrupt(name.clone());
            let part: u64 = part.parse().map_err(|_| corrupt())?;
            if part > width || part == width && !is_whole {
                continue;
            }
            let bytes = files::read(&self.folder.join(&name))?.ok_or_else(corrupt)?;
            if !fits(&bytes, part) {
                return Err(corrupt());
            }
            compared += 1;
        }
        Ok(compared)
    }
}
