use std::fs;
use std::path::{Path, PathBuf};

use countenance_ledger::{LedgerError, Log};

use super::{ORIGIN, copy, entries, entry, log_of, scratch};

fn segment(folder: &Path) -> PathBuf {
    let mut segments: Vec<PathBuf> = fs::read_dir(folder.join("wal")).unwrap().map(|item| item.unwrap().path()).collect();
    segments.sort();
    segments.pop().unwrap()
}

/// Three batches of five entries, none in a tile; the length of the log after each.
fn three_batches(folder: &Path) -> [u64; 3] {
    let mut log = Log::open(folder).unwrap();
    [0, 5, 10].map(|from| {
        log.append(&entries(from, 5)).unwrap();
        fs::metadata(segment(folder)).unwrap().len()
    })
}

#[test]
fn a_torn_tail_is_cut_at_any_byte_and_what_was_told_stays() {
    let original = scratch();
    let [_, second, third] = three_batches(original.path());
    for length in second..third {
        let folder = scratch();
        copy(original.path(), folder.path());
        let file = fs::OpenOptions::new().write(true).open(segment(folder.path())).unwrap();
        file.set_len(length).unwrap();
        let mut log = Log::open(folder.path()).unwrap();
        assert!((10..15).contains(&log.size()), "cut at {length}: {}", log.size());
        // What was cut is written anew in the same places.
        let from = log.size();
        log.append(&entries(from, 15 - from)).unwrap();
        assert_eq!(
            log.integrate(ORIGIN).unwrap(),
            log_of(scratch().path(), 15).integrate(ORIGIN).unwrap()
        );
    }
}

#[test]
fn a_batch_that_reached_the_disk_in_part_and_out_of_order_is_cut() {
    let folder = tempfile::tempdir().unwrap();
    let [_, second, third] = three_batches(folder.path());
    let path = segment(folder.path());
    let mut bytes = fs::read(&path).unwrap();
    // The first page of the last batch was lost, a later one was not.
    let middle = usize::try_from(second + (third - second) / 2).unwrap();
    bytes[usize::try_from(second).unwrap()..middle].fill(0);
    fs::write(&path, bytes).unwrap();
    assert_eq!(Log::open(folder.path()).unwrap().size(), 10);
}

#[test]
fn a_flipped_bit_in_what_was_told_is_damage_and_not_a_tail() {
    let original = scratch();
    let [first, ..] = three_batches(original.path());
    for at in (0..usize::try_from(first).unwrap()).step_by(7) {
        let folder = scratch();
        copy(original.path(), folder.path());
        let path = segment(folder.path());
        let mut bytes = fs::read(&path).unwrap();
        bytes[at] ^= 4;
        fs::write(&path, bytes).unwrap();
        assert!(matches!(Log::open(folder.path()), Err(LedgerError::Corrupt(_))), "byte {at}");
    }
}

/// After an error of the disk the page cache may say that clean is what never reached the disk: nothing but writing it again helps.
#[test]
fn the_last_segment_is_written_anew_at_opening_and_what_was_broken_off_is_dropped() {
    use std::os::unix::fs::MetadataExt as _;
    let folder = tempfile::tempdir().unwrap();
    three_batches(folder.path());
    let path = segment(folder.path());
    let (bytes, before) = (fs::read(&path).unwrap(), fs::metadata(&path).unwrap().ino());
    fs::write(&path, [bytes.as_slice(), b"torn"].concat()).unwrap();
    fs::write(path.with_extension("tmp"), b"broken off").unwrap();
    // While the old file is held its number is not given to another one.
    let held = fs::File::open(&path).unwrap();
    assert_eq!(Log::open(folder.path()).unwrap().size(), 15);
    assert_eq!(segment(folder.path()), path);
    assert_eq!(fs::read(&path).unwrap(), bytes);
    assert_ne!(fs::metadata(&path).unwrap().ino(), before);
    drop(held);
    fs::write(folder.path().join("wal/strange"), b"").unwrap();
    assert!(matches!(Log::open(folder.path()), Err(LedgerError::Corrupt(_))));
}

#[test]
fn a_missing_segment_is_damage() {
    let folder = tempfile::tempdir().unwrap();
    let mut log = Log::open(folder.path()).unwrap();
    for round in 0..9 {
        log.append(&entries(round * 9_000, 9_000)).unwrap();
    }
    drop(log);
    let mut segments: Vec<PathBuf> = fs::read_dir(folder.path().join("wal"))
        .unwrap()
        .map(|item| item.unwrap().path())
        .collect();
    segments.sort();
    assert!(segments.len() >= 3);
    fs::remove_file(&segments[1]).unwrap();
    assert!(matches!(Log::open(folder.path()), Err(LedgerError::Corrupt(_))));
}

#[test]
fn a_tile_that_is_there_and_differs_stops_the_log_for_good() {
    let folder = tempfile::tempdir().unwrap();
    let mut log = log_of(folder.path(), 100);
    fs::create_dir_all(folder.path().join("tile/entries")).unwrap();
    fs::write(folder.path().join("tile/entries/000"), b"planted").unwrap();
    log.append(&entries(100, 200)).unwrap();
    assert!(matches!(log.integrate(ORIGIN), Err(LedgerError::Corrupt(_))));
    assert!(matches!(log.append(&entries(300, 1)), Err(LedgerError::Stopped)));
    assert!(matches!(log.integrate(ORIGIN), Err(LedgerError::Stopped)));
}

#[test]
fn a_flipped_bit_in_a_bundle_is_found_before_the_next_signature_of_it() {
    let folder = tempfile::tempdir().unwrap();
    drop(log_of(folder.path(), 100));
    let bundle = folder.path().join("tile/entries/000.p/100");
    let mut bytes = fs::read(&bundle).unwrap();
    bytes[50] ^= 1;
    fs::write(&bundle, bytes).unwrap();
    let mut log = Log::open(folder.path()).unwrap();
    assert!(matches!(log.integrate(ORIGIN), Err(LedgerError::Corrupt(_))));
}

#[test]
fn entries_after_a_restart_are_those_of_before() {
    let folder = tempfile::tempdir().unwrap();
    drop(log_of(folder.path(), 70_000));
    let log = Log::open(folder.path()).unwrap();
    for at in (0..70_000).step_by(997) {
        assert_eq!(log.entry(at).unwrap(), Some(entry(at)));
    }
}
