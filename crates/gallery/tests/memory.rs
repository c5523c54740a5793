//! Looks for a plain face in this process's own memory: found while one is kept on purpose, not found after enrol and search.
//! One test alone in its program, so that no other test's faces are in the way.

#![expect(clippy::unwrap_used, reason = "a test; clippy lets tests do this, but not their helper functions")]

use std::fs::{self, File};
use std::hint::black_box;
use std::os::unix::fs::FileExt as _;
use std::time::Duration;

use countenance_base::{AttemptId, ConsentId, GateId, GrantId, Month, PersonId, PurposeId, SecretKey, SeededRng, SiteId, Timestamp};
use countenance_gallery::{Embedding, KeyPage, MatchPolicy, SealedTemplate, Verdict, enrol, search};
use countenance_grant::{
    Act, Attempt, ConsentStatement, EnrolGrant, Mode, SignedConsent, SigningKey, SnapshotStatement, Statement, VerifiedSnapshot,
    verify_enrol, verify_match,
};
use zeroize::Zeroizing;

const NOW: Timestamp = Timestamp::from_seconds(1_763_000_000);
/// Numbers of a face that must be found together.
const RUN: usize = 48;

/// Sign of the face's `index`-th number: the face is 512 numbers of one size, so its sealed form's plain bytes are known.
const fn sign(index: usize) -> bool {
    (index.wrapping_mul(2_654_435_761) >> 7) & 1 == 1
}

fn face() -> Embedding {
    let values = (0..512).map(|index| if sign(index) { 1.0 } else { -1.0 }).collect();
    Embedding::from_raw(Zeroizing::new(values)).unwrap()
}

/// Whether `bytes` hold a run of the face, as whole numbers or as floats. The face is recomputed, never stored: no needle to find.
fn holds_face(bytes: &[u8]) -> bool {
    let whole = |from: usize| {
        bytes
            .iter()
            .skip(from)
            .take(RUN)
            .enumerate()
            .all(|(at, byte)| *byte == if sign(at + 7) { 127 } else { 129 })
    };
    let float = |from: usize| {
        let numbers = bytes.chunks_exact(4).skip(from).take(RUN);
        numbers
            .enumerate()
            .all(|(at, number)| number.last().is_some_and(|top| *top == if sign(at + 7) { 0x3d } else { 0xbd }))
    };
    (0..bytes.len().saturating_sub(RUN)).any(whole) || (0..(bytes.len() / 4).saturating_sub(RUN)).any(float)
}

fn memory_holds_face() -> bool {
    let memory = File::open("/proc/self/mem").unwrap();
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    let mut looked_at = 0;
    let found = maps.lines().filter(|line| line.contains(" rw")).any(|line| {
        let (from, to) = line.split_once(' ').unwrap().0.split_once('-').unwrap();
        let (from, to) = (u64::from_str_radix(from, 16).unwrap(), u64::from_str_radix(to, 16).unwrap());
        let mut bytes = vec![0; usize::try_from(to - from).unwrap()];
        let read = memory.read_at(&mut bytes, from).unwrap_or(0);
        looked_at += read;
        holds_face(bytes.get(..read).unwrap())
    });
    assert!(found || looked_at > 100_000, "the search reads this process's memory");
    found
}

fn statement(act: Act) -> Statement {
    Statement {
        site: SiteId::from_bytes([1; 16]),
        id: GrantId::from_bytes([2; 16]),
        person: PersonId::from_bytes([3; 16]),
        consent: ConsentId::from_bytes([4; 16]),
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

fn signed_consent(statement: &Statement, key: &SigningKey) -> SignedConsent {
    let consent = ConsentStatement {
        site: statement.site,
        person: statement.person,
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
    SignedConsent {
        signature: key.sign_plain(text.as_bytes()),
        text,
        key: key.public(),
    }
}

#[test]
fn no_plain_face_stays_in_memory_after_enrol_and_search() {
    let kept = black_box(face());
    assert!(memory_holds_face(), "the search finds a face that is there as floats");
    drop(kept);
    let plain: Vec<u8> = black_box((0..512).map(|index| if sign(index) { 127 } else { 129 }).collect());
    assert!(memory_holds_face(), "the search finds a face that is there as whole numbers");
    drop(Zeroizing::new(plain));
    assert!(!memory_holds_face(), "an embedding is gone when it is dropped");

    let (site, own) = (SigningKey::from_seed(&[1; 32]), SigningKey::from_seed(&[2; 32]));
    let attempt = Attempt {
        id: AttemptId::from_bytes([7; 16]),
        site: SiteId::from_bytes([1; 16]),
        gate: GateId(3),
        now: NOW,
        last_contact: NOW,
    };
    let policy = MatchPolicy {
        threshold: 0.5,
        margin: 0.1,
        search_max: 20,
        few_max: 20,
        recogniser: [9; 32],
    };
    let mut rng = SeededRng::new(9);
    let enrolment = statement(Act::Enrol);
    let consent = signed_consent(&enrolment, &own);
    let envelope = EnrolGrant {
        statement: enrolment,
        consent,
    }
    .mint(&site);
    let (grant, _) = verify_enrol(&attempt, &envelope, &site.public(), &own.public().fingerprint(), 1).unwrap();
    let enrolled = enrol(grant, [face(), face(), face()], &policy, &mut rng).unwrap();
    assert!(!memory_holds_face(), "after enrolling");

    let sealed = enrolled.sealed().as_bytes().to_vec();
    let person = enrolled.person();
    let mut page = KeyPage::new(&mut rng);
    page.admit(enrolled, 0, NOW, Month(24_300), &SecretKey::new([8; 32]));
    let grants = vec![statement(Act::Match)];
    let snapshot = SnapshotStatement {
        site: attempt.site,
        gate: GateId(3),
        epoch: 1,
        issued: NOW,
        face_lease_s: 60,
        grants,
        body: Vec::new(),
    };
    let snapshot = VerifiedSnapshot::open(&snapshot.sign(&site), &site.public()).unwrap();
    let grant = verify_match(&attempt, &snapshot, person, GrantId::from_bytes([2; 16])).unwrap();
    let probe = face();
    let searched = search(
        vec![grant],
        &probe,
        |person| Some((SealedTemplate::from_bytes(&sealed)?, page.person(person)?)),
        &policy,
    )
    .unwrap();
    drop(probe);
    assert_eq!(searched.verdict, Verdict::Recognised(person));
    assert!(!memory_holds_face(), "after searching");
}
