//! The write-ahead log: entries in order, durable before their places are told.
//!
//! Frame: length `u32`, CRC-32C of what follows it `u32`, place `u64`, place of its batch's first frame `u64`, entry; big-endian.
//! A batch is one write and one `fdatasync`. After a crash the last batch may be there in part, in any part: it was told to nobody and is
//! cut. A frame that does not read while a *later* batch does is damage: that later batch was written after this one was durable.

use std::fs::{self, File, OpenOptions};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use crate::error::{LedgerError, failed};
use crate::files;

/// Above this a segment ends and the next begins.
const SEGMENT_BYTES: u64 = 4 << 20;
const HEAD: usize = 24;
pub(crate) const ENTRY_BYTES_MAX: usize = 65_535;

/// The segments of a folder, open for appending.
#[derive(Debug)]
pub(crate) struct Wal {
    folder: PathBuf,
    /// Place of each segment's first entry, oldest first; the last is written to.
    segments: Vec<u64>,
    file: File,
    length: u64,
    next: u64,
}

/// What was there at opening: the place of the first entry kept, and the entries from there on.
pub(crate) struct Kept {
    pub(crate) first: u64,
    pub(crate) entries: Vec<Vec<u8>>,
}

impl Wal {
    pub(crate) fn open(folder: &Path) -> Result<(Self, Kept), LedgerError> {
        files::folder(folder)?;
        let mut segments = list(folder)?;
        if segments.is_empty() {
            create(folder, 0)?;
            segments.push(0);
        }
        let first = segments.first().copied().unwrap_or(0);
        let mut entries = Vec::new();
        let mut kept = Vec::new();
        for (number, begin) in segments.iter().enumerate() {
            let next = first + entries.len() as u64;
            if *begin != next {
                return Err(LedgerError::Corrupt(name(*begin)));
            }
            let mut bytes = files::read(&folder.join(name(*begin)))?.unwrap_or_default();
            let whole = read_segment(&bytes, next, &mut entries);
            let is_last = number + 1 == segments.len();
            if whole < bytes.len() && (!is_last || later_batch(bytes.get(whole..).unwrap_or_default(), first + entries.len() as u64)) {
                return Err(LedgerError::Corrupt(name(*begin)));
            }
            bytes.truncate(whole);
            kept = bytes;
        }
        // The last segment is written anew, without a torn tail. Its tail must not be taken for a batch of the next life; and after an
        // error of the disk what was read may be the page cache's and not the disk's, with nobody left to write it.
        let last = folder.join(name(segments.last().copied().unwrap_or(0)));
        files::replace(&last, &kept)?;
        let file = OpenOptions::new().write(true).open(last).map_err(failed("open the log"))?;
        let wal = Self {
            folder: folder.to_owned(),
            segments,
            file,
            length: kept.len() as u64,
            next: first + entries.len() as u64,
        };
        Ok((wal, Kept { first, entries }))
    }

    /// Writes a batch durably.
    pub(crate) fn append(&mut self, entries: &[Vec<u8>]) -> Result<(), LedgerError> {
        if self.length >= SEGMENT_BYTES {
            self.file = create(&self.folder, self.next)?;
            self.segments.push(self.next);
            self.length = 0;
        }
        let size = entries.iter().map(|entry| HEAD + entry.len()).sum();
        let mut bytes = Vec::with_capacity(size);
        for (place, entry) in (self.next..).zip(entries) {
            frame(&mut bytes, place, self.next, entry)?;
        }
        self.file.seek(SeekFrom::Start(self.length)).map_err(failed("write the log"))?;
        self.file.write_all(&bytes).map_err(failed("write the log"))?;
        self.file.sync_data().map_err(failed("sync the log"))?;
        self.length += bytes.len() as u64;
        self.next += entries.len() as u64;
        Ok(())
    }

    /// Drops segments whose entries all lie before `place`: they are in bundles that are durable.
    pub(crate) fn drop_before(&mut self, place: u64) -> Result<(), LedgerError> {
        while let [first, second, ..] = self.segments.as_slice()
            && *second <= place
        {
            fs::remove_file(self.folder.join(name(*first))).map_err(failed("drop a segment"))?;
            self.segments.remove(0);
        }
        Ok(())
    }
}

fn name(first: u64) -> String {
    format!("{first:016x}")
}

fn list(folder: &Path) -> Result<Vec<u64>, LedgerError> {
    let mut segments = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed("list the log"))? {
        let entry = entry.map_err(failed("list the log"))?;
        if entry.file_name().to_str().is_some_and(files::is_left_over) {
            fs::remove_file(entry.path()).map_err(failed("drop a file"))?;
            continue;
        }
        let parsed = entry.file_name().to_str().and_then(|name| u64::from_str_radix(name, 16).ok());
        segments.push(parsed.ok_or_else(|| LedgerError::Corrupt("the log's folder".to_owned()))?);
    }
    segments.sort_unstable();
    Ok(segments)
}

fn create(folder: &Path, first: u64) -> Result<File, LedgerError> {
    let options = OpenOptions::new()
        .create(true)
        .truncate(true)
        .write(true)
        .mode(0o600)
        .open(folder.join(name(first)));
    let file = options.map_err(failed("make a segment"))?;
    file.sync_all().map_err(failed("sync a segment"))?;
    files::sync_folder(folder)?;
    Ok(file)
}

fn frame(to: &mut Vec<u8>, place: u64, batch: u64, entry: &[u8]) -> Result<(), LedgerError> {
    if entry.len() > ENTRY_BYTES_MAX {
        return Err(LedgerError::TooLong);
    }
    let length = u32::try_from(entry.len()).map_err(|_| LedgerError::TooLong)?;
    let sum = checksum(place, batch, entry);
    to.extend(length.to_be_bytes());
    to.extend(sum.to_be_bytes());
    to.extend(place.to_be_bytes());
    to.extend(batch.to_be_bytes());
    to.extend(entry);
    Ok(())
}

fn checksum(place: u64, batch: u64, entry: &[u8]) -> u32 {
    let head = [place.to_be_bytes(), batch.to_be_bytes()].concat();
    crc32c::crc32c_append(crc32c::crc32c(&head), entry)
}

struct Frame<'b> {
    place: u64,
    batch: u64,
    entry: &'b [u8],
    rest: &'b [u8],
}

fn parse(bytes: &[u8]) -> Option<Frame<'_>> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (sum, rest) = rest.split_first_chunk::<4>()?;
    let (place, rest) = rest.split_first_chunk::<8>()?;
    let (batch, rest) = rest.split_first_chunk::<8>()?;
    let length = usize::try_from(u32::from_be_bytes(*length))
        .ok()
        .filter(|length| *length <= ENTRY_BYTES_MAX)?;
    let (entry, rest) = rest.split_at_checked(length)?;
    let (place, batch) = (u64::from_be_bytes(*place), u64::from_be_bytes(*batch));
    (checksum(place, batch, entry) == u32::from_be_bytes(*sum)).then_some(Frame { place, batch, entry, rest })
}

/// Takes frames in order from `next` on; how many bytes were read.
fn read_segment(bytes: &[u8], mut next: u64, entries: &mut Vec<Vec<u8>>) -> usize {
    let mut rest = bytes;
    while let Some(frame) = parse(rest).filter(|frame| frame.place == next) {
        entries.push(frame.entry.to_vec());
        rest = frame.rest;
        next += 1;
    }
    bytes.len() - rest.len()
}

/// Whether a frame of a batch that began after `place` stands anywhere in these bytes.
fn later_batch(bytes: &[u8], place: u64) -> bool {
    let mut rest = bytes;
    while !rest.is_empty() {
        if parse(rest).is_some_and(|frame| frame.batch > place && frame.place >= frame.batch) {
            return true;
        }
        rest = rest.get(1..).unwrap_or_default();
    }
    false
}
