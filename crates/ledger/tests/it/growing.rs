use countenance_ledger::{LedgerError, Log};
use countenance_tlog::{Frontier, Hash, consistency_holds, inclusion_root, leaf_hash};

use super::{ORIGIN, entries, entry, log_of};

fn root_of(size: u64) -> Hash {
    let mut frontier = Frontier::default();
    for at in 0..size {
        frontier.push(leaf_hash(&entry(at)), &mut |_, _, _| ());
    }
    frontier.root()
}

#[test]
fn a_log_grows_in_uneven_steps_and_over_restarts() {
    let folder = tempfile::tempdir().unwrap();
    let mut log = Log::open(folder.path()).unwrap();
    let mut size = 0;
    for (round, step) in [1, 0, 3, 250, 1, 1, 256, 255, 1, 700, 66_000, 3].into_iter().enumerate() {
        assert_eq!(log.append(&entries(size, step)).unwrap(), size);
        size += step;
        if round % 3 == 1 {
            drop(log);
            log = Log::open(folder.path()).unwrap();
            assert_eq!(log.size(), size, "durable before it was integrated");
        }
        if round % 2 == 0 {
            let checkpoint = log.integrate(ORIGIN).unwrap();
            assert_eq!((checkpoint.size, checkpoint.root), (size, root_of(size)), "round {round}");
        }
    }
    let checkpoint = log.integrate(ORIGIN).unwrap();
    assert_eq!((checkpoint.size, checkpoint.root), (size, root_of(size)));
    for at in [0, 1, 255, 256, 65_535, 65_536, size - 1] {
        assert_eq!(log.entry(at).unwrap(), Some(entry(at)), "{at}");
        let path = log.prove(at, size).unwrap().unwrap();
        assert_eq!(
            inclusion_root(&leaf_hash(&entry(at)), at, size, &path),
            Some(checkpoint.root),
            "{at}"
        );
    }
    for old in [1, 255, 256, 257, 65_536, size] {
        let path = log.prove_consistency(old, size).unwrap().unwrap();
        assert!(consistency_holds(old, &root_of(old), size, &checkpoint.root, &path), "{old}");
        assert_eq!(log.root(old).unwrap(), Some(root_of(old)), "{old}");
    }
    assert_eq!(log.entry(size).unwrap(), None);
    assert_eq!(log.prove(size, size).unwrap(), None);
    drop(log);
    let mut log = Log::open(folder.path()).unwrap();
    assert_eq!(log.integrate(ORIGIN).unwrap(), checkpoint);
}

#[test]
fn what_waits_for_a_tile_can_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let mut log = log_of(folder.path(), 300);
    log.append(&entries(300, 5)).unwrap();
    assert_eq!(log.entry(299).unwrap(), Some(entry(299)));
    assert_eq!(log.entry(304).unwrap(), Some(entry(304)));
    assert_eq!(log.entry(305).unwrap(), None);
    drop(log);
    let log = Log::open(folder.path()).unwrap();
    assert_eq!(
        (0..305).map(|at| log.entry(at).unwrap()).collect::<Vec<_>>(),
        (0..305).map(|at| Some(entry(at))).collect::<Vec<_>>()
    );
}

#[test]
fn partial_tiles_end_when_the_whole_one_is_there_and_segments_when_their_entries_are_in_tiles() {
    let folder = tempfile::tempdir().unwrap();
    let mut log = log_of(folder.path(), 200);
    let partial = folder.path().join("tile/entries/000.p");
    assert!(partial.join("200").exists());
    let segments = || std::fs::read_dir(folder.path().join("wal")).unwrap().count();
    for round in 0..12 {
        log.append(&entries(200 + round * 9_000, 9_000)).unwrap();
    }
    assert!(segments() > 2, "{}", segments());
    log.integrate(ORIGIN).unwrap();
    assert!(!partial.exists());
    assert!(segments() <= 2, "{}", segments());
}

#[test]
fn one_process_at_a_time_and_no_entry_too_long() {
    let folder = tempfile::tempdir().unwrap();
    let mut log = log_of(folder.path(), 1);
    assert!(matches!(Log::open(folder.path()), Err(LedgerError::InUse)));
    assert!(matches!(log.append(&[vec![0; 65_536]]), Err(LedgerError::TooLong)));
    assert_eq!(log.append(&[vec![7; 65_535]]).unwrap(), 1, "and it goes on");
    assert_eq!(log.integrate(ORIGIN).unwrap().size, 2);
}
