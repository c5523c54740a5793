use std::fs;

use countenance_ledger::{LedgerError, Log};
use countenance_tlog::{Checkpoint, Note};

use super::{ORIGIN, copy, entries, log_of, signer};

#[test]
fn a_checkpoint_is_signed_by_the_key_that_stays() {
    let (log, memory) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut open = log_of(log.path(), 10);
    let mut first = signer(memory.path()).unwrap();
    let key = first.key().clone();
    let note = first.sign(&mut open).unwrap();
    let checkpoint = Checkpoint::open(&Note::parse(&note.to_string()).unwrap(), &key).unwrap();
    assert_eq!((checkpoint.origin.as_str(), checkpoint.size), (ORIGIN, 10));
    drop(first);
    let mut again = signer(memory.path()).unwrap();
    assert_eq!(*again.key(), key);
    assert_eq!(again.signed().0, 10);
    open.append(&entries(10, 300)).unwrap();
    let note = again.sign(&mut open).unwrap();
    assert_eq!(Checkpoint::open(&note, &key).unwrap().size, 310);
}

#[test]
fn an_old_log_or_another_one_is_never_signed() {
    let (log, memory, old) = (
        tempfile::tempdir().unwrap(),
        tempfile::tempdir().unwrap(),
        tempfile::tempdir().unwrap(),
    );
    drop(log_of(log.path(), 10));
    copy(log.path(), old.path());
    let mut open = Log::open(log.path()).unwrap();
    open.append(&entries(10, 300)).unwrap();
    let mut signer = signer(memory.path()).unwrap();
    signer.sign(&mut open).unwrap();

    let mut restored = Log::open(old.path()).unwrap();
    assert!(
        matches!(signer.sign(&mut restored), Err(LedgerError::Fork(_))),
        "a log from a backup"
    );
    restored.append(&entries(1_000, 300)).unwrap();
    assert!(
        matches!(signer.sign(&mut restored), Err(LedgerError::Fork(_))),
        "as long, and another history"
    );
    restored.append(&entries(2_000, 300)).unwrap();
    assert!(
        matches!(signer.sign(&mut restored), Err(LedgerError::Fork(_))),
        "longer, and another history"
    );
    open.append(&entries(310, 1)).unwrap();
    assert!(signer.sign(&mut open).is_ok(), "the right one goes on");
}

#[test]
fn a_key_without_its_memory_signs_nothing() {
    let memory = tempfile::tempdir().unwrap();
    drop(signer(memory.path()).unwrap());
    assert!(matches!(
        countenance_ledger::Signer::open(memory.path(), "another.example", &mut countenance_base::SeededRng::new(1)),
        Err(LedgerError::Fork(_))
    ));
    fs::remove_file(memory.path().join("signer.state")).unwrap();
    assert!(matches!(signer(memory.path()), Err(LedgerError::Corrupt(_))));
}

#[test]
fn a_signer_has_one_process() {
    let memory = tempfile::tempdir().unwrap();
    let held = signer(memory.path()).unwrap();
    assert!(matches!(signer(memory.path()), Err(LedgerError::InUse)));
    drop(held);
    assert!(signer(memory.path()).is_ok());
}
