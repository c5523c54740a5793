//! One log: appending, integrating, reading and proving.

mod edge;

use std::fs::File;
use std::path::{Path, PathBuf};

use countenance_tlog::{
    Checkpoint, EMPTY_ROOT, Entries, Hash, TILE_WIDTH, Tile, consistency, entries_path, inclusion, leaf_hash, root, tile_path,
};

use crate::error::LedgerError;
use crate::files;
use crate::wal::{ENTRY_BYTES_MAX, Wal};
use edge::Edge;

/// Entries on disk, open in one process.
#[derive(Debug)]
pub struct Log {
    folder: PathBuf,
    wal: Wal,
    /// Durable entries that are in no tile yet.
    pending: Vec<Vec<u8>>,
    edge: Edge,
    /// Nothing was integrated since opening.
    fresh: bool,
    stopped: bool,
    _lock: File,
}

impl Log {
    /// Opens the log in `folder`, or begins one. What a crash left half done is finished or cut.
    pub fn open(folder: &Path) -> Result<Self, LedgerError> {
        files::folder(folder)?;
        let lock = files::lock(folder)?;
        let (wal, kept) = Wal::open(&folder.join("wal"))?;
        // Segments are dropped only when all of their entries are in whole bundles and tiles, so that those before `first` are.
        let edge = Edge::of(folder, kept.first)?;
        Ok(Self {
            folder: folder.to_owned(),
            wal,
            pending: kept.entries,
            edge,
            fresh: true,
            stopped: false,
            _lock: lock,
        })
    }

    /// Entries that are durable.
    pub const fn size(&self) -> u64 {
        self.edge.size() + self.pending.len() as u64
    }

    /// Appends entries and returns the place of the first. When this returns they are durable.
    pub fn append(&mut self, entries: &[Vec<u8>]) -> Result<u64, LedgerError> {
        if entries.iter().any(|entry| entry.len() > ENTRY_BYTES_MAX) {
            return Err(LedgerError::TooLong);
        }
        let first = self.size();
        if entries.is_empty() {
            return Ok(first);
        }
        self.guarded(|log| log.wal.append(entries))?;
        self.pending.extend(entries.iter().cloned());
        Ok(first)
    }

    /// Makes bundles and tiles of everything that is durable, reads them back, and returns what a checkpoint would say.
    pub fn integrate(&mut self, origin: &str) -> Result<Checkpoint, LedgerError> {
        self.guarded(Self::make_tiles)?;
        Ok(Checkpoint {
            origin: origin.to_owned(),
            size: self.edge.size(),
            root: self.edge.root(),
        })
    }

    fn make_tiles(&mut self) -> Result<(), LedgerError> {
        let mut whole = Vec::new();
        for entry in std::mem::take(&mut self.pending) {
            self.edge.push(entry, &mut whole)?;
        }
        let begin = whole.len();
        whole.extend(self.edge.partial()?);
        files::write_immutable(&self.folder, &whole, self.fresh)?;
        self.fresh = false;
        self.read_back(whole.iter().map(|(name, _)| name.as_str()))?;
        whole.truncate(begin);
        for (name, _) in &whole {
            files::drop_folder(&self.folder.join(format!("{name}.p")))?;
        }
        self.wal.drop_before(self.edge.size() / TILE_WIDTH * TILE_WIDTH)
    }

    /// Hashes every new bundle again from its bytes on disk and compares with the tile beside it. A bit that flipped in memory between
    /// hashing and writing would otherwise be signed, and never be mended (the end of the log Yeti 2022).
    fn read_back<'n>(&self, names: impl Iterator<Item = &'n str>) -> Result<(), LedgerError> {
        for name in names.filter(|name| name.starts_with("tile/entries/")) {
            let corrupt = || LedgerError::Corrupt(name.to_owned());
            let bundle = files::read(&self.folder.join(name))?.ok_or_else(corrupt)?;
            let tile = name.replacen("tile/entries/", "tile/0/", 1);
            let tile = files::read(&self.folder.join(tile))?.ok_or_else(corrupt)?;
            let entries = Entries::from_bytes(&bundle).ok_or_else(corrupt)?;
            let hashes: Vec<u8> = entries.0.iter().flat_map(|entry| leaf_hash(entry)).collect();
            if hashes != tile {
                return Err(corrupt());
            }
        }
        Ok(())
    }

    /// After an error of the disk nothing more is believed.
    fn guarded<T>(&mut self, act: impl FnOnce(&mut Self) -> Result<T, LedgerError>) -> Result<T, LedgerError> {
        if self.stopped {
            return Err(LedgerError::Stopped);
        }
        let done = act(self);
        self.stopped = done.is_err();
        done
    }

    /// Entry at `place`, from bundles or from what waits for one.
    pub fn entry(&self, place: u64) -> Result<Option<Vec<u8>>, LedgerError> {
        if let Some(waits) = place.checked_sub(self.edge.size()) {
            let at = usize::try_from(waits).unwrap_or(usize::MAX);
            return Ok(self.pending.get(at).cloned());
        }
        Ok(read_bundle(&self.folder, place / TILE_WIDTH, self.edge.size())?
            .and_then(|entries| entries.0.into_iter().nth(usize::try_from(place % TILE_WIDTH).unwrap_or(usize::MAX))))
    }

    /// Hashes from the entry at `index` to the root of the tree of `size` entries, which must be integrated.
    pub fn prove(&self, index: u64, size: u64) -> Result<Option<Vec<Hash>>, LedgerError> {
        self.reading(|read| inclusion(index, size, &mut |level, at| read(level, at)))
    }

    /// Hashes that show that the tree of `new` entries begins with that of `old`.
    pub fn prove_consistency(&self, old: u64, new: u64) -> Result<Option<Vec<Hash>>, LedgerError> {
        self.reading(|read| consistency(old, new, &mut |level, at| read(level, at)))
    }

    /// Root of the tree of the first `size` entries.
    pub fn root(&self, size: u64) -> Result<Option<Hash>, LedgerError> {
        if size == 0 {
            return Ok(Some(EMPTY_ROOT));
        }
        self.reading(|read| root(size, &mut |level, at| read(level, at)))
    }

    fn reading<T>(&self, with: impl FnOnce(&mut dyn FnMut(u32, u64) -> Option<Hash>) -> Option<T>) -> Result<Option<T>, LedgerError> {
        let size = self.edge.size();
        let mut trouble = None;
        let found = with(&mut |level, at| match read_hash(&self.folder, level, at, size) {
            Ok(hash) => hash,
            Err(error) => {
                trouble.get_or_insert(error);
                None
            }
        });
        trouble.map_or(Ok(found), Err)
    }

    /// The folder below which `tile/…` lies, for who serves it.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

fn read_bundle(folder: &Path, index: u64, size: u64) -> Result<Option<Entries>, LedgerError> {
    let Some(width) = Tile::width(0, index, size) else {
        return Ok(None);
    };
    let bytes = read_widest(folder, |width| entries_path(index, width), width)?;
    let entries = bytes.map(|bytes| Entries::from_bytes(&bytes).ok_or_else(|| LedgerError::Corrupt(entries_path(index, width))));
    entries.transpose()
}

/// The whole file, or the one of this width at the right edge: partial ones end when the whole one is there.
fn read_widest(folder: &Path, name: impl Fn(u64) -> String, width: u64) -> Result<Option<Vec<u8>>, LedgerError> {
    match files::read(&folder.join(name(TILE_WIDTH)))? {
        Some(bytes) => Ok(Some(bytes)),
        None => files::read(&folder.join(name(width))),
    }
}

fn read_hash(folder: &Path, level: u32, at: u64, size: u64) -> Result<Option<Hash>, LedgerError> {
    let Some((tile, within, at)) = Tile::holding(level, at, size) else {
        return Ok(None);
    };
    let bytes = read_widest(folder, |width| tile_path(&Tile { width, ..tile }), tile.width)?;
    Ok(bytes.and_then(|bytes| Tile::hash(&bytes, within, at)))
}
