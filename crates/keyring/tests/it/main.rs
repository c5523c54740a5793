//! Keys of persons on disk: what ends, ends for every copy.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use countenance_base::{Month, PersonId, Rng as _, SecretKey, SeededRng};
use countenance_keyring::{Keyring, KeyringError, PersonKey};

fn person(number: u64) -> PersonId {
    let mut bytes = [0u8; 16];
    bytes[8..].copy_from_slice(&number.to_be_bytes());
    PersonId::from_bytes(bytes)
}

fn key(number: u64, month: u32) -> PersonKey {
    let mut secret = [0u8; 32];
    SeededRng::new(1_000 + number).fill(&mut secret);
    PersonKey {
        person: person(number),
        month: Month(month),
        key: SecretKey::new(secret),
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

fn holds(held: &Keyring, number: u64) -> bool {
    let held = held.person(person(number)).unwrap();
    held.is_some_and(|held| held.key.expose() == key(number, 1).key.expose())
}

/// How many people are planted, and how many of them are erased; `COUNTENANCE_SOAK` asks for more.
fn counts() -> (u64, u64) {
    if std::env::var_os("COUNTENANCE_SOAK").is_some() {
        (100_000, 1_000)
    } else {
        (2_000, 100)
    }
}

#[test]
fn of_many_people_the_erased_are_gone_and_the_others_readable_also_from_older_copies() {
    let (people, ends) = counts();
    let each = people / ends;
    let folder = tempfile::tempdir().unwrap();
    let (now, before) = (folder.path().join("now"), folder.path().join("before"));
    let mut rng = SeededRng::new(1);
    let mut held = Keyring::create(&now, &mut rng).unwrap();
    let keys: Vec<PersonKey> = (0..people).map(|number| key(number, 1)).collect();
    held.admit(&keys, &mut rng).unwrap();
    drop(held);
    copy(&now, &before);
    // Positive first: the copy opens with its own anchor.
    let old = Keyring::open(&before, &mut rng).unwrap();
    assert!((0..people).all(|number| holds(&old, number)));
    drop(old);

    let mut held = Keyring::open(&now, &mut rng).unwrap();
    let erased: Vec<PersonId> = (0..people).step_by(usize::try_from(each).unwrap()).map(person).collect();
    assert_eq!(held.erase(&erased, &mut rng).unwrap() as u64, ends);
    assert_eq!(held.erase(&erased, &mut rng).unwrap(), 0);
    for number in 0..people {
        assert_eq!(holds(&held, number), number % each != 0, "{number}");
    }
    assert_eq!(held.count().unwrap() as u64, people - ends);
    drop(held);

    // Every file of before put beside what is there now, with the anchor that is left: nobody erased comes back.
    let thief = folder.path().join("thief");
    copy(&before, &thief);
    fs::copy(now.join("anchor"), thief.join("anchor")).unwrap();
    assert!(matches!(Keyring::open(&thief, &mut rng), Err(KeyringError::Anchor(_))));
    let thief = folder.path().join("thief-with-both");
    copy(&before, &thief);
    copy(&now, &thief);
    let both = Keyring::open(&thief, &mut rng).unwrap();
    assert!((0..people).all(|number| holds(&both, number) == (number % each != 0)));
    println!(
        "soak: {people} people, {ends} erased: gone from every copy under the anchor that is left, {} readable",
        people - ends
    );
}

#[test]
fn a_change_broken_off_anywhere_leaves_the_state_before_or_after() {
    let folder = tempfile::tempdir().unwrap();
    let (before, after) = (folder.path().join("before"), folder.path().join("after"));
    let mut rng = SeededRng::new(2);
    let mut held = Keyring::create(&before, &mut rng).unwrap();
    held.admit(&[key(1, 1), key(2, 1)], &mut rng).unwrap();
    drop(held);
    copy(&before, &after);
    let mut held = Keyring::open(&after, &mut rng).unwrap();
    held.erase(&[person(1)], &mut rng).unwrap();
    drop(held);
    let files = |path: &Path| -> BTreeMap<_, _> {
        let read = fs::read_dir(path).unwrap();
        read.map(|entry| entry.unwrap().path())
            .map(|path| (path.file_name().unwrap().to_owned(), fs::read(&path).unwrap()))
            .collect()
    };
    let (old, new) = (files(&before), files(&after));
    // (a), (b): what is new lies beside what is old.
    let broken = folder.path().join("written");
    copy(&before, &broken);
    for (name, bytes) in new.iter().filter(|(name, _)| !old.contains_key(*name)) {
        fs::write(broken.join(name), bytes).unwrap();
    }
    assert!(holds(&Keyring::open(&broken, &mut rng).unwrap(), 1));
    assert_eq!(files(&broken).len(), old.len(), "what opens for nobody is removed");
    // (d): the anchor is the new one, the rest is still there.
    let broken = folder.path().join("anchored");
    copy(&before, &broken);
    copy(&after, &broken);
    let held = Keyring::open(&broken, &mut rng).unwrap();
    assert!(!holds(&held, 1) && holds(&held, 2));
    assert_eq!(files(&broken).keys().collect::<Vec<_>>(), new.keys().collect::<Vec<_>>());
}

#[test]
fn a_month_turns_for_everybody_at_once_and_one_process_holds_the_keys() {
    let folder = tempfile::tempdir().unwrap();
    let mut rng = SeededRng::new(3);
    let mut held = Keyring::create(folder.path(), &mut rng).unwrap();
    held.admit(&[key(1, 1), key(2, 1), key(3, 2)], &mut rng).unwrap();
    let next = |old: &PersonKey| PersonKey {
        month: Month(2),
        key: SecretKey::new([old.key.expose()[0] ^ 1; 32]),
        ..old.clone()
    };
    assert_eq!(held.turn(Month(2), next, &mut rng).unwrap(), 2);
    assert_eq!(held.turn(Month(2), next, &mut rng).unwrap(), 0);
    assert!(!holds(&held, 1) && !holds(&held, 2) && holds(&held, 3));
    assert!(matches!(Keyring::open(folder.path(), &mut rng), Err(KeyringError::InUse)));
    drop(held);
    assert_eq!(Keyring::open(folder.path(), &mut rng).unwrap().count().unwrap(), 3);
}

#[test]
fn damage_is_told_and_never_read_as_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let mut rng = SeededRng::new(4);
    let mut held = Keyring::create(folder.path(), &mut rng).unwrap();
    held.admit(&[key(1, 1)], &mut rng).unwrap();
    drop(held);
    let page = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
    let page = page.into_iter().find(|path| path.to_string_lossy().contains("page-")).unwrap();
    let mut bytes = fs::read(&page).unwrap();
    bytes[3] ^= 1;
    fs::write(&page, bytes).unwrap();
    let held = Keyring::open(folder.path(), &mut rng).unwrap();
    assert!(held.person(person(1)).is_err());
}
