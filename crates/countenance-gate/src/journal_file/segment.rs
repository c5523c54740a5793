//! Segment files: `segment.<first sequence>`, zero-filled to their capacity before use.
//!
//! First block: `magic 5 | gate 8 | base 8 | previous 32 | capacity 8 | time 4 | day 4 | count 4 | tags 32 × count | CRC32C 4`, then zeroes to
//! the next sector. It carries what the chain and the tags of the running day need of the segment before.
//!
//! Crash order of a change of segments: the new one is written whole and durable as `next`, then renamed (now it holds), then the old
//! one is overwritten and unlinked. Opening removes `next`, takes the highest base, and ends the others.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, FileExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use countenance_base::GateId;

use super::disk::Disk;
use super::{JournalError, SECTOR};

const MAGIC: [u8; 5] = *b"CNJF\x01";
const FIXED_BYTES: usize = 5 + 8 + 8 + 32 + 8 + 4 + 4 + 4;
/// More tags than a gate makes in a day.
const TAGS_MAX: u32 = 1 << 20;

/// A segment's first block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Segment {
    pub(super) gate: GateId,
    /// Sequence of the first frame.
    pub(super) base: u64,
    /// Hash of the leaf before it; zero for the first segment.
    pub(super) previous: [u8; 32],
    /// Size of the file, bytes.
    pub(super) capacity: u64,
    /// Time of the leaf before, in units of ten minutes.
    pub(super) ten_minutes: u32,
    /// The UTC day whose tags are carried over.
    pub(super) day: u32,
    pub(super) tags: Vec<[u8; 32]>,
}

impl Segment {
    /// Where the first batch begins.
    pub(super) const fn first_place(&self) -> u64 {
        ((FIXED_BYTES + self.tags.len() * 32 + 4) as u64).next_multiple_of(SECTOR)
    }

    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = [
            MAGIC.as_slice(),
            &self.gate.0.to_be_bytes(),
            &self.base.to_be_bytes(),
            &self.previous,
            &self.capacity.to_be_bytes(),
            &self.ten_minutes.to_be_bytes(),
            &self.day.to_be_bytes(),
            &u32::try_from(self.tags.len()).unwrap_or(u32::MAX).to_be_bytes(),
        ]
        .concat();
        bytes.extend(self.tags.iter().flatten());
        bytes.extend(crc32c::crc32c(&bytes).to_be_bytes());
        bytes
    }

    fn read(disk: &dyn Disk) -> Result<Option<Self>, JournalError> {
        let fixed = disk.part(0, FIXED_BYTES)?;
        let Some((mut segment, count)) = Self::fixed(&fixed) else {
            return Ok(None);
        };
        let tags = disk.part(FIXED_BYTES as u64, count * 32 + 4)?;
        let Some((tags, crc)) = tags.split_at_checked(count * 32) else {
            return Ok(None);
        };
        let whole = crc32c::crc32c_append(crc32c::crc32c(&fixed), tags).to_be_bytes() == *crc;
        segment.tags = tags.chunks_exact(32).filter_map(|tag| tag.try_into().ok()).collect();
        Ok(whole.then_some(segment))
    }

    fn fixed(mut bytes: &[u8]) -> Option<(Self, usize)> {
        if take::<5>(&mut bytes)? != MAGIC {
            return None;
        }
        let segment = Self {
            gate: GateId(u64::from_be_bytes(take(&mut bytes)?)),
            base: u64::from_be_bytes(take(&mut bytes)?),
            previous: take(&mut bytes)?,
            capacity: u64::from_be_bytes(take(&mut bytes)?),
            ten_minutes: u32::from_be_bytes(take(&mut bytes)?),
            day: u32::from_be_bytes(take(&mut bytes)?),
            tags: Vec::new(),
        };
        let count = u32::from_be_bytes(take(&mut bytes)?);
        (count <= TAGS_MAX).then_some((segment, usize::try_from(count).ok()?))
    }
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (head, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*head)
}

/// The segment in force, begun when there is none; finishes a change of segments that a crash cut.
pub(super) fn open_latest(folder: &Path, capacity: u64, gate: GateId) -> Result<(Segment, Box<dyn Disk>), JournalError> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(failed("make the folder of"))?;
    remove(&folder.join("next"))?;
    let mut bases = bases(folder)?;
    bases.sort_unstable();
    let Some(base) = bases.pop() else {
        let segment = Segment {
            gate,
            base: 0,
            previous: [0; 32],
            capacity,
            ten_minutes: 0,
            day: 0,
            tags: Vec::new(),
        };
        let disk = begin(folder, &segment)?;
        return Ok((segment, disk));
    };
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .open(path(folder, base))
        .map_err(failed("open"))?;
    file.try_lock().map_err(|error| JournalError::Io {
        what: "lock",
        source: error.into(),
    })?;
    let segment = Segment::read(&file)?
        .filter(|segment| segment.base == base && segment.gate == gate)
        .ok_or(JournalError::Corrupt { from: base })?;
    for old in bases {
        end(folder, old)?;
    }
    Ok((segment, Box::new(file)))
}

/// Makes a segment and puts it in force.
pub(super) fn begin(folder: &Path, segment: &Segment) -> Result<Box<dyn Disk>, JournalError> {
    let next = folder.join("next");
    remove(&next)?;
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&next)
        .map_err(failed("begin"))?;
    file.try_lock().map_err(|error| JournalError::Io {
        what: "lock",
        source: error.into(),
    })?;
    // Zeroes written, not a sparse file: an append in front of a door then never asks the file system for a block.
    fill(&mut file, segment.capacity).map_err(failed("preallocate"))?;
    file.write_all_at(&segment.to_bytes(), 0).map_err(failed("begin"))?;
    file.sync_all().map_err(failed("begin"))?;
    fs::rename(&next, path(folder, segment.base)).map_err(failed("begin"))?;
    sync_folder(folder)?;
    Ok(Box::new(file))
}

/// Overwrites and unlinks a segment that the server has.
pub(super) fn end(folder: &Path, base: u64) -> Result<(), JournalError> {
    let path = path(folder, base);
    let mut file = OpenOptions::new().write(true).open(&path).map_err(failed("end a segment of"))?;
    let length = file.metadata().map_err(failed("end a segment of"))?.len();
    fill(&mut file, length)
        .and_then(|()| file.sync_data())
        .map_err(failed("end a segment of"))?;
    remove(&path)?;
    sync_folder(folder)
}

fn fill(file: &mut File, length: u64) -> io::Result<()> {
    static ZEROES: [u8; 64 * 1024] = [0; 64 * 1024];
    let mut left = length;
    while left > 0 {
        let part = ZEROES.get(..usize::try_from(left).unwrap_or(usize::MAX)).unwrap_or(&ZEROES);
        file.write_all(part)?;
        left -= part.len() as u64;
    }
    Ok(())
}

fn bases(folder: &Path) -> Result<Vec<u64>, JournalError> {
    let mut bases = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed("read the folder of"))? {
        let name = entry.map_err(failed("read the folder of"))?.file_name();
        bases.extend(name.to_str().and_then(|name| name.strip_prefix("segment.")?.parse::<u64>().ok()));
    }
    Ok(bases)
}

fn path(folder: &Path, base: u64) -> PathBuf {
    folder.join(format!("segment.{base}"))
}

fn remove(path: &Path) -> Result<(), JournalError> {
    match fs::remove_file(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(JournalError::Io {
            what: "remove a leftover of",
            source,
        }),
        _ => Ok(()),
    }
}

fn sync_folder(folder: &Path) -> Result<(), JournalError> {
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(failed("write the folder of"))
}

fn failed(what: &'static str) -> impl FnOnce(io::Error) -> JournalError {
    move |source| JournalError::Io { what, source }
}
