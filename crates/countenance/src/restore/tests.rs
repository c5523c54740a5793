//! A database that is gone comes back: without whoever was erased, up to the ledger, and everything goes on.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

use countenance_access::{count_frames, list_gates, lookup_gate, next_place, take_poll};
use countenance_base::{Clock as _, GateId, PersonId, SystemClock, SystemRng, rng};
use countenance_destruction::{Scope, Stage, list_destructions};
use countenance_gate_core::journal::{Leaf, LeafClass, RawLeaf};
use countenance_gate_core::wire::{Head, Poll, UploadedFrame};
use countenance_ledger::Log;
use countenance_persons::{ConsentState, consents_view, epoch, lookup_person, rows_of_person, withdraw_consent};
use countenance_storage::{Table, tables};
use countenance_testdb::Place;
use countenance_trace::{Reader, own_leaves_since, tag_lists};

use super::{Restored, restore};
use crate::backup::tests::estate::{Estate, Lost, Resident, Running, upload};
use crate::data::Home;
use crate::serve::{keep_ledger, open_site};
use crate::state::AppState;

async fn rows(state: &AppState, person: PersonId) -> u64 {
    let mut tx = state.read(Reader::Machine).await.unwrap();
    let counts = rows_of_person(&mut tx, person).await.unwrap();
    counts.iter().map(|(_, count)| count).sum()
}

async fn consent_of(state: &AppState, resident: &Resident) -> ConsentState {
    let mut tx = state.read(Reader::Machine).await.unwrap();
    consents_view(&mut tx, resident.id).await.unwrap().remove(0).consent.state
}

async fn withdraw(estate: &Estate, resident: &Resident) {
    let mut source = SystemRng;
    let mut tx = estate.state().trace(Reader::Machine).await.unwrap();
    let ctx = estate.state().ctx(&mut source);
    withdraw_consent(&mut tx, &ctx, resident.id, resident.consent).await.unwrap();
    tx.commit().await.unwrap();
}

/// The next leaf of a gate's journal.
fn next(journal: &mut Vec<Leaf>, gate: GateId, class: LeafClass) -> UploadedFrame {
    let leaf = Leaf {
        class,
        flags: Leaf::FLAG_DEMO,
        gate,
        sequence: journal.len() as u64,
        ten_minutes: SystemClock.now().ten_minutes(),
        policy: 40,
        previous: journal.last().map_or([0; 32], Leaf::hash),
        commitment: rng::bytes(&mut SystemRng),
        tag: rng::bytes(&mut SystemRng),
    };
    let raw = RawLeaf(leaf.to_bytes());
    journal.push(leaf);
    UploadedFrame {
        leaf: raw,
        record: vec![7; 40],
        note: None,
    }
}

async fn restored(lost: &Lost, file: &Path) -> (Restored, AppState) {
    let restored = restore(&lost.home, file, SystemClock.now()).await.unwrap();
    let state = open_site(&lost.home, Some(lost.clock.clone())).await.unwrap();
    (restored, state)
}

#[tokio::test]
async fn the_living_come_back_the_erased_do_not_and_everything_goes_on() {
    let mut estate = Estate::new().await;
    let ann = estate.resident("12-1803", "安娜 Ann").await;
    let ben = estate.resident("12-1804", "本 Ben").await;
    let cyd = estate.resident("12-1805", "西德 Cyd").await;
    estate.server.log().await;
    estate.server.list_tags().await;
    estate.server.log().await;
    let (file, written) = estate.backup("before").await;
    assert_eq!(written.people, 3);

    // What happens after the backup: an erasure, a withdrawal, a passage, a list of tags, somebody new, another gate.
    estate.erase(&ann).await;
    withdraw(&estate, &ben).await;
    estate.pass(&cyd).await;
    estate.server.log().await;
    estate.server.list_tags().await;
    let dan = estate.resident("12-1806", "丹 Dan").await;
    let other = estate.claim().await;
    let mut other_journal = Vec::new();
    let frame = next(&mut other_journal, other, LeafClass::Boot);
    upload(estate.state(), other, vec![frame]).await;
    let size = estate.server.log().await;
    let (lists, frames) = {
        let mut tx = estate.state().db().read().await.unwrap();
        (tag_lists(&mut tx).await.unwrap(), count_frames(&mut tx).await.unwrap())
    };
    assert_eq!((lists.len(), rows(estate.state(), cyd.id).await > 3), (2, true));
    let old_epoch = epoch(&mut estate.state().db().read().await.unwrap()).await.unwrap();

    let mut lost = estate.lose_database().await;
    let (done, state) = restored(&lost, &file).await;
    assert_eq!((done.put.people, done.put.ended, done.withdrawn, done.lists), (2, 1, 1, 1));
    assert!(done.put.rows_ended >= 10 && done.since.count() > 5);
    assert_eq!(done.strangers, [other]);
    let mut tx = state.read(Reader::Machine).await.unwrap();
    for gone in [&ann, &dan] {
        assert!(lookup_person(&mut tx, gone.id).await.unwrap().is_none());
        assert_eq!(rows(&state, gone.id).await, 0);
    }
    for there in [&ben, &cyd] {
        let person = lookup_person(&mut tx, there.id).await.unwrap().unwrap();
        assert_eq!((person.display_name.as_str(), person.unit.as_str()), (there.name, there.unit));
    }
    assert_eq!(consent_of(&state, &ben).await, ConsentState::Withdrawn, "a no is not lost");
    assert_eq!(consent_of(&state, &cyd).await, ConsentState::Enrolled);
    assert_eq!(count_frames(&mut tx).await.unwrap(), frames);
    assert_eq!(
        (next_place(&mut tx).await.unwrap(), tag_lists(&mut tx).await.unwrap()),
        (size, lists)
    );
    assert!(epoch(&mut tx).await.unwrap() > old_epoch.max(40));
    drop(tx);

    the_server_goes_on(&lost.home, &state, size).await;
    a_gate_goes_on(&state, &mut lost).await;
    // A gate's number that stands in the ledger is not given again.
    let mut source = SystemRng;
    let mut tx = state.trace(Reader::Machine).await.unwrap();
    let code = countenance_access::make_gate_code(&mut tx, &mut state.ctx(&mut source), lost.door)
        .await
        .unwrap();
    assert!(code.gate > other);
}

/// One round of the ledger's work: what the restore left to say becomes leaves, and a checkpoint is published.
async fn the_server_goes_on(home: &Home, state: &AppState, size: u64) {
    let clerk = keep_ledger(state, home, None, None).await.unwrap().unwrap();
    let mut publications = state.ledger().unwrap().published.clone();
    let first = publications.wait_for(Option::is_some);
    let published = tokio::time::timeout(Duration::from_mins(1), first)
        .await
        .unwrap()
        .unwrap()
        .clone()
        .unwrap();
    clerk.abort();
    assert!(published.size > size);
    let mut tx = state.db().read().await.unwrap();
    let own = own_leaves_since(&mut tx, countenance_base::Timestamp(0)).await.unwrap();
    // What the restore itself left; of one moment, so in any order.
    let last: BTreeSet<LeafClass> = own.iter().rev().take(2).map(|leaf| leaf.class).collect();
    assert_eq!(last, BTreeSet::from([LeafClass::Withdraw, LeafClass::Change]));
    let chain = own
        .windows(2)
        .all(|pair| pair[1].previous == pair[0].hash() && pair[1].sequence == pair[0].sequence + 1);
    assert!(chain, "the server's own chain has no gap");
}

async fn a_gate_goes_on(state: &AppState, lost: &mut Lost) {
    let head = |journal: &[Leaf]| Head {
        size: journal.len() as u64,
        hash: journal.last().map_or([0; 32], Leaf::hash),
    };
    let mut tx = state.trace(Reader::Machine).await.unwrap();
    let gate = lookup_gate(&mut tx, lost.gate).await.unwrap().unwrap();
    assert_eq!(gate.held, head(&lost.journal));
    let poll = Poll {
        epoch: 1,
        head: head(&lost.journal),
        wait_s: 0,
        alarms: vec![],
        seal: None,
        pack: None,
        program: None,
    };
    assert!(!take_poll(&mut tx, &gate, &poll, state.now()).await.unwrap(), "no fork");
    tx.commit().await.unwrap();
    let frame = next(&mut lost.journal, lost.gate, LeafClass::Boot);
    let answer = upload(state, lost.gate, vec![frame]).await;
    assert_eq!((answer.forked, answer.acknowledged), (false, lost.journal.len() as u64));
}

#[tokio::test]
async fn a_restore_right_after_the_backup_loses_nothing() {
    let mut estate = Estate::new().await;
    let ann = estate.resident("12-1803", "安娜 Ann").await;
    let (file, written) = estate.backup("before").await;
    let before = rows(estate.state(), ann.id).await;
    estate.server.log().await;
    let lost = estate.lose_database().await;
    let (done, state) = restored(&lost, &file).await;
    assert_eq!((done.put.rows, done.put.rows_ended, done.withdrawn), (written.rows, 0, 0));
    assert_eq!(
        rows(&state, ann.id).await,
        before - 1,
        "all but the session: whoever was signed in signs in again"
    );
    assert_eq!(consent_of(&state, &ann).await, ConsentState::Enrolled);
}

#[tokio::test]
async fn a_withdrawal_of_a_month_that_is_over_ends_every_consent() {
    let mut estate = Estate::new().await;
    let ann = estate.resident("12-1803", "安娜 Ann").await;
    let ben = estate.resident("12-1804", "本 Ben").await;
    let (file, _) = estate.backup("before").await;
    withdraw(&estate, &ann).await;
    estate.server.log().await;
    // The month turns: nobody can say any more whose leaf it is.
    let month = countenance_base::Month(estate.state().now().month().0 + 1);
    estate.server.writer.lock().await.turn(month, &mut SystemRng).unwrap();
    let lost = estate.lose_database().await;
    let (done, state) = restored(&lost, &file).await;
    assert_eq!(done.withdrawn, 2);
    for resident in [&ann, &ben] {
        assert_eq!(consent_of(&state, resident).await, ConsentState::Withdrawn);
    }
}

#[tokio::test]
async fn a_destruction_that_ended_since_is_not_run_again_and_one_that_goes_on_is() {
    for ended in [true, false] {
        let mut estate = Estate::new().await;
        let ann = estate.resident("12-1803", "安娜 Ann").await;
        let id = estate.order(Scope::Purpose(estate.purpose)).await;
        let (file, _) = estate.backup("before").await;
        if ended {
            estate.gate_erases(&ann).await;
            estate.finish(id).await;
        }
        estate.server.log().await;
        let lost = estate.lose_database().await;
        let (_, state) = restored(&lost, &file).await;
        let there = list_destructions(&mut state.read(Reader::Machine).await.unwrap()).await.unwrap();
        let stages: Vec<Stage> = there.iter().map(countenance_destruction::Destruction::stage).collect();
        assert_eq!(stages, if ended { vec![] } else { vec![Stage::Ordered] });
    }
}

/// Whether no table holds a row.
async fn is_empty(place: &Place) -> bool {
    let db = place.open().await;
    let mut tx = db.read().await.unwrap();
    let mut empty = true;
    for name in tables(&mut tx).await.unwrap().iter().filter(|name| *name != "migrations") {
        let table = Table::of(&mut tx, name).await.unwrap();
        empty &= table.read(&mut tx, None, 1).await.unwrap().is_empty();
    }
    drop(tx);
    db.close().await;
    empty
}

async fn refused(lost: &Lost, file: &Path, code: &str) {
    let why = restore(&lost.home, file, SystemClock.now()).await.unwrap_err().to_string();
    assert!(why.contains(&format!("({code})")), "{code}: {why}");
    assert!(is_empty(&lost.spare).await, "{code}");
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.path().is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

/// Puts something else in the place of a folder, looks, and puts it back.
struct Swapped {
    folder: std::path::PathBuf,
    aside: std::path::PathBuf,
}

impl Swapped {
    fn out(folder: std::path::PathBuf) -> Self {
        let aside = folder.with_extension("aside");
        fs::rename(&folder, &aside).unwrap();
        Self { folder, aside }
    }

    fn back(self) {
        fs::remove_dir_all(&self.folder).ok();
        fs::rename(self.aside, self.folder).unwrap();
    }
}

#[tokio::test]
async fn what_does_not_belong_together_is_refused_and_nothing_is_written() {
    let mut estate = Estate::new().await;
    estate.resident("12-1803", "安娜 Ann").await;
    let (early, _) = estate.backup("early").await;
    let early_keys = estate.folder().join("early-keys");
    copy(&estate.home.backup_keys(), &early_keys);
    estate.resident("12-1804", "本 Ben").await;
    estate.server.log().await;
    let (file, _) = estate.backup("file").await;
    let other = Estate::new().await;
    let (strange, _) = other.backup("strange").await;

    // While the server runs, and over rows.
    let home = estate.home.clone();
    let why = restore(&home, &file, SystemClock.now()).await.unwrap_err().to_string();
    assert!(why.contains("(keys.in_use)"), "{why}");
    let size = estate.server.log().await;
    let gates = list_gates(&mut estate.state().db().read().await.unwrap()).await.unwrap();
    let clock = estate.clock();
    let lost = estate.lose_database().await;
    let why = restore(&home, &file, SystemClock.now()).await.unwrap_err().to_string();
    assert!(why.contains("(restore.not_empty)"), "{why}");
    let server = Running::open(&home, clock).await;
    assert_eq!(list_gates(&mut server.state.db().read().await.unwrap()).await.unwrap(), gates);
    server.state.db().close().await;
    drop(server);

    // The file.
    let bytes = fs::read(&file).unwrap();
    let bad = lost.spare.folder().join("bad");
    let mut flipped = bytes.clone();
    flipped[bytes.len() / 2] ^= 1;
    for damaged in [&flipped[..], &bytes[..bytes.len() - 1], &bytes[..40], b""] {
        fs::write(&bad, damaged).unwrap();
        refused(&lost, &bad, "backup.damaged").await;
    }
    refused(&lost, &strange, "backup.other_site").await;

    // The keys.
    let folder = lost.home.folder().to_owned();
    let keys = Swapped::out(lost.home.backup_keys());
    refused(&lost, &file, "keys.none").await;
    copy(&early_keys, &lost.home.backup_keys());
    refused(&lost, &file, "keys.older").await;
    fs::remove_dir_all(lost.home.backup_keys()).unwrap();
    countenance_keyring::Keyring::create(&lost.home.backup_keys(), &mut SystemRng).unwrap();
    refused(&lost, &file, "backup.closed").await;
    keys.back();

    // The ledger: gone, shorter, of another history, signed by another key.
    let ledger = Swapped::out(folder.join("ledger"));
    refused(&lost, &file, "restore.no_ledger").await;
    for (count, code) in [(1, "ledger.shorter"), (size, "ledger.differs")] {
        let entries: Vec<Vec<u8>> = (0..count).map(|_| rng::bytes::<128>(&mut SystemRng).to_vec()).collect();
        Log::open(&folder.join("ledger")).unwrap().append(&entries).unwrap();
        refused(&lost, &file, code).await;
        fs::remove_dir_all(folder.join("ledger")).unwrap();
    }
    ledger.back();
    let signer = Swapped::out(folder.join("ledger-signer"));
    drop(crate::ledger::open_signer(&folder, &server_site(&lost.home)).unwrap());
    refused(&lost, &file, "ledger.other_key").await;
    signer.back();

    // Positive at last: the same two files are taken.
    let (_, state) = restored(&lost, &file).await;
    state.db().close().await;
    drop(state);
    assert!(early.exists());
}

/// The site's id, out of its ledger's signer.
fn server_site(home: &Home) -> String {
    let state = fs::read_to_string(home.folder().join("ledger-signer.aside").join("signer.state")).unwrap();
    state.lines().next().unwrap().strip_prefix("countenance/").unwrap().to_owned()
}
