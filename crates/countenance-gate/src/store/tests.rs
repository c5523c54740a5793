use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use countenance_base::{AttemptId, ConsentId, GateId, GrantId, Month, PersonId, PurposeId, SecretKey, SeededRng, SiteId};
use countenance_gallery::{Embedding, MatchPolicy, Skipped, Verdict, enrol, search};
use countenance_grant::{
    Act, Attempt, ConsentStatement, EnrolGrant, Mode, SignedConsent, SnapshotStatement, Statement, VerifiedSnapshot, verify_enrol,
    verify_match,
};
use tempfile::TempDir;

use super::*;

const NOW: Timestamp = Timestamp::from_seconds(1_763_000_000);
const ANN: PersonId = PersonId::from_bytes([1; 16]);
const BEN: PersonId = PersonId::from_bytes([2; 16]);
const STEPS: [Step; 5] = [
    Step::KeysWritten,
    Step::AnchorWritten,
    Step::OldAnchorGone,
    Step::OldKeysGone,
    Step::SlotGone,
];

struct Place {
    folder: TempDir,
    rng: SeededRng,
}

impl Place {
    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn anchor(&self) -> PathBuf {
        self.folder.path().join("anchor")
    }

    fn open(&mut self) -> Result<SealedStore, StoreError> {
        SealedStore::open(&self.data(), &self.anchor(), &mut self.rng)
    }

    /// Everything under both folders, file by file.
    fn bytes(&self) -> Vec<(PathBuf, Vec<u8>)> {
        [self.data(), self.anchor()]
            .iter()
            .flat_map(|folder| fs::read_dir(folder).unwrap())
            .map(|entry| entry.unwrap().path())
            .map(|path| (path.clone(), fs::read(path).unwrap()))
            .collect()
    }

    fn finds(&self, wanted: &[u8]) -> bool {
        self.bytes()
            .iter()
            .any(|(_, bytes)| bytes.windows(wanted.len()).any(|window| window == wanted))
    }

    fn names(&self, prefix: &str) -> Vec<String> {
        let names = self
            .bytes()
            .into_iter()
            .map(|(path, _)| path.file_name().unwrap().to_str().unwrap().to_owned());
        names.filter(|name| name.starts_with(prefix)).collect()
    }

    /// The anchors that stand in the file, whole.
    fn anchors(&self) -> Vec<[u8; 32]> {
        AnchorFile::open(&self.anchor())
            .unwrap()
            .held()
            .unwrap()
            .iter()
            .map(|(_, anchor)| ***anchor)
            .collect()
    }
}

fn claimed() -> ClaimedGate {
    ClaimedGate {
        site: SiteId::from_bytes([1; 16]),
        gate: GateId(3),
        site_key: site_key().public(),
        server: "http://127.0.0.1:4000".into(),
        demo: true,
    }
}

fn site_key() -> SigningKey {
    SigningKey::from_seed(&[1; 32])
}

/// A new store in which Ann and Ben are enrolled.
fn settled() -> (Place, SealedStore) {
    let mut place = Place {
        folder: tempfile::tempdir().unwrap(),
        rng: SeededRng::new(1),
    };
    let draft = SealedStore::draft(&mut place.rng);
    assert!(!SealedStore::exists(&place.data()));
    let mut store = SealedStore::create(&place.data(), &place.anchor(), draft, &claimed(), &mut place.rng).unwrap();
    assert!(SealedStore::exists(&place.data()));
    for person in [ANN, BEN] {
        store.admit(enrolled(person), NOW, &ratchet(person), &mut place.rng).unwrap();
    }
    assert_eq!(
        [who(&store, ANN), who(&store, BEN)],
        [Ok(Verdict::Recognised(ANN)), Ok(Verdict::Recognised(BEN))]
    );
    (place, store)
}

fn ratchet(person: PersonId) -> Ratchet {
    Ratchet::new(Month(24_300), SecretKey::new([person.as_bytes()[0]; 32]))
}

fn face(person: PersonId) -> Embedding {
    let mut rng = SeededRng::new(u64::from(person.as_bytes()[0]));
    let values = (0..512)
        .map(|_| f32::from(countenance_base::rng::bytes::<1>(&mut rng)[0]) - 127.5)
        .collect();
    Embedding::from_raw(Zeroizing::new(values)).unwrap()
}

fn attempt() -> Attempt {
    Attempt {
        id: AttemptId::from_bytes([7; 16]),
        site: claimed().site,
        gate: GateId(3),
        now: NOW,
        last_contact: NOW,
    }
}

fn statement(act: Act, person: PersonId) -> Statement {
    Statement {
        site: claimed().site,
        id: GrantId::from_bytes(*person.as_bytes()),
        person,
        consent: ConsentId::from_bytes(*person.as_bytes()),
        consent_version: 1,
        act,
        purpose: PurposeId::from_bytes([5; 16]),
        mode: Mode::OneToFew,
        gates: vec![GateId(3)],
        not_before: NOW,
        until: NOW.plus(Duration::from_mins(1)),
        epoch: 1,
    }
}

fn policy() -> MatchPolicy {
    MatchPolicy {
        threshold: 0.5,
        margin: 0.1,
        search_max: 20,
        few_max: 20,
        recogniser: [9; 32],
    }
}

fn enrolled(person: PersonId) -> Enrolled {
    let person_key = SigningKey::from_seed(&[2; 32]);
    let statement = statement(Act::Enrol, person);
    let consent = ConsentStatement {
        site: statement.site,
        person,
        consent: statement.consent,
        version: 1,
        notice: [6; 32],
        purpose: statement.purpose,
        mode: statement.mode,
        gates: statement.gates.clone(),
        given: NOW,
        until: NOW.plus(Duration::from_hours(1)),
    };
    let text = consent.to_text();
    let consent = SignedConsent {
        signature: person_key.sign_plain(text.as_bytes()),
        text,
        key: person_key.public(),
    };
    let envelope = EnrolGrant { statement, consent }.mint(&site_key());
    let attempt = attempt();
    let (grant, _) = verify_enrol(&attempt, &envelope, &site_key().public(), &person_key.public().fingerprint(), 1).unwrap();
    let pictures = [face(person), face(person), face(person)];
    enrol(
        grant,
        pictures,
        &policy(),
        &mut SeededRng::new(u64::from(person.as_bytes()[0]) + 50),
    )
    .unwrap()
}

/// Searches for `person` with their own face.
#[expect(clippy::unwrap_in_result, reason = "the result under test is the search's, the grant is a given")]
fn who(store: &SealedStore, person: PersonId) -> Result<Verdict, Skipped> {
    let statement = statement(Act::Match, person);
    let (id, site, gate) = (statement.id, statement.site, GateId(3));
    let snapshot = SnapshotStatement {
        site,
        gate,
        epoch: 1,
        issued: NOW,
        face_lease_s: 60,
        grants: vec![statement],
        body: Vec::new(),
    }
    .sign(&site_key());
    let snapshot = VerifiedSnapshot::open(&snapshot, &site_key().public()).unwrap();
    let attempt = attempt();
    let grant = verify_match(&attempt, &snapshot, person, id).unwrap();
    let held = |person| Some((SealedTemplate::from_bytes(&store.template(person)?)?, store.page().person(person)?));
    let searched = search(vec![grant], &face(person), held, &policy()).unwrap();
    searched.skipped.first().map_or(Ok(searched.verdict), |(_, why)| Err(*why))
}

fn stopped_after(wanted: Step) -> impl FnMut(Step) -> Result<(), StoreError> {
    move |step| {
        if step == wanted {
            Err(StoreError::Corrupt("the test stops here"))
        } else {
            Ok(())
        }
    }
}

#[test]
fn a_crash_after_any_step_of_an_erasure_leaves_the_old_state_or_the_new_one() {
    for step in STEPS {
        let (mut place, mut store) = settled();
        let sealed = store.template(ANN).unwrap().to_vec();
        let old_anchor = place.anchors()[0];
        assert!(place.finds(&sealed) && place.finds(&old_anchor), "the search finds what is there");
        store
            .commit_until(|page| page.erase(ANN), &mut place.rng, &mut stopped_after(step))
            .unwrap_err();
        assert_eq!(who(&store, ANN), Err(Skipped::Missing), "{step:?}: memory goes first");
        drop(store);

        let store = place.open().unwrap();
        let new_state = step >= Step::AnchorWritten;
        let ann = if new_state {
            Err(Skipped::Missing)
        } else {
            Ok(Verdict::Recognised(ANN))
        };
        assert_eq!(who(&store, ANN), ann, "{step:?}");
        assert_eq!(who(&store, BEN), Ok(Verdict::Recognised(BEN)), "{step:?}");
        assert_eq!(place.finds(&sealed), !new_state, "{step:?}: sealed bytes");
        assert_eq!(place.finds(&old_anchor), !new_state, "{step:?}: old anchor");
        assert_eq!(
            (place.anchors().len(), place.names("keys.").len()),
            (1, 1),
            "{step:?}: one anchor, one page"
        );
    }
}

#[test]
fn an_erasure_that_was_cut_can_be_done_again() {
    let (mut place, mut store) = settled();
    store
        .commit_until(|page| page.erase(ANN), &mut place.rng, &mut stopped_after(Step::KeysWritten))
        .unwrap_err();
    assert_eq!(store.erase_person(ANN, &mut place.rng).unwrap_err().code(), "store.write");
    assert!(store.template(BEN).is_none(), "a store that failed to write compares nobody");
    drop(store);
    let mut store = place.open().unwrap();
    store.erase_person(ANN, &mut place.rng).unwrap();
    store.erase_person(ANN, &mut place.rng).unwrap();
    assert_eq!(who(&store, ANN), Err(Skipped::Missing));
    assert_eq!(who(&store, BEN), Ok(Verdict::Recognised(BEN)));
}

#[test]
fn a_torn_anchor_place_spares_the_other() {
    for length in [1, 12, 44, 76, 4096] {
        let (mut place, mut store) = settled();
        store
            .commit_until(|page| page.erase(ANN), &mut place.rng, &mut stopped_after(Step::KeysWritten))
            .unwrap_err();
        let empty = (store.generation + 1) % 2;
        drop(store);
        let path = AnchorFile::path(&place.anchor());
        let mut bytes = fs::read(&path).unwrap();
        let from = usize::try_from(empty).unwrap() * 4096;
        bytes[from..from + length].fill(0x43);
        fs::write(&path, bytes).unwrap();
        let store = place.open().unwrap();
        assert_eq!(who(&store, ANN), Ok(Verdict::Recognised(ANN)), "torn after {length} bytes");
    }
}

#[test]
fn an_older_page_never_comes_back() {
    let (mut place, mut store) = settled();
    let old: Vec<(PathBuf, Vec<u8>)> = place
        .bytes()
        .into_iter()
        .filter(|(path, _)| path.starts_with(place.data()))
        .collect();
    store.erase_person(ANN, &mut place.rng).unwrap();
    drop(store);
    let now = place.names("keys.");
    for (path, bytes) in &old {
        fs::write(path, bytes).unwrap();
    }
    // The old page is removed unread, the page in force holds.
    let store = place.open().unwrap();
    assert_eq!(who(&store, ANN), Err(Skipped::Missing));
    assert_eq!(place.names("keys."), now);
    drop(store);
    // And under the name of the page in force it opens nothing.
    let (_, page) = old.iter().find(|(path, _)| path.to_str().unwrap().contains("keys.")).unwrap();
    fs::write(place.data().join(&now[0]), page).unwrap();
    assert_eq!(place.open().unwrap_err().code(), "store.corrupt");
}

#[test]
fn damage_is_refused_and_said() {
    type Harm = fn(&Place);
    fn flip(path: &Path, at: usize) {
        let mut bytes = fs::read(path).unwrap();
        bytes[at] ^= 1;
        fs::write(path, bytes).unwrap();
    }
    fn keys(place: &Place) -> PathBuf {
        place.data().join(&place.names("keys.")[0])
    }
    let cases: [(&str, Harm); 8] = [
        ("page flipped", |place| flip(&keys(place), 100)),
        ("page cut", |place| fs::write(keys(place), b"CNKP").unwrap()),
        ("page gone", |place| fs::remove_file(keys(place)).unwrap()),
        ("anchor wiped", |place| {
            fs::write(AnchorFile::path(&place.anchor()), [7; 8192]).unwrap();
        }),
        ("anchor empty", |place| fs::write(AnchorFile::path(&place.anchor()), []).unwrap()),
        ("anchor gone", |place| fs::remove_file(AnchorFile::path(&place.anchor())).unwrap()),
        ("another server", |place| {
            let path = place.data().join("gate.toml");
            let text = fs::read_to_string(&path).unwrap();
            assert!(text.contains(":4000"));
            fs::write(path, text.replace(":4000", ":4001")).unwrap();
        }),
        ("no toml", |place| fs::write(place.data().join("gate.toml"), "{").unwrap()),
    ];
    for (what, harm) in cases {
        let (mut place, store) = settled();
        drop(store);
        drop(place.open().unwrap());
        harm(&place);
        assert_eq!(place.open().unwrap_err().code(), "store.corrupt", "{what}");
    }
}

#[test]
fn a_damaged_template_harms_one_person_only() {
    let (mut place, store) = settled();
    let slot = store.page().person(ANN).unwrap().slot();
    drop(store);
    let path = place.data().join("templates");
    let mut bytes = fs::read(&path).unwrap();
    bytes[usize::try_from(slot).unwrap() * 2048 + 700] ^= 1;
    fs::write(&path, bytes).unwrap();
    let store = place.open().unwrap();
    assert_eq!(who(&store, ANN), Err(Skipped::Damaged));
    assert_eq!(who(&store, BEN), Ok(Verdict::Recognised(BEN)));
}

#[test]
fn enrolling_again_ends_the_template_before() {
    let (mut place, mut store) = settled();
    let before = store.template(ANN).unwrap().to_vec();
    assert!(place.finds(&before));
    store.admit(enrolled(ANN), NOW, &ratchet(ANN), &mut place.rng).unwrap();
    // The same numbers seal differently: `enrolled` repeats its randomness, so look at the slot.
    assert_eq!(store.page().person(ANN).unwrap().slot(), 2);
    drop(store);
    let store = place.open().unwrap();
    assert_eq!(who(&store, ANN), Ok(Verdict::Recognised(ANN)));
    let slots = fs::read(place.data().join("templates")).unwrap();
    assert_eq!([slots[0], slots[2048], slots[4096]], [0, 1, 1], "the place of before is free");
}

#[test]
fn a_template_without_a_page_is_no_template() {
    let (mut place, mut store) = settled();
    let enrolled = enrolled(PersonId::from_bytes([3; 16]));
    store.put_template(2, enrolled.sealed(), &mut place.rng).unwrap();
    assert!(place.finds(enrolled.sealed().as_bytes()));
    drop(store);
    let store = place.open().unwrap();
    assert!(!place.finds(enrolled.sealed().as_bytes()));
    assert_eq!(store.page().people().count(), 2);
}

#[test]
fn a_snapshot_is_sealed_and_the_one_before_ends() {
    let (mut place, mut store) = settled();
    let secret = b"a PIN verifier that must not lie about";
    assert!(store.snapshot().is_none());
    store.put_snapshot(b"first", &mut place.rng).unwrap();
    let first = fs::read(place.data().join("snapshot.1")).unwrap();
    assert!(place.finds(&first));
    store.put_snapshot(secret, &mut place.rng).unwrap();
    assert_eq!(store.snapshot().unwrap().as_slice(), secret);
    assert!(!place.finds(secret) && !place.finds(&first));
    drop(store);
    // A crash before the page: the file is there, and no page names it.
    fs::write(place.data().join("snapshot.3"), b"half a file").unwrap();
    let store = place.open().unwrap();
    assert_eq!(store.snapshot().unwrap().as_slice(), secret);
    assert_eq!(place.names("snapshot."), ["snapshot.2"]);
    drop(store);
    fs::write(place.data().join("snapshot.2"), first).unwrap();
    assert!(
        place.open().unwrap().snapshot().is_none(),
        "an older file under the name in force does not open"
    );
}

#[test]
fn keys_survive_opening_again() {
    let (mut place, mut store) = settled();
    let device = store.device_key().public();
    let used = GrantId::from_bytes([9; 16]);
    store
        .use_grant(used, NOW.plus(Duration::from_mins(1)), NOW, &mut place.rng)
        .unwrap();
    store.rotate_transit(&mut place.rng).unwrap();
    assert!(store.turn_month(Month(24_301), &mut place.rng).unwrap());
    assert!(!store.turn_month(Month(24_301), &mut place.rng).unwrap(), "turned already");
    assert!(!store.turn_month(Month(24_299), &mut place.rng).unwrap(), "never back");
    drop(store);
    let mut store = place.open().unwrap();
    assert_eq!(store.claimed(), &claimed());
    assert_eq!(store.device_key().public(), device);
    let again = store.use_grant(used, NOW.plus(Duration::from_mins(1)), NOW, &mut place.rng);
    assert_eq!(again.unwrap_err().code(), "code.used");
    assert_eq!(store.page().current_transit().unwrap().0, 2);
    assert!(store.page().transit(1).is_none());
    for person in [ANN, BEN] {
        let (month, key) = store.page().person(person).unwrap().ratchet();
        assert_eq!(month, Month(24_301), "a month ends for everybody");
        assert_eq!(key.expose(), ratchet(person).turned_to(month).key().expose());
    }
}

#[test]
fn a_store_is_private_and_has_one_user() {
    let (mut place, store) = settled();
    assert_eq!(place.open().unwrap_err().code(), "store.in_use");
    let draft = SealedStore::draft(&mut place.rng);
    let again = SealedStore::create(&place.data(), &place.anchor(), draft, &claimed(), &mut place.rng);
    assert_eq!(again.unwrap_err().code(), "store.exists");
    drop(store);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!([mode(&place.data()), mode(&place.anchor())], [0o700, 0o700]);
    for (path, _) in place.bytes() {
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}

#[test]
fn an_erasure_is_whole_when_it_returns() {
    let (mut place, mut store) = settled();
    let (sealed, old_anchor) = (store.template(ANN).unwrap().to_vec(), place.anchors()[0]);
    let old_page = fs::read(place.data().join(&place.names("keys.")[0])).unwrap();
    assert!(
        place.finds(&sealed) && place.finds(&old_anchor) && place.finds(&old_page),
        "the search finds what is there"
    );
    // A second name keeps the old page's blocks in sight after it is unlinked.
    let still = place.folder.path().join("still");
    fs::hard_link(place.data().join(&place.names("keys.")[0]), &still).unwrap();
    store.erase_person(ANN, &mut place.rng).unwrap();
    let blocks = fs::read(still).unwrap();
    assert_eq!(blocks.len(), old_page.len());
    assert!(
        !blocks.windows(64).any(|window| window == &old_page[100..164]),
        "overwritten before it is unlinked"
    );
    assert!(!place.finds(&sealed) && !place.finds(&old_anchor) && !place.finds(&old_page));
    assert_eq!((place.anchors().len(), place.names("keys.").len()), (1, 1));
    assert_eq!(who(&store, BEN), Ok(Verdict::Recognised(BEN)));
}

#[test]
fn an_audit_ties_entries_of_who_is_here_and_none_of_who_was_erased() {
    use crate::journal_file::{Entry, Journal, Need};
    use countenance_gate_core::audit::{Pick, Picks};
    use countenance_gate_core::journal::{LeafClass, Record, RecordKind};

    let (mut place, mut store) = settled();
    let mut journal = Journal::open(&place.data().join("journal"), 1 << 20, GateId(3)).unwrap();
    for (person, class, kind) in [
        (ANN, LeafClass::Enrol, RecordKind::Enrolled),
        (BEN, LeafClass::Enrol, RecordKind::Enrolled),
        (BEN, LeafClass::Search, RecordKind::Searched),
        (ANN, LeafClass::Erase, RecordKind::Erased),
    ] {
        let record = Record {
            kind,
            at: NOW,
            attempt: None,
            person: Some(person),
            purpose: None,
            consent: None,
            reason: "test".into(),
            pack: None,
            actor: None,
        };
        let entry = Entry {
            class,
            demo: true,
            policy: 1,
            recipients: Vec::new(),
            record,
            ratchet: Some(ratchet(person).turned_to(NOW.month())),
            note: None,
        };
        journal.append(Need::Erase, vec![entry], None, &mut place.rng).unwrap();
    }
    let leaf = |sequence| journal.frames_from(sequence, 1).unwrap()[0].raw_leaf();
    let picks = Picks {
        certificate: [1; 32],
        picks: vec![Pick {
            index: 4,
            gate: GateId(3),
            enrolled: Some(leaf(0)),
            ended: leaf(3),
        }],
    };
    let before = crate::audit::search(&store, &journal, &picks).unwrap();
    assert_eq!(before.copies, [(4, true)], "Ann is still here");
    store.erase_person(ANN, &mut place.rng).unwrap();
    let after = crate::audit::search(&store, &journal, &picks).unwrap();
    assert_eq!(after.copies, [(4, false)]);
    assert!(
        after.searched[0].contains("1 keys of persons, 1 places with a template, 0 that no key names; 2 of 4 entries"),
        "{:?}",
        after.searched
    );
    let mut forged = picks;
    forged.picks[0].enrolled = Some(leaf(1));
    forged.picks[0].ended = forged.picks[0].enrolled.unwrap();
    assert!(crate::audit::search(&store, &journal, &forged).unwrap().copies[0].1, "Ben is here");
    let Some(mut other) = forged.picks[0].enrolled else {
        unreachable!()
    };
    other.0[100] ^= 1;
    forged.picks[0].enrolled = Some(other);
    let refused = crate::audit::search(&store, &journal, &forged).unwrap_err().to_string();
    assert!(refused.contains("audit.differs"), "{refused}");
}
