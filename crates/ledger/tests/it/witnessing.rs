use std::path::Path;
use std::sync::{Arc, Mutex};

use countenance_base::SeededRng;
use countenance_ledger::{LedgerError, Log, Signer, Witness, WitnessRefused, origin_name};
use countenance_tlog::{AddCheckpoint, Checkpoint, KEY_LOG, Note, NoteKey, NoteSigner, open_cosignature};

use super::{ORIGIN, entries, signer};

fn witness(folder: &Path, log: &NoteKey) -> Witness {
    Witness::open(folder, "witness.example/1", vec![log.clone()], &mut SeededRng::new(9)).unwrap()
}

/// A growing log with its signer.
struct Site {
    log: Log,
    signer: Signer,
    _folder: tempfile::TempDir,
}

impl Site {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            log: Log::open(&folder.path().join("log")).unwrap(),
            signer: signer(&folder.path().join("signer")).unwrap(),
            _folder: folder,
        }
    }

    fn grow(&mut self, seed: u64, count: u64) -> Note {
        self.log.append(&entries(seed, count)).unwrap();
        self.signer.sign(&mut self.log).unwrap()
    }

    fn request(&self, old: u64, note: &Note) -> AddCheckpoint {
        let new = Checkpoint::parse(note.text()).unwrap().size;
        AddCheckpoint {
            old,
            proof: self.log.prove_consistency(old, new).unwrap().unwrap_or_default(),
            note: note.clone(),
        }
    }
}

fn status(answer: Result<String, WitnessRefused>) -> u16 {
    answer.map_or_else(|refused| refused.status(), |_| 200)
}

#[test]
fn a_growing_log_is_cosigned_and_remembered() {
    let folder = tempfile::tempdir().unwrap();
    let mut site = Site::new();
    let first = site.grow(0, 10);
    let mut watcher = witness(folder.path(), site.signer.key());
    let line = watcher.add_checkpoint(&site.request(0, &first).to_text(), 100).unwrap();
    let key = watcher.key().clone();
    let cosigned = Note::parse(&format!("{first}{line}")).unwrap();
    assert_eq!(open_cosignature(&cosigned, &key).map(|seen| seen.time), Ok(100));
    drop(watcher);
    let mut watcher = witness(folder.path(), site.signer.key());
    assert_eq!(*watcher.key(), key, "the key stays");
    let second = site.grow(10, 300);
    assert_eq!(status(watcher.add_checkpoint(&site.request(10, &second).to_text(), 101)), 200);
    assert_eq!(
        status(watcher.add_checkpoint(&site.request(310, &second).to_text(), 102)),
        200,
        "the same once more"
    );
    assert_eq!(watcher.latest(&origin_name(ORIGIN)).unwrap(), Some(second.to_string()));
    assert_eq!(watcher.latest(&origin_name("another")).unwrap(), None);
    assert_eq!(watcher.latest("../witness.key").unwrap(), None);
}

#[test]
fn every_refusal_has_the_status_of_the_specification_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut site = Site::new();
    let first = site.grow(0, 10);
    let mut watcher = witness(folder.path(), site.signer.key());
    watcher.add_checkpoint(&site.request(0, &first).to_text(), 1).unwrap();
    let second = site.grow(10, 300);
    let good = site.request(10, &second);

    let forger = NoteSigner::new(ORIGIN, KEY_LOG, &[4; 32]).unwrap();
    let stranger = NoteSigner::new("another.example", KEY_LOG, &[4; 32]).unwrap();
    let shown = Checkpoint::parse(second.text()).unwrap();
    let foreign = Checkpoint {
        origin: "another.example".to_owned(),
        ..shown.clone()
    };
    let with = |change: &dyn Fn(&mut AddCheckpoint)| {
        let mut request = good.clone();
        change(&mut request);
        request.to_text()
    };
    let cases = [
        ("garbage", "old 10\n".to_owned(), 400),
        ("a leading zero", good.to_text().replacen("old 10", "old 010", 1), 400),
        ("old above new", with(&|request| request.old = 311), 400),
        ("another log", with(&|request| request.note = foreign.sign(&stranger)), 404),
        ("another key", with(&|request| request.note = shown.sign(&forger)), 403),
        ("a stale size", site.request(0, &second).to_text(), 409),
        ("a size to come", with(&|request| request.old = 11), 409),
        ("no proof", with(&|request| request.proof.clear()), 422),
        ("a proof changed", with(&|request| request.proof.reverse()), 422),
        ("a proof too long", with(&|request| request.proof.push([0; 32])), 422),
    ];
    for (what, body, expected) in cases {
        assert_eq!(status(watcher.add_checkpoint(&body, 2)), expected, "{what}");
        assert_eq!(
            watcher.latest(&origin_name(ORIGIN)).unwrap(),
            Some(first.to_string()),
            "{what} was remembered"
        );
    }
    let stale = watcher.add_checkpoint(&site.request(0, &second).to_text(), 2);
    assert!(matches!(stale, Err(WitnessRefused::Stale(10))), "the size that is held is told");
    assert_eq!(status(watcher.add_checkpoint(&good.to_text(), 2)), 200);
}

#[test]
fn a_fork_is_not_cosigned_at_any_size() {
    let folder = tempfile::tempdir().unwrap();
    let mut honest = Site::new();
    let note = honest.grow(0, 10);
    let mut watcher = witness(folder.path(), honest.signer.key());
    watcher.add_checkpoint(&honest.request(0, &note).to_text(), 1).unwrap();
    // The same key over another history, as an operator who restored log and signer from a copy would have.
    for (count, expected) in [(10, 422), (5, 400), (300, 422)] {
        let mut other = Site::new();
        let note = other.grow(1_000, count);
        assert_eq!(
            status(watcher.add_checkpoint(&other.request(10.min(count + 5), &note).to_text(), 2)),
            expected,
            "{count}"
        );
    }
}

#[test]
fn two_requests_at_once_never_take_a_witness_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut site = Site::new();
    let notes: Vec<Note> = (0..40).map(|round| site.grow(round * 7, 7)).collect();
    let watcher = Arc::new(Mutex::new(witness(folder.path(), site.signer.key())));
    let bodies: Vec<String> = (0..40u64)
        .flat_map(|to| (0..=to).map(move |from| (from, to)))
        .map(|(from, to)| site.request(from * 7, &notes[usize::try_from(to).unwrap()]).to_text())
        .collect();
    let asking: Vec<_> = (0..4)
        .map(|thread| {
            let (watcher, bodies) = (Arc::clone(&watcher), bodies.clone());
            std::thread::spawn(move || {
                let mut sizes = Vec::new();
                for body in bodies.iter().skip(thread).step_by(4) {
                    let mut watcher = watcher.lock().unwrap();
                    if watcher.add_checkpoint(body, 1).is_ok() {
                        let held = watcher.latest(&origin_name(ORIGIN)).unwrap().unwrap();
                        sizes.push(Checkpoint::parse(Note::parse(&held).unwrap().text()).unwrap().size);
                    }
                }
                sizes
            })
        })
        .collect();
    for thread in asking {
        let sizes = thread.join().unwrap();
        assert!(sizes.is_sorted(), "{sizes:?}");
    }
    assert!(watcher.lock().unwrap().latest(&origin_name(ORIGIN)).unwrap().is_some());
}

#[test]
fn a_witness_has_one_process_and_a_whole_memory() {
    let folder = tempfile::tempdir().unwrap();
    let mut site = Site::new();
    let note = site.grow(0, 10);
    let mut watcher = witness(folder.path(), site.signer.key());
    watcher.add_checkpoint(&site.request(0, &note).to_text(), 1).unwrap();
    let second = Witness::open(folder.path(), "witness.example/1", vec![], &mut SeededRng::new(9));
    assert!(matches!(second, Err(LedgerError::InUse)));
    std::fs::write(folder.path().join(origin_name(ORIGIN)), "torn").unwrap();
    let refused = watcher.add_checkpoint(&site.request(10, &note).to_text(), 1);
    assert_eq!(status(refused), 500, "a memory that does not read is not taken for none");
}
