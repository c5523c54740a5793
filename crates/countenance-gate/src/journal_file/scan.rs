//! Opening a segment: reads the chain, cuts a torn tail, finds its way past damage.

use std::collections::BTreeMap;
use std::path::Path;

use countenance_base::Timestamp;
use countenance_gate_core::journal::{Frame, read_frame};
use countenance_gate_core::wire::Head;

use super::disk::Disk;
use super::segment::Segment;
use super::{Journal, JournalError, SECTOR, Stretch, day_of};

/// What reading a segment found.
struct Found {
    head: Head,
    /// Behind the last whole frame.
    end: usize,
    places: BTreeMap<u64, u64>,
    tags: BTreeMap<[u8; 32], u32>,
    ten_minutes: u32,
    stretch: Stretch,
    damaged: Option<u64>,
}

pub(super) fn scan(folder: &Path, capacity: u64, segment: Segment, disk: Box<dyn Disk>) -> Result<Journal, JournalError> {
    let length = usize::try_from(segment.capacity).map_err(|_| JournalError::Corrupt { from: segment.base })?;
    let bytes = disk.part(0, length)?;
    if bytes.len() != length {
        return Err(JournalError::Corrupt { from: segment.base });
    }
    let found = read(&segment, &bytes);
    cut(disk.as_ref(), found.end, &bytes)?;
    Ok(Journal {
        folder: folder.to_owned(),
        gate: segment.gate,
        capacity,
        head: found.head,
        end: (found.end as u64).next_multiple_of(SECTOR),
        places: found.places,
        tags: found.tags,
        acknowledged: segment.base,
        last_time: Timestamp::from_seconds(i64::from(found.ten_minutes) * 600),
        stretch: found.stretch,
        damaged: found.damaged,
        broken: false,
        segment,
        disk,
    })
}

fn read(segment: &Segment, bytes: &[u8]) -> Found {
    let first = usize::try_from(segment.first_place()).unwrap_or(usize::MAX);
    let mut found = Found {
        head: Head {
            size: segment.base,
            hash: segment.previous,
        },
        end: first,
        places: BTreeMap::new(),
        tags: segment.tags.iter().map(|tag| (*tag, segment.day)).collect(),
        ten_minutes: segment.ten_minutes,
        stretch: Stretch::default(),
        damaged: None,
    };
    let mut at = first;
    loop {
        if let Some((frame, length)) = frame_at(bytes, at, segment, |frame| follows(frame, found.head)) {
            found.take(&frame, at, length);
            at = found.end;
            continue;
        }
        // Behind a batch come zeroes up to the next sector; there the next batch begins.
        let next = at.next_multiple_of(usize::try_from(SECTOR).unwrap_or(1));
        if next > at && bytes.get(at..next).is_some_and(|gap| gap.iter().all(|byte| *byte == 0)) {
            at = next;
            continue;
        }
        let Some((place, frame, length)) = beyond(bytes, next, segment, found.head.size) else {
            return found;
        };
        // Whole frames behind a place that is not: not a torn tail. What is missing counts as damaged, the chain goes on behind it.
        found.damaged = found.damaged.or(Some(found.head.size));
        found.take(&frame, place, length);
        at = found.end;
    }
}

impl Found {
    fn take(&mut self, frame: &Frame, place: usize, length: usize) {
        let leaf = &frame.leaf;
        self.places.insert(leaf.sequence, place as u64);
        self.tags.insert(leaf.tag, day_of(leaf));
        self.ten_minutes = self.ten_minutes.max(leaf.ten_minutes);
        self.stretch.take(leaf.ten_minutes);
        self.head = Head {
            size: leaf.sequence + 1,
            hash: leaf.hash(),
        };
        self.end = place + length;
    }
}

/// The whole frame at `at`, when it belongs to this gate and `fits`.
fn frame_at(bytes: &[u8], at: usize, segment: &Segment, fits: impl Fn(&Frame) -> bool) -> Option<(Frame, usize)> {
    let (frame, length) = read_frame(bytes.get(at..)?).ok()?;
    (frame.leaf.gate == segment.gate && fits(&frame)).then_some((frame, length))
}

fn follows(frame: &Frame, head: Head) -> bool {
    frame.leaf.sequence == head.size && frame.leaf.previous == head.hash
}

/// The next whole frame that begins a sector at or after `from`, of a sequence not seen yet. (A torn batch of several frames whose later
/// frame happens to begin a sector reads as damage: the cautious side.)
fn beyond(bytes: &[u8], from: usize, segment: &Segment, size: u64) -> Option<(usize, Frame, usize)> {
    let sectors = (from..bytes.len()).step_by(usize::try_from(SECTOR).unwrap_or(1));
    sectors
        .into_iter()
        .find_map(|at| frame_at(bytes, at, segment, |frame| frame.leaf.sequence >= size).map(|(frame, length)| (at, frame, length)))
}

/// Zeroes everything behind `end` that is not zero, durably, before anything is appended there.
fn cut(disk: &dyn Disk, end: usize, bytes: &[u8]) -> Result<(), JournalError> {
    // Whole blocks compare fast; the rest of a journal is megabytes of zeroes at every start.
    static ZEROES: [u8; 4096] = [0; 4096];
    let tail = bytes.get(end..).unwrap_or_default();
    let blank = |block: &[u8]| ZEROES.get(..block.len()) == Some(block);
    let Some(last) = tail.chunks(ZEROES.len()).rposition(|block| !blank(block)) else {
        return Ok(());
    };
    let length = tail.len().min((last + 1) * ZEROES.len());
    let zeroes = vec![0; length];
    disk.write(end as u64, &zeroes)
        .and_then(|()| disk.sync())
        .map_err(|source| JournalError::Io {
            what: "cut the tail of",
            source,
        })
}
