use std::fs;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use countenance_base::{Month, PersonId, SecretKey, SeededRng};
use countenance_gate_core::journal::{LeafClass, Ratchet, Record, RecordKind, open_record, read_frame};
use countenance_gate_core::wire::{Note, Window};
use countenance_grant::{decode_canonical, letter_key};
use tempfile::TempDir;

use super::*;

const GATE: GateId = GateId(3);
const CAPACITY: u64 = 64 * 1024;
const NOW: Timestamp = Timestamp::from_seconds(1_763_000_000);
const EVIDENCE: [u8; 32] = [4; 32];

fn entry(class: LeafClass) -> Entry {
    let record = Record {
        kind: RecordKind::Opened,
        at: NOW,
        attempt: None,
        person: Some(PersonId::from_bytes([1; 16])),
        purpose: None,
        consent: None,
        reason: "passage.recognised".into(),
        pack: None,
        actor: None,
    };
    Entry {
        class,
        demo: true,
        policy: 7,
        recipients: vec![letter_key(&EVIDENCE).unwrap()],
        record,
        ratchet: None,
        note: None,
    }
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn open(folder: &TempDir) -> Journal {
    Journal::open(folder.path(), CAPACITY, GATE).unwrap()
}

fn append(journal: &mut Journal, need: Need, count: usize) -> Result<Head, JournalError> {
    let entries = (0..count).map(|_| entry(LeafClass::Passage)).collect();
    journal.append(need, entries, None, &mut SeededRng::new(journal.head().size + 1))
}

fn segment_of(folder: &TempDir) -> PathBuf {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(paths.len(), 1, "{paths:?}");
    paths.pop().unwrap()
}

/// Checks that the frames are one chain up to the head.
fn assert_chain(journal: &Journal) {
    let frames = journal.frames_from(0, usize::MAX).unwrap();
    assert_eq!(frames.len() as u64, journal.head().size);
    let mut head = Head { size: 0, hash: [0; 32] };
    for frame in frames {
        assert_eq!((frame.leaf.sequence, frame.leaf.previous), (head.size, head.hash));
        head = Head {
            size: head.size + 1,
            hash: frame.leaf.hash(),
        };
    }
    assert_eq!(head, journal.head());
}

#[test]
fn opening_again_continues_the_chain() {
    let folder = folder();
    for round in 0..4 {
        let mut journal = open(&folder);
        assert_eq!(journal.head().size, round * 4);
        append(&mut journal, Need::Other, 1).unwrap();
        append(&mut journal, Need::Face, 3).unwrap();
        assert_chain(&journal);
        assert_eq!(journal.last_time(), NOW);
    }
    let journal = open(&folder);
    assert_chain(&journal);
    assert!(journal.last_time() <= NOW && journal.last_time().plus(std::time::Duration::from_mins(10)) > NOW);
}

#[test]
fn a_record_and_a_note_open_for_whom_they_are() {
    let folder = folder();
    let mut journal = open(&folder);
    let mut rng = SeededRng::new(1);
    let key = StoreKey::generate(&mut rng);
    let window = Window {
        attempt: countenance_base::AttemptId::from_bytes([1; 16]),
        opened: NOW,
        closed: NOW,
        frames: 3,
        faces_max: 1,
        embedded: 1,
    };
    let noted = Entry {
        note: Some(Note::Window(window.clone())),
        ..entry(LeafClass::Window)
    };
    let alone = Entry {
        recipients: Vec::new(),
        ..entry(LeafClass::Boot)
    };
    journal.append(Need::Other, vec![noted, alone], Some((5, &key)), &mut rng).unwrap();
    let frames = journal.frames_from(0, 9).unwrap();
    let note = open_note(&frames[0], GATE, &key).unwrap();
    assert_eq!(decode_canonical::<Note>(&note), Some(Note::Window(window)));
    assert!(open_note(&frames[0], GATE, &StoreKey::generate(&mut rng)).is_none());
    assert_eq!((frames[0].transit, frames[1].transit), (5, 0));
    assert!(open_note(&frames[1], GATE, &key).is_none());
    let record = open_record(&EVIDENCE, GATE, 0, &frames[0].leaf.commitment, &frames[0].record).unwrap();
    assert_eq!(record, entry(LeafClass::Window).record);
    assert!(frames[1].record.is_empty());
}

#[test]
fn tags_count_on_within_a_day_also_across_opening_and_rotation() {
    let folder = folder();
    let ratchet = Ratchet::new(Month(24_300), SecretKey::new([8; 32]));
    let tagged = || Entry {
        ratchet: Some(ratchet.clone()),
        ..entry(LeafClass::Search)
    };
    let mut rng = SeededRng::new(1);
    let mut journal = open(&folder);
    journal.append(Need::Face, vec![tagged(), tagged()], None, &mut rng).unwrap();
    drop(journal);
    let mut journal = open(&folder);
    journal.append(Need::Face, vec![tagged()], None, &mut rng).unwrap();
    let tags: Vec<[u8; 32]> = journal.frames_from(0, 9).unwrap().iter().map(|frame| frame.leaf.tag).collect();
    assert_eq!(tags, [0, 1, 2].map(|count| ratchet.tag(NOW, GATE, count)));
    while journal.fill_permille() <= 500 {
        append(&mut journal, Need::Other, 1).unwrap();
    }
    journal.acknowledge(journal.head().size).unwrap();
    let size = journal.head().size;
    journal.append(Need::Face, vec![tagged()], None, &mut rng).unwrap();
    drop(journal);
    let mut journal = open(&folder);
    journal.append(Need::Face, vec![tagged()], None, &mut rng).unwrap();
    let tags: Vec<[u8; 32]> = journal.frames_from(size, 9).unwrap().iter().map(|frame| frame.leaf.tag).collect();
    assert_eq!(tags, [3, 4].map(|count| ratchet.tag(NOW, GATE, count)));
}

#[test]
fn a_journal_cut_at_any_byte_of_its_last_batch_loses_that_batch_and_nothing_else() {
    let folder = folder();
    let mut journal = open(&folder);
    append(&mut journal, Need::Other, 2).unwrap();
    let (kept, start) = (journal.head(), journal.end);
    append(&mut journal, Need::Other, 2).unwrap();
    let last = journal.frames_from(kept.size, 9).unwrap();
    drop(journal);
    let path = segment_of(&folder);
    let whole = fs::read(&path).unwrap();
    let start = usize::try_from(start).unwrap();
    let first_end = start + read_frame(&whole[start..]).unwrap().1;
    let end = first_end + read_frame(&whole[first_end..]).unwrap().1;
    for cut in start..=end {
        let mut torn = whole.clone();
        torn[cut..].fill(0);
        fs::write(&path, &torn).unwrap();
        let mut journal = open(&folder);
        // A frame may end in zeroes: then cutting them off changes nothing.
        let frames = [first_end, end].iter().filter(|end| torn[..**end] == whole[..**end]).count();
        assert_eq!(journal.head().size, kept.size + frames as u64, "cut at {cut}");
        assert_eq!(journal.damaged(), None, "cut at {cut}");
        if frames == 2 {
            assert_eq!(journal.frames_from(kept.size, 9).unwrap(), last);
        }
        if cut % 16 == 0 {
            append(&mut journal, Need::Face, 1).unwrap();
            assert_chain(&journal);
            drop(journal);
            assert_chain(&open(&folder));
        }
    }
}

#[test]
fn sectors_of_a_torn_batch_may_land_in_any_order() {
    let folder = folder();
    let mut journal = open(&folder);
    append(&mut journal, Need::Other, 1).unwrap();
    let start = usize::try_from(journal.end).unwrap();
    append(&mut journal, Need::Other, 4).unwrap();
    let end = usize::try_from(journal.end).unwrap();
    drop(journal);
    let path = segment_of(&folder);
    let whole = fs::read(&path).unwrap();
    for missing in (start..end).step_by(512) {
        let mut torn = whole.clone();
        torn[missing..missing + 512].fill(0);
        fs::write(&path, &torn).unwrap();
        let mut journal = open(&folder);
        assert!((1..5).contains(&journal.head().size), "without {missing}");
        assert_eq!(journal.damaged(), None, "without {missing}");
        append(&mut journal, Need::Face, 1).unwrap();
        append(&mut journal, Need::Face, 1).unwrap();
        let head = journal.head();
        drop(journal);
        let journal = open(&folder);
        assert_eq!(
            (journal.head(), journal.damaged()),
            (head, None),
            "without {missing}: what was torn leaves nothing between batches"
        );
        assert_chain(&journal);
    }
}

#[test]
fn a_flipped_bit_in_an_earlier_frame_closes_the_face_lane_and_no_other() {
    let folder = folder();
    let mut journal = open(&folder);
    let mut starts = Vec::new();
    for _ in 0..4 {
        starts.push(usize::try_from(journal.end).unwrap());
        append(&mut journal, Need::Other, 1).unwrap();
    }
    let head = journal.head();
    drop(journal);
    let path = segment_of(&folder);
    let whole = fs::read(&path).unwrap();
    let length = read_frame(&whole[starts[1]..]).unwrap().1;
    for at in (starts[1]..starts[1] + length).step_by(3) {
        let mut flipped = whole.clone();
        flipped[at] ^= 0x20;
        fs::write(&path, &flipped).unwrap();
        let mut journal = open(&folder);
        assert_eq!((journal.damaged(), journal.head()), (Some(1), head), "flip at {at}");
        assert_eq!(append(&mut journal, Need::Face, 1).unwrap_err().code(), "journal.corrupt");
        append(&mut journal, Need::Other, 1).unwrap();
        assert_eq!(journal.frames_from(0, 9).unwrap().len(), 1);
        assert!(matches!(journal.frames_from(1, 9), Err(JournalError::Corrupt { from: 1 })));
        assert_eq!(journal.frames_from(2, 9).unwrap().len(), 3);
        assert_eq!(
            fs::read(&path).unwrap()[starts[1]..starts[2]],
            flipped[starts[1]..starts[2]],
            "damage is kept to be looked at"
        );
    }
    let mut flipped = whole;
    flipped[20] ^= 1;
    fs::write(&path, &flipped).unwrap();
    assert_eq!(Journal::open(folder.path(), CAPACITY, GATE).unwrap_err().code(), "journal.corrupt");
}

#[test]
fn another_gates_journal_is_not_taken() {
    let folder = folder();
    drop(open(&folder));
    assert_eq!(
        Journal::open(folder.path(), CAPACITY, GateId(4)).unwrap_err().code(),
        "journal.corrupt"
    );
}

#[test]
fn each_need_stops_at_its_band_and_before_writing() {
    let folder = folder();
    let mut journal = open(&folder);
    for (need, code, permille) in [
        (Need::Face, "journal.face_closed", 800),
        (Need::Other, "journal.full", 990),
        (Need::Erase, "journal.full", 1000),
    ] {
        let refused = loop {
            let before = fs::read(segment_of(&folder)).unwrap();
            let head = journal.head();
            match append(&mut journal, need, 1) {
                Ok(_) => assert!(journal.fill_permille() <= permille, "{need:?}"),
                Err(error) => {
                    assert_eq!(journal.head(), head);
                    assert_eq!(fs::read(segment_of(&folder)).unwrap(), before, "{need:?}: nothing was written");
                    break error;
                }
            }
        };
        assert_eq!(refused.code(), code, "{need:?}");
        assert!(journal.fill_permille() + 20 > permille, "{need:?}: the band is used up");
        for lesser in [Need::Face, Need::Other, Need::Erase].into_iter().filter(|lesser| *lesser <= need) {
            append(&mut journal, lesser, 1).unwrap_err();
        }
    }
    drop(journal);
    assert_chain(&open(&folder));
}

#[test]
fn rotation_keeps_the_head_and_ends_the_old_segment() {
    let folder = folder();
    let mut journal = open(&folder);
    append(&mut journal, Need::Other, 3).unwrap();
    journal.acknowledge(3).unwrap();
    assert_eq!(segment_of(&folder).file_name().unwrap(), "segment.0", "not half full yet");
    while journal.fill_permille() <= 500 {
        append(&mut journal, Need::Other, 1).unwrap();
    }
    let head = journal.head();
    journal.acknowledge(head.size - 1).unwrap();
    assert_eq!(segment_of(&folder).file_name().unwrap(), "segment.0", "the server lacks one");
    let still = folder.path().with_extension("still");
    fs::hard_link(segment_of(&folder), &still).unwrap();
    assert!(fs::read(&still).unwrap().iter().any(|byte| *byte != 0));
    journal.acknowledge(head.size).unwrap();
    let blocks = fs::read(&still).unwrap();
    fs::remove_file(&still).unwrap();
    assert!(blocks.iter().all(|byte| *byte == 0), "overwritten before it is unlinked");
    assert_eq!(journal.head(), head);
    assert!(journal.fill_permille() < 100);
    assert_eq!(
        segment_of(&folder).file_name().unwrap().to_str().unwrap(),
        format!("segment.{}", head.size)
    );
    drop(journal);
    let mut journal = open(&folder);
    assert_eq!((journal.head(), journal.acknowledged()), (head, head.size));
    assert!(
        journal.last_time().plus(std::time::Duration::from_mins(10)) > NOW,
        "the time floor is carried over"
    );
    append(&mut journal, Need::Face, 1).unwrap();
    let frame = &journal.frames_from(head.size, 9).unwrap()[0];
    assert_eq!((frame.leaf.sequence, frame.leaf.previous), (head.size, head.hash));
}

#[test]
fn a_change_of_segments_that_was_cut_is_finished() {
    let folder = folder();
    let mut journal = open(&folder);
    append(&mut journal, Need::Other, 2).unwrap();
    let head = journal.head();
    drop(journal);
    // Cut while the new segment was being written: it has no name yet.
    fs::write(folder.path().join("next"), [1; 100]).unwrap();
    assert_eq!(open(&folder).head(), head);
    segment_of(&folder);
    // Cut after it got its name: it holds, the old one goes.
    let segment = Segment {
        gate: GATE,
        base: 2,
        previous: head.hash,
        capacity: CAPACITY,
        ten_minutes: 9,
        day: 0,
        tags: Vec::new(),
    };
    drop(segment::begin(folder.path(), &segment).unwrap());
    assert_eq!(open(&folder).head(), head);
    assert_eq!(segment_of(&folder).file_name().unwrap(), "segment.2");
}

/// A disk that fails when told to.
struct Failing {
    disk: Box<dyn Disk>,
    write: Arc<AtomicBool>,
    sync: Arc<AtomicBool>,
}

impl Disk for Failing {
    fn write(&self, at: u64, bytes: &[u8]) -> io::Result<()> {
        if self.write.load(Ordering::SeqCst) {
            // As a disk that is full half-way.
            self.disk.write(at, &bytes[..bytes.len() / 2])?;
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.disk.write(at, bytes)
    }

    fn sync(&self) -> io::Result<()> {
        if self.sync.load(Ordering::SeqCst) {
            Err(io::ErrorKind::Other.into())
        } else {
            self.disk.sync()
        }
    }

    fn read(&self, at: u64, bytes: &mut [u8]) -> io::Result<usize> {
        self.disk.read(at, bytes)
    }
}

#[test]
fn after_a_failed_write_or_sync_nothing_is_taken_until_it_is_opened_again() {
    for (what, fails_write, kept) in [("write", true, 1), ("sync", false, 2)] {
        let folder = folder();
        let mut journal = open(&folder);
        let (write, sync) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let disk = std::mem::replace(&mut journal.disk, Box::new(fs::File::open("/dev/null").unwrap()));
        journal.disk = Box::new(Failing {
            disk,
            write: Arc::clone(&write),
            sync: Arc::clone(&sync),
        });
        append(&mut journal, Need::Face, 1).unwrap();
        let head = journal.head();
        if fails_write { &write } else { &sync }.store(true, Ordering::SeqCst);
        assert_eq!(append(&mut journal, Need::Other, 1).unwrap_err().code(), "journal.broken", "{what}");
        assert_eq!(journal.head(), head, "{what}: the act is not done");
        write.store(false, Ordering::SeqCst);
        sync.store(false, Ordering::SeqCst);
        for need in [Need::Face, Need::Other, Need::Erase] {
            assert!(matches!(append(&mut journal, need, 1), Err(JournalError::Broken)), "{what}");
        }
        drop(journal);
        let mut journal = open(&folder);
        assert_eq!(journal.head().size, kept, "{what}");
        append(&mut journal, Need::Face, 1).unwrap();
        assert_chain(&journal);
    }
}

#[test]
fn a_journal_has_one_user() {
    let folder = folder();
    let journal = open(&folder);
    assert!(matches!(
        Journal::open(folder.path(), CAPACITY, GATE),
        Err(JournalError::Io { what: "lock", .. })
    ));
    drop(journal);
    drop(open(&folder));
}

#[test]
fn a_stretch_of_ten_minutes_knows_what_it_lacks_also_after_a_start() {
    let folder = folder();
    let mut journal = open(&folder);
    assert_eq!(journal.missing_to(16), (0, 0), "nothing was written, nothing is missing");
    append(&mut journal, Need::Other, 3).unwrap();
    assert_eq!(journal.missing_to(16), (NOW.ten_minutes(), 13));
    drop(journal);
    let mut journal = open(&folder);
    assert_eq!(journal.missing_to(16), (NOW.ten_minutes(), 13));
    append(&mut journal, Need::Other, 13).unwrap();
    assert_eq!(journal.missing_to(16), (NOW.ten_minutes(), 0));
    let later = Entry {
        record: Record {
            at: NOW.plus(std::time::Duration::from_mins(20)),
            ..entry(LeafClass::Passage).record
        },
        ..entry(LeafClass::Passage)
    };
    journal.append(Need::Other, vec![later], None, &mut SeededRng::new(9)).unwrap();
    assert_eq!(
        journal.missing_to(16),
        (NOW.ten_minutes() + 2, 15),
        "a new stretch begins with its first leaf"
    );
}
