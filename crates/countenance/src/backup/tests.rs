//! Backups over a real database, a real ledger and the real use cases: first that they hold what they must, then that it is gone.

pub(crate) mod estate;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use countenance_anchor::AnchorFile;
use countenance_base::SystemRng;
use countenance_destruction::Scope;
use countenance_keyring::{Keyring, KeyringError};
use countenance_storage::{Table, Tx, tables};
use countenance_testdb::Place;
use countenance_trace::Owner;

use super::error::BackupError;
use super::file::Backup;
use super::keys_copy::{copy_keys, stale};
use super::map::{TABLES, Whose};
use super::schedule::{Schedule, round};
use super::seal::{PieceKind, Sealer};
use super::write::{begin, pour, write_backup};
use crate::ledger::Handle;
use estate::{Estate, Resident};

/// Everything that opens of a backup with these keys, as one run of bytes.
fn opened(path: &Path, keys: &Keyring) -> Vec<u8> {
    let mut backup = Backup::open(path).unwrap();
    let file = backup.head.file;
    let sealers: Vec<Sealer> = keys.all().unwrap().iter().map(|key| Sealer::new(&key.key, &file)).collect();
    let mut plain = Vec::new();
    for piece in backup.pieces().unwrap() {
        let piece = piece.unwrap();
        let opened = sealers
            .iter()
            .filter_map(|sealer| sealer.open(PieceKind::Rows, piece.number, piece.rows, &piece.sealed));
        plain.extend(opened.flat_map(|bytes| bytes.to_vec()));
    }
    plain
}

fn finds(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

/// What of this person stands in these bytes: name, unit, the text that was signed, the id.
fn found(bytes: &[u8], of: &Resident) -> [bool; 4] {
    let words: [&[u8]; 4] = [of.name.as_bytes(), of.unit.as_bytes(), of.text.as_bytes(), of.id.as_bytes()];
    words.map(|word| finds(bytes, word))
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

#[tokio::test]
async fn whoever_is_erased_is_in_no_backup_of_before_any_more() {
    let mut estate = Estate::new().await;
    let ann = estate.resident("12-1803", "安娜 Ann").await;
    let ben = estate.resident("12-1804", "本 Ben").await;
    estate.pass(&ann).await;
    estate.server.log().await;
    let (file, written) = estate.backup("before").await;
    assert_eq!(written.people, 2);
    let (pages, keys_then) = (estate.folder().join("old-pages"), estate.folder().join("old-keys"));
    copy(&estate.home.backup_keys(), &pages);
    copy(&estate.home.backup_keys(), &keys_then);

    // Positive first: with the present keys both are there, and nobody is in the clear.
    let before = opened(&file, estate.server.writer.lock().await.backup_keys().unwrap());
    for person in [&ann, &ben] {
        assert_eq!(found(&before, person), [true; 4]);
        assert_eq!(found(&fs::read(&file).unwrap(), person), [false; 4]);
    }

    estate.erase(&ann).await;
    let after = opened(&file, estate.server.writer.lock().await.backup_keys().unwrap());
    assert_eq!(found(&after, &ann), [false; 4], "the same file opens for nobody erased");
    assert_eq!(found(&after, &ben), [true; 4]);
    assert!(finds(&after, "三号门".as_bytes()), "what is the site's stays");

    // Old pages beside the present anchor: no root opens, or only the present one does.
    fs::copy(AnchorFile::path(&estate.home.backup_keys()), AnchorFile::path(&pages)).unwrap();
    assert!(matches!(Keyring::open(&pages, &mut SystemRng), Err(KeyringError::Anchor(_))));
    copy(&estate.home.backup_keys(), &pages);
    let both = Keyring::open(&pages, &mut SystemRng).unwrap();
    assert_eq!(found(&opened(&file, &both), &ann), [false; 4]);
    assert_eq!(found(&opened(&file, &both), &ben), [true; 4]);
    // What is left open, and said: an old copy of pages *and* anchor.
    let kept = Keyring::open(&keys_then, &mut SystemRng).unwrap();
    assert_eq!(found(&opened(&file, &kept), &ann), [true; 4]);
}

#[tokio::test]
async fn an_erasure_while_a_backup_is_written_ends_that_one_too() {
    let mut estate = Estate::new().await;
    let ann = estate.resident("12-1803", "安娜 Ann").await;
    let file = estate.folder().join("meanwhile");
    let begun = begin(estate.state(), &mut *estate.server.writer.lock().await).await.unwrap();
    let keys_then = estate.folder().join("old-keys");
    copy(&estate.home.backup_keys(), &keys_then);
    estate.erase(&ann).await;
    assert_eq!(pour(begun, &file).await.unwrap().people, 1, "she is in the snapshot");
    let kept = Keyring::open(&keys_then, &mut SystemRng).unwrap();
    assert_eq!(found(&opened(&file, &kept), &ann), [true; 4], "and in the file");
    let after = opened(&file, estate.server.writer.lock().await.backup_keys().unwrap());
    assert_eq!(found(&after, &ann), [false; 4]);
    // A later backup makes no key for somebody who is gone.
    let (_, written) = estate.backup("after").await;
    let writer = estate.server.writer.lock().await;
    assert_eq!((written.people, writer.held_of(ann.id).unwrap()), (0, None));
}

#[tokio::test]
async fn a_household_is_readable_as_long_as_one_of_its_people_is_there() {
    let mut estate = Estate::new().await;
    let ann = estate.resident("12-1803", "安娜 Ann").await;
    let ben = estate.resident("12-1804", "本 Ben").await;
    // Ben moves in with Ann.
    let mut tx = estate.state().db().write().await.unwrap();
    let moved = "UPDATE persons SET household_id = (SELECT household_id FROM persons WHERE id = $1) WHERE id = $2";
    tx.change_one(moved, &[ann.id.into(), ben.id.into()]).await.unwrap();
    tx.commit().await.unwrap();
    let (file, _) = estate.backup("before").await;
    let units = |bytes: &[u8]| bytes.windows(7).filter(|window| window == b"12-1803").count();
    let before = opened(&file, estate.server.writer.lock().await.backup_keys().unwrap());
    estate.erase(&ann).await;
    let after = opened(&file, estate.server.writer.lock().await.backup_keys().unwrap());
    assert!(
        units(&before) > units(&after) && units(&after) == 1,
        "the household's row, under Ben's key"
    );
    assert_eq!(found(&after, &ann)[2..], [false; 2]);
}

#[tokio::test]
async fn events_are_leaves_before_a_backup_is_made_and_the_making_is_one() {
    let mut estate = Estate::new().await;
    let ann = estate.resident("12-1803", "安娜 Ann").await;
    estate.backup("before").await;
    let mut tx = estate.state().db().read().await.unwrap();
    let waiting = estate.server.writer.lock().await.waiting(&mut tx, 9).await.unwrap();
    assert!(waiting.is_empty());
    let leaves = countenance_trace::own_leaves_since(&mut tx, countenance_base::Timestamp(0))
        .await
        .unwrap();
    assert_eq!(leaves.last().unwrap().class, countenance_gate_core::journal::LeafClass::Export);
    // The keys stay the same from backup to backup, and who comes gets one.
    let key = |person| {
        let writer = estate.server.writer.try_lock().unwrap();
        writer.backup_keys().unwrap().person(Owner::Person(person).entry()).unwrap()
    };
    let first = key(ann.id).unwrap();
    assert!(matches!(
        write_backup(estate.state(), &estate.server.writer, &estate.folder().join("before")).await,
        Err(BackupError::Exists)
    ));
    drop(tx);
    estate.backup("again").await;
    assert_eq!(key(ann.id).unwrap().key.expose(), first.key.expose());
}

#[tokio::test]
async fn a_destruction_that_goes_on_is_sealed_under_a_key_that_ends_with_it() {
    let mut estate = Estate::new().await;
    let ann = estate.resident("12-1803", "安娜 Ann").await;
    let id = estate.order(Scope::Purpose(estate.purpose)).await;
    let (file, _) = estate.backup("before").await;
    let entry = Owner::Destruction(id).entry();
    let there = |estate: &Estate| {
        let writer = estate.server.writer.try_lock().unwrap();
        let keys = writer.backup_keys().unwrap();
        (keys.person(entry).unwrap().is_some(), finds(&opened(&file, keys), b"purpose"))
    };
    assert_eq!(there(&estate), (true, true));
    estate.gate_erases(&ann).await;
    estate.finish(id).await;
    assert!(!there(&estate).0);
    let opened = opened(&file, estate.server.writer.lock().await.backup_keys().unwrap());
    assert!(!finds(&opened, id.as_bytes()) && found(&opened, &ann)[0], "people stay");
}

#[tokio::test]
async fn a_site_from_before_backups_gets_its_keys_at_the_next_start() {
    let estate = Estate::new().await;
    let (home, clock) = (estate.home.clone(), estate.clock());
    let lost = estate.lose_database().await;
    fs::remove_dir_all(home.backup_keys()).unwrap();
    fs::create_dir(home.backup_keys().with_extension("new")).unwrap();
    let server = estate::Running::open(&home, clock).await;
    assert!(Keyring::is_there(&home.backup_keys()) && !home.backup_keys().with_extension("new").exists());
    write_backup(&server.state, &server.writer, &lost.spare.folder().join("file"))
        .await
        .unwrap();
}

#[tokio::test]
async fn keys_are_copied_beside_a_server_and_the_copy_of_before_is_gone() {
    let mut estate = Estate::new().await;
    let to = estate.folder().join("medium");
    let told = |estate: &Estate| stale(&estate.home, &estate.server.writer.try_lock().unwrap(), estate.state().now());
    assert_eq!(told(&estate), None, "no backup, no keys to copy");
    let ann = estate.resident("12-1803", "安娜 Ann").await;
    let (file, _) = estate.backup("before").await;
    assert!(told(&estate).unwrap().contains("this folder only"));
    // The server holds both keyrings meanwhile.
    let first = copy_keys(&estate.home, &to, estate.state().now()).unwrap();
    assert_eq!(told(&estate), None);
    let kept = estate.folder().join("kept");
    copy(&first.join("backup-keys"), &kept);
    assert_eq!(
        found(&opened(&file, &Keyring::open(&kept, &mut SystemRng).unwrap()), &ann),
        [true; 4]
    );
    for name in ["site.key", "pepper"] {
        assert_eq!(
            fs::read(first.join(name)).unwrap(),
            fs::read(estate.home.folder().join(name)).unwrap()
        );
    }
    assert!(
        Keyring::open(&first.join("keyring"), &mut SystemRng)
            .unwrap()
            .person(ann.id)
            .unwrap()
            .is_some()
    );

    estate.erase(&ann).await;
    assert!(told(&estate).unwrap().contains("since they were copied"));
    estate.ahead(5);
    let second = copy_keys(&estate.home, &to, estate.state().now()).unwrap();
    let there: Vec<_> = fs::read_dir(&to).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(there.len() == 1 && there[0] == second, "the old copy is gone");
    assert_eq!(told(&estate), None);
    assert_eq!(
        found(
            &opened(&file, &Keyring::open(&second.join("backup-keys"), &mut SystemRng).unwrap()),
            &ann
        ),
        [false; 4]
    );
    // A month ends secrets that the copy still holds.
    estate.ahead(40 * 86_400);
    assert!(told(&estate).is_some());
}

#[tokio::test]
async fn the_server_writes_backups_when_they_are_due_and_removes_old_ones() {
    let mut estate = Estate::new().await;
    estate.resident("12-1803", "安娜 Ann").await;
    let folder = estate.folder().join("backups");
    let schedule = Schedule::of(&folder);
    let (_, published) = tokio::sync::watch::channel(None);
    let estate::Running { state, ledger, writer } = estate.server;
    let handle = Handle {
        ledger,
        writer: std::sync::Arc::new(writer),
        published,
        policy: String::new(),
        authority: None,
        witnesses: 0,
    };
    let names = || {
        let names = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.collect::<BTreeSet<String>>()
    };
    let clock = estate_clock(&estate.home);
    for (day, count) in [(0, 1), (0, 1), (1, 2), (2, 3), (3, 3), (4, 3)] {
        fs::write(&clock, (day * 86_400 + i64::from(day > 0) * 60 * day).to_string()).unwrap();
        round(&state, &handle, &schedule, &folder).await.unwrap();
        assert_eq!(names().len(), count, "day {day}: {:?}", names());
    }
    // What is not the server's, and what a crash left.
    fs::write(folder.join("letter.txt"), "").unwrap();
    fs::write(folder.join("backup-2026-01-01T00-00-00Z.part"), "").unwrap();
    round(&state, &handle, &schedule, &folder).await.unwrap();
    assert!(names().contains("letter.txt") && !names().contains("backup-2026-01-01T00-00-00Z.part"));
}

fn estate_clock(home: &crate::data::Home) -> std::path::PathBuf {
    home.folder().parent().unwrap().join("clock")
}

/// Columns that lead to a person.
async fn leads_to_a_person(tx: &mut Tx, name: &str) -> Option<&'static str> {
    let table = Table::of(tx, name).await.unwrap();
    ["person_id", "consent_id", "household_id"]
        .into_iter()
        .find(|column| table.column(column).is_some())
}

#[tokio::test]
async fn every_table_of_the_schema_is_in_the_map_under_the_key_of_whom_it_is_about() {
    let place = Place::empty().await;
    let db = place.open().await;
    let mut tx = db.read().await.unwrap();
    let schema: BTreeSet<String> = tables(&mut tx).await.unwrap().into_iter().collect();
    let mapped: BTreeSet<String> = TABLES.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(mapped, schema, "a table is in no backup, or there is none of this name");
    assert_eq!(mapped.len(), TABLES.len(), "a table stands there twice");
    let mut about = 0;
    for (name, whose) in TABLES {
        let column = leads_to_a_person(&mut tx, name).await;
        let table = Table::of(&mut tx, name).await.unwrap();
        match whose {
            Whose::Site => assert_eq!(column, None, "`{name}` leads to a person and is sealed under the site's key"),
            Whose::Person(named) | Whose::Consent(named) => {
                assert!(table.column(named).is_some(), "`{name}` has no `{named}`");
                assert!(Some(named) == column || name == "persons", "`{name}`: {column:?}");
                about += 1;
            }
            Whose::Destruction => assert_eq!(column, Some("person_id")),
            Whose::Household | Whose::Nobody => {}
        }
    }
    assert!(about > 10, "the search finds what it must");
}
