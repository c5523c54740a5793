//! The right edge of the tree: what of the newest bundle and tiles is there, until they are whole.

use std::path::Path;

use countenance_tlog::{Entries, Frontier, Hash, TILE_WIDTH, Tile, entries_path, leaf_hash, tile_path};

use crate::error::LedgerError;
use crate::files;

/// Tiles of 256 levels above one another would be a tree of 2^64 leaves.
const TILE_LEVELS: u32 = 8;

#[derive(Debug)]
pub(super) struct Edge {
    frontier: Frontier,
    /// Of each level of tiles the newest tile's hashes, fewer than 256.
    tiles: Vec<Vec<Hash>>,
    /// Entries of the newest bundle, fewer than 256.
    entries: Vec<Vec<u8>>,
}

impl Edge {
    /// The edge of the tree of `size` entries, whose bundles and tiles are whole on disk as far as they can be.
    pub(super) fn of(folder: &Path, size: u64) -> Result<Self, LedgerError> {
        let mut read = Reader { folder, trouble: None };
        let frontier = Frontier::of(size, &mut |level, at| read.node(level, at));
        let mut tiles = Vec::new();
        let mut level = 0;
        while size >> (level * TILE_LEVELS) > 0 {
            let hashes = size >> (level * TILE_LEVELS);
            let begin = hashes / TILE_WIDTH * TILE_WIDTH;
            let tile: Option<Vec<Hash>> = (begin..hashes).map(|at| read.node(level * TILE_LEVELS, at)).collect();
            tiles.push(tile.ok_or_else(|| read.missing(level))?);
            level += 1;
        }
        let frontier = frontier.ok_or_else(|| read.missing(level))?;
        let entries = match size % TILE_WIDTH {
            0 => Vec::new(),
            some => {
                let name = entries_path(size / TILE_WIDTH, TILE_WIDTH);
                let bundle = files::read(&folder.join(&name))?.and_then(|bytes| Entries::from_bytes(&bytes));
                let mut entries = bundle.ok_or(LedgerError::Corrupt(name))?.0;
                entries.truncate(usize::try_from(some).unwrap_or(0));
                entries
            }
        };
        Ok(Self { frontier, tiles, entries })
    }

    pub(super) const fn size(&self) -> u64 {
        self.frontier.size()
    }

    pub(super) fn root(&self) -> Hash {
        self.frontier.root()
    }

    /// Takes an entry in and adds the files that it makes whole.
    pub(super) fn push(&mut self, entry: Vec<u8>, whole: &mut Vec<(String, Vec<u8>)>) -> Result<(), LedgerError> {
        let index = self.frontier.size() / TILE_WIDTH;
        let hash = leaf_hash(&entry);
        self.entries.push(entry);
        if self.entries.len() as u64 == TILE_WIDTH {
            let bundle = Entries(std::mem::take(&mut self.entries));
            whole.push((entries_path(index, TILE_WIDTH), bundle.to_bytes().ok_or(LedgerError::TooLong)?));
        }
        let tiles = &mut self.tiles;
        self.frontier.push(hash, &mut |level, at, hash| {
            if level % TILE_LEVELS == 0 {
                take(tiles, level / TILE_LEVELS, at, hash, whole);
            }
        });
        Ok(())
    }

    /// The files of the edge as it is now.
    pub(super) fn partial(&self) -> Result<Vec<(String, Vec<u8>)>, LedgerError> {
        let mut files = Vec::new();
        let size = self.size();
        if !self.entries.is_empty() {
            let bundle = Entries(self.entries.clone()).to_bytes().ok_or(LedgerError::TooLong)?;
            files.push((entries_path(size / TILE_WIDTH, self.entries.len() as u64), bundle));
        }
        for (level, hashes) in (0..).zip(&self.tiles) {
            if !hashes.is_empty() {
                let tile = Tile {
                    level,
                    index: (size >> (level * TILE_LEVELS)) / TILE_WIDTH,
                    width: hashes.len() as u64,
                };
                files.push((tile_path(&tile), hashes.concat()));
            }
        }
        Ok(files)
    }
}

fn take(tiles: &mut Vec<Vec<Hash>>, level: u32, at: u64, hash: Hash, whole: &mut Vec<(String, Vec<u8>)>) {
    let place = usize::try_from(level).unwrap_or(usize::MAX);
    if tiles.len() <= place {
        tiles.push(Vec::new());
    }
    let Some(tile) = tiles.get_mut(place) else { return };
    tile.push(hash);
    if tile.len() as u64 == TILE_WIDTH {
        let name = Tile {
            level,
            index: at / TILE_WIDTH,
            width: TILE_WIDTH,
        };
        whole.push((tile_path(&name), std::mem::take(tile).concat()));
    }
}

/// Reads hashes of whole subtrees out of whole tiles of level 0 and above; a tile that is not whole is made from those below it.
struct Reader<'f> {
    folder: &'f Path,
    trouble: Option<LedgerError>,
}

impl Reader<'_> {
    fn node(&mut self, level: u32, at: u64) -> Option<Hash> {
        let (tile_level, within) = (level / TILE_LEVELS, level % TILE_LEVELS);
        let first = at << within;
        let tile = Tile {
            level: tile_level,
            index: first / TILE_WIDTH,
            width: TILE_WIDTH,
        };
        let place = at % (TILE_WIDTH >> within);
        match files::read(&self.folder.join(tile_path(&tile))) {
            Ok(Some(bytes)) => Tile::hash(&bytes, within, place),
            Ok(None) if tile_level > 0 => {
                let left = self.below(level, at * 2)?;
                let right = self.below(level, at * 2 + 1)?;
                Some(countenance_tlog::node_hash(&left, &right))
            }
            Ok(None) => None,
            Err(error) => {
                self.trouble.get_or_insert(error);
                None
            }
        }
    }

    fn below(&mut self, level: u32, at: u64) -> Option<Hash> {
        self.node(level.checked_sub(1)?, at)
    }

    fn missing(&mut self, level: u32) -> LedgerError {
        self.trouble
            .take()
            .unwrap_or_else(|| LedgerError::Corrupt(format!("a tile of level {level}")))
    }
}
