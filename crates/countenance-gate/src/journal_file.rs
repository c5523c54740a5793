//! The journal on disk: appended and `fdatasync`ed **before** the act it speaks of. One segment at a time, preallocated, so that the
//! disk cannot be full in front of a door; old segments end when the server has them.
//!
//! A batch of frames is one write at a multiple of 512 bytes, then one `fdatasync`. Because no batch shares a sector with an earlier
//! one, a torn write cannot hurt what was durable; and because every batch starts on a sector, frames behind a damaged place are found
//! again. So opening can tell a torn tail (nothing whole behind it: cut) from damage (whole frames behind it: the face lane closes).
//!
//! | moment of a crash | what opening finds |
//! |---|---|
//! | before or during the write | a torn or empty tail: cut, the act did not happen |
//! | after the write, before `fdatasync` returned | the batch whole (kept: a trace of an act that did not happen) or torn (cut) |
//! | after `fdatasync` | the batch whole; whether the act followed, the next frames tell |

mod disk;
mod entry;
mod scan;
mod segment;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use countenance_base::{GateId, Rng, Timestamp};
use countenance_gallery::StoreKey;
use countenance_gate_core::journal::{Frame, Leaf, write_frame};
use countenance_gate_core::wire::Head;

pub use entry::{Entry, open_note};

use disk::Disk;
use segment::Segment;

/// Batches begin at multiples of this: the unit in which disks tear.
const SECTOR: u64 = 512;

/// What an entry is for, and so how much room must be left for others: each later kind may use what the earlier leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// Templates are read or made: up to 80 % of the journal.
    Face,
    /// Card, QR, PIN, and what the gate notes of itself: up to 99 %.
    Other,
    /// Erasures: to the end.
    Erase,
}

impl Need {
    const fn limit_permille(self) -> u64 {
        match self {
            Self::Face => 800,
            Self::Other => 990,
            Self::Erase => 1000,
        }
    }
}

/// Why the journal took nothing.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    #[error("the journal is too full for the face lane")]
    FaceClosed,
    #[error("the journal is full")]
    Full,
    #[error("an earlier write failed; the journal takes nothing more until it is opened again")]
    Broken,
    #[error("the journal is damaged from sequence {from}")]
    Corrupt { from: u64 },
    #[error("a record could not be sealed")]
    Seal,
    #[error("could not {what} the journal")]
    Io { what: &'static str, source: std::io::Error },
}

impl JournalError {
    /// The stable code for screen and console.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::FaceClosed => "journal.face_closed",
            Self::Full => "journal.full",
            Self::Broken | Self::Io { .. } => "journal.broken",
            Self::Corrupt { .. } => "journal.corrupt",
            Self::Seal => "journal.seal",
        }
    }
}

/// An opened journal.
pub struct Journal {
    folder: PathBuf,
    gate: GateId,
    /// Size of new segments, bytes.
    capacity: u64,
    segment: Segment,
    disk: Box<dyn Disk>,
    head: Head,
    /// Where the next batch begins.
    end: u64,
    /// Where each frame of this segment lies; a sequence that is missing is damaged.
    places: BTreeMap<u64, u64>,
    /// Tags of this segment, with their UTC day: a person's next tag of a day is the first that is not here.
    tags: BTreeMap<[u8; 32], u32>,
    acknowledged: u64,
    last_time: Timestamp,
    stretch: Stretch,
    damaged: Option<u64>,
    broken: bool,
}

impl std::fmt::Debug for Journal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Journal")
            .field("size", &self.head.size)
            .field("damaged", &self.damaged)
            .finish_non_exhaustive()
    }
}

/// How many leaves the latest ten minutes have. After a change of segments and a start within them, those of this segment.
#[derive(Debug, Clone, Copy, Default)]
struct Stretch {
    ten_minutes: u32,
    leaves: u32,
}

impl Stretch {
    const fn take(&mut self, ten_minutes: u32) {
        if ten_minutes > self.ten_minutes {
            self.ten_minutes = ten_minutes;
            self.leaves = 0;
        }
        self.leaves += 1;
    }
}

impl Journal {
    /// Opens the journal in `folder`, or begins one; new segments get `capacity` bytes.
    ///
    /// # Errors
    /// [`JournalError::Corrupt`] only when not even the segment's first block can be read. Damage further on opens all the same,
    /// with the face lane closed ([`Self::damaged`]): the other lanes go on and the chain continues from the last whole frame.
    pub fn open(folder: &Path, capacity: u64, gate: GateId) -> Result<Self, JournalError> {
        let (segment, disk) = segment::open_latest(folder, capacity, gate)?;
        scan::scan(folder, capacity, segment, disk)
    }

    /// Number of leaves and hash of the last.
    pub const fn head(&self) -> Head {
        self.head
    }

    /// How full the segment is, thousandths.
    pub fn fill_permille(&self) -> u32 {
        u32::try_from(self.end.saturating_mul(1000) / self.segment.capacity.max(1)).unwrap_or(1000)
    }

    /// The first damaged sequence, if any: the face lane stays closed until the gate is claimed anew.
    pub const fn damaged(&self) -> Option<u64> {
        self.damaged
    }

    /// Latest time in the journal: exact for frames of this run, to ten minutes after a restart. A clock behind it was set back.
    pub const fn last_time(&self) -> Timestamp {
        self.last_time
    }

    /// The latest ten minutes that have leaves, and how many are missing there to a multiple of `block`.
    pub const fn missing_to(&self, block: u32) -> (u32, u32) {
        let over = self.stretch.leaves % block;
        (self.stretch.ten_minutes, if over == 0 { 0 } else { block - over })
    }

    /// Leaves that the server has, as far as this run knows.
    pub const fn acknowledged(&self) -> u64 {
        self.acknowledged
    }

    /// Writes `entries` as one batch, durable when this returns.
    ///
    /// # Errors
    /// Refusals come before anything is written. After a failed write or sync nobody knows what is on the disk, and a second
    /// `fdatasync` may falsely succeed: everything is refused until the journal is opened again.
    pub fn append(
        &mut self,
        need: Need,
        entries: Vec<Entry>,
        transit: Option<(u32, &StoreKey)>,
        rng: &mut dyn Rng,
    ) -> Result<Head, JournalError> {
        self.usable(need)?;
        let time = entries.iter().map(Entry::at).max();
        let mut batch = Batch::after(self.head);
        for entry in entries {
            let frame = entry.into_frame(
                self.gate,
                batch.head,
                |tag| self.tags.contains_key(tag) || batch.has_tag(tag),
                transit,
                rng,
            )?;
            batch.add(&frame);
        }
        let end = self.make_room(need, batch.bytes.len())?;
        if let Err(source) = self.disk.write(self.end, &batch.bytes).and_then(|()| self.disk.sync()) {
            self.broken = true;
            return Err(JournalError::Io { what: "write", source });
        }
        for (sequence, offset) in batch.places {
            self.places.insert(sequence, self.end + offset);
        }
        self.tags.extend(batch.tags);
        batch.times.into_iter().for_each(|time| self.stretch.take(time));
        self.head = batch.head;
        self.end = end;
        self.last_time = time.map_or(self.last_time, |time| time.max(self.last_time));
        Ok(self.head)
    }

    fn usable(&self, need: Need) -> Result<(), JournalError> {
        if self.broken {
            return Err(JournalError::Broken);
        }
        match self.damaged {
            Some(from) if need == Need::Face => Err(JournalError::Corrupt { from }),
            _ => Ok(()),
        }
    }

    /// Where the next batch would begin after one of `bytes`, when `need` may go that far.
    fn make_room(&self, need: Need, bytes: usize) -> Result<u64, JournalError> {
        let end = self.end.saturating_add(bytes as u64).next_multiple_of(SECTOR);
        let limit = u128::from(self.segment.capacity) * u128::from(need.limit_permille()) / 1000;
        if u128::from(end) <= limit {
            return Ok(end);
        }
        Err(if need == Need::Face {
            JournalError::FaceClosed
        } else {
            JournalError::Full
        })
    }

    /// Up to `max` frames from `sequence` on, as far as they lie in this segment and are whole.
    ///
    /// # Errors
    /// [`JournalError::Corrupt`] when the frame at `sequence` itself is damaged.
    pub fn frames_from(&self, sequence: u64, max: usize) -> Result<Vec<Frame>, JournalError> {
        let mut frames = Vec::new();
        for next in (sequence.max(self.segment.base)..self.head.size).take(max) {
            match self.places.get(&next).map(|place| self.disk.frame(*place)) {
                Some(Ok(frame)) => frames.push(frame),
                None | Some(Err(_)) if frames.is_empty() => return Err(JournalError::Corrupt { from: next }),
                None | Some(Err(_)) => break,
            }
        }
        Ok(frames)
    }

    /// The server has every leaf before `acknowledged`. When it has all of them and the segment is half full, a new one begins.
    ///
    /// # Errors
    /// The new segment could not be made; the old one goes on.
    pub fn acknowledge(&mut self, acknowledged: u64) -> Result<(), JournalError> {
        self.acknowledged = self.acknowledged.max(acknowledged.min(self.head.size));
        if self.acknowledged == self.head.size && self.fill_permille() > 500 && !self.broken && self.damaged.is_none() {
            self.rotate()?;
        }
        Ok(())
    }

    fn rotate(&mut self) -> Result<(), JournalError> {
        let today = self.tags.values().max().copied().unwrap_or(0);
        let tags: BTreeMap<[u8; 32], u32> = self
            .tags
            .iter()
            .filter(|(_, day)| **day == today)
            .map(|(tag, day)| (*tag, *day))
            .collect();
        let segment = Segment {
            gate: self.gate,
            base: self.head.size,
            previous: self.head.hash,
            capacity: self.capacity,
            ten_minutes: self.last_time.ten_minutes(),
            day: today,
            tags: tags.keys().copied().collect(),
        };
        if segment.first_place() > self.capacity / 4 {
            // A day's tags would fill the new segment: better to rotate tomorrow.
            return Ok(());
        }
        let disk = segment::begin(&self.folder, &segment)?;
        let old = std::mem::replace(&mut self.segment, segment);
        self.disk = disk;
        self.end = self.segment.first_place();
        self.places = BTreeMap::new();
        self.tags = tags;
        segment::end(&self.folder, old.base)
    }
}

/// Frames on their way to one write.
struct Batch {
    head: Head,
    bytes: Vec<u8>,
    places: Vec<(u64, u64)>,
    tags: Vec<([u8; 32], u32)>,
    /// In units of ten minutes.
    times: Vec<u32>,
}

impl Batch {
    const fn after(head: Head) -> Self {
        Self {
            head,
            bytes: Vec::new(),
            places: Vec::new(),
            tags: Vec::new(),
            times: Vec::new(),
        }
    }

    fn has_tag(&self, tag: &[u8; 32]) -> bool {
        self.tags.iter().any(|(held, _)| held == tag)
    }

    fn add(&mut self, frame: &Frame) {
        self.places.push((frame.leaf.sequence, self.bytes.len() as u64));
        self.tags.push((frame.leaf.tag, day_of(&frame.leaf)));
        self.times.push(frame.leaf.ten_minutes);
        self.head = Head {
            size: frame.leaf.sequence + 1,
            hash: frame.leaf.hash(),
        };
        self.bytes.extend_from_slice(&write_frame(frame));
    }
}

/// UTC day of a leaf.
const fn day_of(leaf: &Leaf) -> u32 {
    leaf.ten_minutes / 144
}

#[cfg(test)]
mod tests;
