//! Each condition of each act broken alone, after the same input was shown to hold.

use countenance_base::{AttemptId, ConsentId, GateId, GrantId, PersonId, PurposeId, SiteId, Timestamp};

use super::*;
use crate::{ConsentStatement, SignedConsent, SigningKey, SnapshotStatement};

const NOW: Timestamp = Timestamp::from_seconds(1_763_000_000);
const GATE: GateId = GateId(3);
const OTHER: [u8; 16] = [0xee; 16];
const EPOCH: u64 = 7;
const LEASE_S: u32 = 86_400;

/// Everything that any of the three acts is verified from; a case breaks one thing.
#[derive(Clone)]
struct World {
    attempt_site: SiteId,
    attempt_gate: GateId,
    now: Timestamp,
    last_contact: Timestamp,
    statement: Statement,
    asked_person: PersonId,
    asked_grant: GrantId,
    snapshot_gate: GateId,
    gate_epoch: u64,
    consent: ConsentStatement,
    /// Seeds of the keys that sign and that are expected.
    signer: u8,
    pinned: u8,
    consent_signer: u8,
    consent_key: u8,
    shown_key: u8,
    consent_text_altered: bool,
}

fn world(act: Act) -> World {
    let statement = Statement {
        site: SiteId::from_bytes([1; 16]),
        id: GrantId::from_bytes([2; 16]),
        person: PersonId::from_bytes([3; 16]),
        consent: ConsentId::from_bytes([4; 16]),
        consent_version: 2,
        act,
        purpose: PurposeId::from_bytes([5; 16]),
        mode: Mode::OneToFew,
        gates: vec![GateId(2), GATE],
        not_before: NOW.minus(Duration::from_mins(1)),
        until: NOW.plus(Duration::from_mins(1)),
        epoch: EPOCH,
    };
    let consent = ConsentStatement {
        site: statement.site,
        person: statement.person,
        consent: statement.consent,
        version: statement.consent_version,
        notice: [6; 32],
        purpose: statement.purpose,
        mode: statement.mode,
        gates: vec![GateId(1), GateId(2), GATE],
        given: Timestamp::from_seconds(NOW.seconds() - 3600),
        until: Timestamp::from_seconds(NOW.seconds() + 3600),
    };
    World {
        attempt_site: statement.site,
        attempt_gate: GATE,
        now: NOW,
        last_contact: NOW.minus(Duration::from_secs(10)),
        asked_person: statement.person,
        asked_grant: statement.id,
        statement,
        snapshot_gate: GATE,
        gate_epoch: EPOCH,
        consent,
        signer: 1,
        pinned: 1,
        consent_signer: 2,
        consent_key: 2,
        shown_key: 2,
        consent_text_altered: false,
    }
}

fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed(&[seed; 32])
}

impl World {
    fn attempt(&self) -> Attempt {
        Attempt {
            id: AttemptId::from_bytes([7; 16]),
            site: self.attempt_site,
            gate: self.attempt_gate,
            now: self.now,
            last_contact: self.last_contact,
        }
    }

    fn signed_consent(&self) -> SignedConsent {
        let text = self.consent.to_text();
        let signature = key(self.consent_signer).sign_plain(text.as_bytes());
        let text = if self.consent_text_altered {
            text.replace("version: 2", "version: 3")
        } else {
            text
        };
        SignedConsent {
            text,
            signature,
            key: key(self.consent_key).public(),
        }
    }

    fn verify_match(&self) -> Result<(), GrantRefused> {
        let snapshot = SnapshotStatement {
            site: self.statement.site,
            gate: self.snapshot_gate,
            epoch: self.gate_epoch,
            issued: NOW,
            face_lease_s: LEASE_S,
            grants: vec![self.statement.clone()],
            body: Vec::new(),
        };
        let envelope = snapshot.sign(&key(self.signer));
        let snapshot = VerifiedSnapshot::open(&envelope, &key(self.pinned).public()).map_err(|_| GrantRefused::Signature)?;
        let attempt = self.attempt();
        let grant = verify_match(&attempt, &snapshot, self.asked_person, self.asked_grant)?;
        self.assert_says_the_same(&grant);
        Ok(())
    }

    fn verify_enrol(&self) -> Result<(), GrantRefused> {
        let minted = EnrolGrant {
            statement: self.statement.clone(),
            consent: self.signed_consent(),
        };
        let envelope = minted.mint(&key(self.signer));
        let fingerprint = key(self.shown_key).public().fingerprint();
        let attempt = self.attempt();
        let (grant, opened) = verify_enrol(&attempt, &envelope, &key(self.pinned).public(), &fingerprint, self.gate_epoch)?;
        self.assert_says_the_same(&grant);
        assert_eq!(opened, minted);
        Ok(())
    }

    fn verify_copy(&self) -> Result<(), GrantRefused> {
        let envelope = CopyGrant {
            statement: self.statement.clone(),
            recipient: [9; 32],
        }
        .mint(&key(self.signer));
        let attempt = self.attempt();
        let grant = verify_copy(&attempt, &envelope, &key(self.pinned).public(), self.gate_epoch)?;
        self.assert_says_the_same(&grant);
        assert_eq!(grant.recipient(), &[9; 32]);
        Ok(())
    }

    fn verify(&self, act: Act) -> Result<(), GrantRefused> {
        match act {
            Act::Enrol => self.verify_enrol(),
            Act::Match => self.verify_match(),
            Act::Copy => self.verify_copy(),
        }
    }

    fn assert_says_the_same<A: GrantAct>(&self, grant: &VerifiedGrant<'_, A>) {
        let said = &self.statement;
        assert_eq!(
            (grant.id(), grant.person(), grant.site(), grant.gate()),
            (said.id, said.person, said.site, GATE)
        );
        assert_eq!(
            (grant.consent(), grant.consent_version(), grant.purpose()),
            (said.consent, said.consent_version, said.purpose)
        );
        assert_eq!((grant.mode(), grant.until()), (said.mode, said.until));
    }
}

type Case = (&'static str, fn(&mut World), GrantRefused);

/// What breaks a grant for every act.
const COMMON: &[Case] = &[
    (
        "another act",
        |w| w.statement.act = if w.statement.act == Act::Match { Act::Enrol } else { Act::Match },
        GrantRefused::Act,
    ),
    (
        "copy act for another",
        |w| w.statement.act = if w.statement.act == Act::Copy { Act::Enrol } else { Act::Copy },
        GrantRefused::Act,
    ),
    ("no gate", |w| w.statement.gates.clear(), GrantRefused::Gate),
    ("other gates", |w| w.statement.gates = vec![GateId(4)], GrantRefused::Gate),
    (
        "another site's grant",
        |w| w.statement.site = SiteId::from_bytes(OTHER),
        GrantRefused::Site,
    ),
    (
        "an attempt at another site",
        |w| w.attempt_site = SiteId::from_bytes(OTHER),
        GrantRefused::Site,
    ),
    ("a foreign signature", |w| w.signer = 9, GrantRefused::Signature),
    (
        "a signature by the person",
        |w| w.signer = w.consent_signer,
        GrantRefused::Signature,
    ),
    ("another pinned key", |w| w.pinned = 9, GrantRefused::Signature),
    (
        "a microsecond early",
        |w| w.statement.not_before = Timestamp(NOW.0 + 1),
        GrantRefused::NotYet,
    ),
    ("ended just now", |w| w.statement.until = NOW, GrantRefused::Ended),
    ("ended long ago", |w| w.now = NOW.plus(Duration::from_mins(10)), GrantRefused::Ended),
];

const MATCH_ONLY: &[Case] = &[
    (
        "no such grant",
        |w| w.asked_grant = GrantId::from_bytes(OTHER),
        GrantRefused::Missing,
    ),
    (
        "another person's grant",
        |w| w.asked_person = PersonId::from_bytes(OTHER),
        GrantRefused::Person,
    ),
    ("another gate's snapshot", |w| w.snapshot_gate = GateId(2), GrantRefused::Gate),
    ("an attempt at another gate", |w| w.attempt_gate = GateId(2), GrantRefused::Gate),
    (
        "a grant newer than its snapshot",
        |w| w.statement.epoch = EPOCH + 1,
        GrantRefused::Epoch,
    ),
    (
        "a lease over by a second",
        |w| w.last_contact = NOW.minus(Duration::from_secs(u64::from(LEASE_S) + 1)),
        GrantRefused::Lease,
    ),
    (
        "never heard from the server",
        |w| w.last_contact = Timestamp::default(),
        GrantRefused::Lease,
    ),
];

const OLD_EPOCH: &[Case] = &[
    (
        "minted under an older policy",
        |w| w.statement.epoch = EPOCH - 1,
        GrantRefused::Epoch,
    ),
    ("the gate has a newer policy", |w| w.gate_epoch = EPOCH + 1, GrantRefused::Epoch),
    ("an attempt at a gate not named", |w| w.attempt_gate = GateId(4), GrantRefused::Gate),
];

const CONSENT: &[Case] = &[
    ("code shows another key", |w| w.shown_key = 9, GrantRefused::ConsentSignature),
    ("another key inside", |w| w.consent_key = 9, GrantRefused::ConsentSignature),
    ("signed by somebody else", |w| w.consent_signer = 9, GrantRefused::ConsentSignature),
    (
        "signed by the server",
        |w| w.consent_signer = w.signer,
        GrantRefused::ConsentSignature,
    ),
    (
        "text altered after signing",
        |w| w.consent_text_altered = true,
        GrantRefused::ConsentSignature,
    ),
    (
        "another person's consent",
        |w| w.consent.person = PersonId::from_bytes(OTHER),
        GrantRefused::ConsentScope,
    ),
    (
        "consent to another site",
        |w| w.consent.site = SiteId::from_bytes(OTHER),
        GrantRefused::ConsentScope,
    ),
    (
        "another consent",
        |w| w.consent.consent = ConsentId::from_bytes(OTHER),
        GrantRefused::ConsentScope,
    ),
    ("an older consent", |w| w.consent.version = 1, GrantRefused::ConsentScope),
    (
        "consent to another purpose",
        |w| w.consent.purpose = PurposeId::from_bytes(OTHER),
        GrantRefused::ConsentScope,
    ),
    (
        "consent to 1:1 only",
        |w| w.consent.mode = Mode::OneToOne,
        GrantRefused::ConsentScope,
    ),
    (
        "consent without this gate",
        |w| w.consent.gates = vec![GateId(1), GateId(2)],
        GrantRefused::ConsentScope,
    ),
    (
        "a grant for more gates than consented",
        |w| w.statement.gates.push(GateId(8)),
        GrantRefused::ConsentScope,
    ),
    (
        "consent not yet given",
        |w| w.consent.given = Timestamp::from_seconds(NOW.seconds() + 1),
        GrantRefused::ConsentScope,
    ),
    ("consent over", |w| w.consent.until = NOW, GrantRefused::ConsentScope),
];

fn check(act: Act, tables: &[&[Case]]) {
    assert_eq!(world(act).verify(act), Ok(()), "{act:?} holds before anything is broken");
    for (what, break_it, refused) in tables.iter().copied().flatten() {
        let mut broken = world(act);
        break_it(&mut broken);
        assert_eq!(broken.verify(act), Err(*refused), "{act:?}: {what}");
    }
}

#[test]
fn a_match_grant_holds_only_whole() {
    check(Act::Match, &[COMMON, MATCH_ONLY]);
}

#[test]
fn an_enrol_grant_holds_only_whole() {
    check(Act::Enrol, &[COMMON, OLD_EPOCH, CONSENT]);
}

#[test]
fn a_copy_grant_holds_only_whole() {
    check(Act::Copy, &[COMMON, OLD_EPOCH]);
}

#[test]
fn the_lease_holds_to_its_last_second() {
    let mut last = world(Act::Match);
    last.last_contact = NOW.minus(Duration::from_secs(u64::from(LEASE_S)));
    assert_eq!(last.verify_match(), Ok(()));
}

#[test]
fn an_envelope_of_one_kind_is_none_of_another() {
    let world = world(Act::Enrol);
    let copy = CopyGrant {
        statement: world.statement.clone(),
        recipient: [9; 32],
    }
    .mint(&key(1));
    let fingerprint = key(2).public().fingerprint();
    let attempt = world.attempt();
    let refused = verify_enrol(&attempt, &copy, &key(1).public(), &fingerprint, EPOCH).err();
    assert_eq!(refused, Some(GrantRefused::Signature));
    let enrol = EnrolGrant {
        statement: world.statement.clone(),
        consent: world.signed_consent(),
    }
    .mint(&key(1));
    assert_eq!(
        verify_copy(&attempt, &enrol, &key(1).public(), EPOCH).err(),
        Some(GrantRefused::Signature)
    );
}

#[test]
fn every_byte_of_a_signed_grant_counts() {
    let world = world(Act::Copy);
    let envelope = CopyGrant {
        statement: world.statement.clone(),
        recipient: [9; 32],
    }
    .mint(&key(1));
    let attempt = world.attempt();
    for at in 0..envelope.payload.len() {
        let mut altered = envelope.clone();
        altered.payload[at] ^= 1;
        let refused = verify_copy(&attempt, &altered, &key(1).public(), EPOCH).err();
        assert_eq!(refused, Some(GrantRefused::Signature), "byte {at}");
    }
}
