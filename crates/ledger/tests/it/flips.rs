//! One bit of one file turns, before a signature or after it: it is refused, or an audit finds it, and no second history is ever signed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use countenance_base::SeededRng;
use countenance_ledger::{LedgerError, Log, Signer, Witness, WitnessRefused, audit, origin_name};
use countenance_tlog::{AddCheckpoint, Checkpoint, Hash, Note, NoteKey, consistency_holds};

use super::{ORIGIN, copy, entries, files_below, log_of, scratch, signer};

/// Two whole tiles, a partial one, and one above: small enough to be copied for every bit.
const SIZE: u64 = 600;
const NEXT: u64 = 650;

/// Another bit at each place.
fn flip(path: &Path, at: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[at] ^= 1 << (at % 8);
    fs::write(path, bytes).unwrap();
}

/// Places of a file: its begin and end, and every `step`th between.
fn places(path: &Path, step: usize) -> Vec<usize> {
    let length = usize::try_from(fs::metadata(path).unwrap().len()).unwrap();
    let mut places: Vec<usize> = (0..length).step_by(step).collect();
    places.extend(length.checked_sub(1));
    places
}

fn kind(path: &Path) -> &'static str {
    let path = path.to_string_lossy();
    let kinds = [
        ("/wal/", "wal"),
        ("/tile/entries/", "bundle"),
        ("/tile/0/", "tile 0"),
        ("/tile/1/", "tile 1"),
        ("signer.state", "signer's state"),
        ("signer.key", "signer's key"),
        ("lock", "lock"),
    ];
    kinds.iter().find(|(part, _)| path.contains(part)).unwrap().1
}

#[test]
fn an_audit_compares_every_file_and_finds_any_bit_of_any() {
    let folder = scratch();
    let mut log = log_of(folder.path(), 300);
    let published = log.integrate(ORIGIN).unwrap();
    log.append(&entries(300, SIZE - 300)).unwrap();
    let checkpoint = log.integrate(ORIGIN).unwrap();
    log.append(&entries(SIZE, 1)).unwrap();
    let later = log.integrate(ORIGIN).unwrap();
    drop(log);
    // At the sizes of all three checkpoints; the log has grown since the first two.
    for expected in [&published, &checkpoint, &later] {
        let found = audit(folder.path(), expected.size).unwrap();
        assert_eq!((found.size, found.root), (expected.size, expected.root));
    }
    let whole = audit(folder.path(), later.size).unwrap();
    let files = files_below(&folder.path().join("tile"));
    assert_eq!(whole.bundles + whole.tiles, files.len() as u64, "{whole:?}, {files:?}");
    let mut found = BTreeMap::new();
    for file in &files {
        for at in places(file, 61) {
            let before = fs::read(file).unwrap();
            flip(file, at);
            let result = audit(folder.path(), later.size);
            let finds = result
                .as_ref()
                .map_or_else(|error| error.code() == "ledger.corrupt", |whole| whole.root != later.root);
            assert!(finds, "{}, byte {at}: {result:?}", file.display());
            fs::write(file, before).unwrap();
            *found.entry(kind(file)).or_insert(0) += 1;
        }
    }
    assert!(found["bundle"] > 500 && found["tile 0"] > 200 && found["tile 1"] >= 2, "{found:?}");
    assert_eq!(audit(folder.path(), later.size).unwrap(), whole, "and nothing else was changed");
    assert!(audit(folder.path(), later.size + 1).is_err(), "entries that are not there");
    fs::remove_file(&files[0]).unwrap();
    assert!(audit(folder.path(), later.size).is_err(), "a missing file");
}

/// A log and its signer in a folder; entries up to `SIZE` are signed, those up to `NEXT` are durable and not in a tile yet.
fn site(folder: &Path, signs: bool) -> Vec<Note> {
    let mut log = log_of(&folder.join("log"), SIZE);
    let mut own = signer(&folder.join("signer")).unwrap();
    let mut signed = Vec::new();
    if signs {
        signed.push(own.sign(&mut log).unwrap());
    }
    log.append(&entries(SIZE, NEXT - SIZE)).unwrap();
    signed
}

fn of(note: &Note, key: &NoteKey) -> Checkpoint {
    Checkpoint::open(note, key).unwrap()
}

/// What the program does when it starts again: opens, and signs what there is. The new note and the log.
fn goes_on(folder: &Path) -> Result<(Note, Log, Signer), LedgerError> {
    let mut log = Log::open(&folder.join("log"))?;
    let mut signer = signer(&folder.join("signer"))?;
    let note = signer.sign(&mut log)?;
    Ok((note, log, signer))
}

fn roots() -> BTreeMap<u64, Hash> {
    let folder = scratch();
    let mut log = log_of(folder.path(), NEXT);
    log.integrate(ORIGIN).unwrap();
    (0..=NEXT).map(|size| (size, log.root(size).unwrap().unwrap())).collect()
}

#[test]
fn a_bit_of_any_file_is_refused_or_changes_nothing_that_is_signed_or_is_found_by_an_audit() {
    let roots = roots();
    for signs in [false, true] {
        let original = scratch();
        let signed = site(original.path(), signs);
        let key = signer(&original.path().join("signer")).unwrap().key().clone();
        // First: without a change it goes on, and the audit finds all well.
        let well = scratch();
        copy(original.path(), well.path());
        let (note, ..) = goes_on(well.path()).unwrap();
        assert_eq!((of(&note, &key).size, of(&note, &key).root), (NEXT, roots[&NEXT]));
        assert_eq!(audit(&well.path().join("log"), NEXT).unwrap().root, roots[&NEXT]);

        let mut outcomes: BTreeMap<(&str, &str), u32> = BTreeMap::new();
        for file in files_below(original.path()) {
            let name = file.strip_prefix(original.path()).unwrap();
            let step = if matches!(kind(&file), "wal" | "bundle" | "tile 0") {
                487
            } else {
                5
            };
            for at in places(&file, step) {
                let folder = scratch();
                copy(original.path(), folder.path());
                flip(&folder.path().join(name), at);
                let outcome = outcome(folder.path(), &signed, &key, &roots);
                *outcomes.entry((kind(&file), outcome)).or_default() += 1;
            }
        }
        let seen = |kind: &str, outcome: &str| outcomes.get(&(kind, outcome)).copied().unwrap_or(0);
        for file in ["signer's state", "signer's key"] {
            assert!(seen(file, "refused") > 5, "{file}, {outcomes:?}");
            assert_eq!(seen(file, "well") + seen(file, "audit"), 0, "{file}, {outcomes:?}");
        }
        assert!(seen("bundle", "audit") + seen("bundle", "refused") > 100, "{outcomes:?}");
        assert_eq!(
            seen("bundle", "well") + seen("tile 0", "well") + seen("tile 1", "well"),
            0,
            "{outcomes:?}"
        );
        assert!(seen("wal", "refused") > 100, "{outcomes:?}");
        // The last batch, in no tile yet, looks like one that a crash has torn: it is cut, and what is signed is the rest. Who was told
        // of its places finds that they are not there.
        assert_eq!(seen("wal", "well"), 0, "{outcomes:?}");
        assert!(seen("wal", "cut") > 0, "{outcomes:?}");
    }
}

/// What became of a folder with one bit changed. Whatever is signed must be the one history.
fn outcome(folder: &Path, signed: &[Note], key: &NoteKey, roots: &BTreeMap<u64, Hash>) -> &'static str {
    let Ok((note, log, _)) = goes_on(folder) else { return "refused" };
    let checkpoint = of(&note, key);
    assert_eq!(checkpoint.root, roots[&checkpoint.size], "another history was signed");
    for before in signed {
        let before = of(before, key);
        let path = log.prove_consistency(before.size, checkpoint.size);
        let Ok(Some(path)) = path else { return "audit" };
        if !consistency_holds(before.size, &before.root, checkpoint.size, &checkpoint.root, &path) {
            return "audit";
        }
    }
    match audit(log.folder(), checkpoint.size) {
        Ok(found) if found.root == checkpoint.root && checkpoint.size == NEXT => "well",
        Ok(found) if found.root == checkpoint.root => "cut",
        Ok(_) | Err(_) => "audit",
    }
}

#[test]
fn a_bit_of_a_witness_is_not_taken_for_another_witness_or_another_memory() {
    let original = scratch();
    let folder = scratch();
    let mut log = log_of(&folder.path().join("log"), 10);
    let mut own = signer(&folder.path().join("signer")).unwrap();
    let logs = vec![own.key().clone()];
    let open = |folder: &Path| Witness::open(folder, "witness.example/1", logs.clone(), &mut SeededRng::new(9));
    let mut request = |old: u64, log: &mut Log| {
        let note = own.sign(log).unwrap();
        let size = Checkpoint::parse(note.text()).unwrap().size;
        AddCheckpoint {
            old,
            proof: log.prove_consistency(old, size).unwrap().unwrap(),
            note,
        }
        .to_text()
    };
    let mut witness = open(original.path()).unwrap();
    let key = witness.key().clone();
    witness.add_checkpoint(&request(0, &mut log), 1).unwrap();
    drop(witness);
    log.append(&entries(10, 300)).unwrap();
    let next = request(10, &mut log);
    let mut flips = 0;
    for file in [PathBuf::from("witness.key"), PathBuf::from(origin_name(ORIGIN))] {
        for at in places(&original.path().join(&file), 1) {
            let folder = scratch();
            copy(original.path(), folder.path());
            flip(&folder.path().join(&file), at);
            let answer = match open(folder.path()) {
                Ok(mut witness) => {
                    assert_eq!(*witness.key(), key, "{}, byte {at}", file.display());
                    assert!(
                        witness.latest(&origin_name(ORIGIN)).is_err(),
                        "what is damaged is not told: byte {at}"
                    );
                    witness.add_checkpoint(&next, 2).map_err(|refused| refused.status())
                }
                Err(LedgerError::Corrupt(_)) => Err(500),
                Err(other) => panic!("{other}"),
            };
            assert_eq!(answer, Err(500), "{}, byte {at}", file.display());
            flips += 1;
        }
    }
    assert!(flips > 200);
    let mut witness = open(original.path()).unwrap();
    let answer: Result<String, WitnessRefused> = witness.add_checkpoint(&next, 2);
    assert!(answer.is_ok(), "without a change it goes on");
}
