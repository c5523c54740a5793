//! One small estate with fixed keys: the objects that targets accept, and those who signed them.

use std::sync::LazyLock;

use countenance_base::{AttemptId, ConsentId, DoorId, GateId, GrantId, PersonId, PurposeId, SeededRng, SiteId, Text, Timestamp};
use countenance_gate_core::challenge::Liveness;
use countenance_gate_core::policy::{Door, FacePolicy, Household, Lane, Member, PinVerifier, Policy, RefusalText, Zone};
use countenance_gate_core::standing::Standing;
use countenance_gate_core::wire::{Redeemed, qr_text_to_sign};
use countenance_grant::{
    Act, Attempt, ConsentStatement, EnrolGrant, Mode, SignedConsent, SigningKey, SnapshotStatement, Statement, encode, letter_key,
    seal_letter,
};

/// When everything happens.
pub const NOW: Timestamp = Timestamp::from_seconds(1_795_000_000);
/// Domain of enrol grants, as it stands on the wire.
pub(crate) const ENROL_DOMAIN: &str = "countenance/enrol-grant/v1";
pub(crate) const LETTER_SECRET: [u8; 32] = [11; 32];
pub(crate) const LETTER_CONTEXT: &[u8] = b"fuzzing";
pub(crate) const LETTER: &[u8] = b"what only one may read";
const GATE: GateId = GateId(3);
const SITE: SiteId = SiteId::from_bytes([1; 16]);

/// Everything that was signed or sealed here.
#[derive(Debug)]
pub struct Estate {
    pub(crate) site_key: SigningKey,
    pub(crate) person: PersonId,
    pub(crate) consent: SignedConsent,
    pub(crate) epoch: u64,
    pub policy: Policy,
    pub(crate) standing: Standing,
    /// The text of a door QR that is good now.
    pub door_qr: String,
    pub enrol_grant: EnrolGrant,
    /// The server's answer that carries the grant.
    pub redeemed: Vec<u8>,
    pub snapshot: Vec<u8>,
    pub letter: Vec<u8>,
}

pub static ESTATE: LazyLock<Estate> = LazyLock::new(Estate::build);

impl Estate {
    fn build() -> Self {
        let site_key = SigningKey::from_seed(&[1; 32]);
        let person_key = SigningKey::from_seed(&[2; 32]);
        let person = PersonId::from_bytes([7; 16]);
        let statement = statement(person);
        let consent = consent(&statement, &person_key);
        let policy = policy(person, &person_key);
        let enrol_grant = EnrolGrant {
            statement: statement.clone(),
            consent: consent.clone(),
        };
        let snapshot = SnapshotStatement {
            site: SITE,
            gate: GATE,
            epoch: statement.epoch,
            issued: NOW,
            face_lease_s: 86_400,
            grants: vec![Statement {
                act: Act::Match,
                ..statement.clone()
            }],
            body: encode(&policy),
        };
        let recipients: Vec<[u8; 32]> = letter_key(&LETTER_SECRET).into_iter().collect();
        Self {
            redeemed: encode(&Redeemed::Granted(enrol_grant.mint(&site_key))),
            snapshot: encode(&snapshot.sign(&site_key)),
            letter: seal_letter(&recipients, LETTER_CONTEXT, LETTER, &mut SeededRng::new(5)).unwrap_or_default(),
            door_qr: door_qr(person, &person_key),
            epoch: statement.epoch,
            standing: Standing {
                last_contact: NOW,
                face_lease_s: 86_400,
                camera_ready: true,
                enrolled: [person].into(),
                ..Standing::default()
            },
            site_key,
            person,
            consent,
            policy,
            enrol_grant,
        }
    }

    pub(crate) fn attempt(&self) -> Attempt {
        Attempt {
            id: AttemptId::from_bytes([9; 16]),
            site: SITE,
            gate: GATE,
            now: NOW,
            last_contact: self.standing.last_contact,
        }
    }

    pub(crate) fn fingerprint(&self) -> [u8; 32] {
        self.consent.key.fingerprint()
    }
}

fn statement(person: PersonId) -> Statement {
    Statement {
        site: SITE,
        id: GrantId::from_bytes([4; 16]),
        person,
        consent: ConsentId::from_bytes([5; 16]),
        consent_version: 2,
        act: Act::Enrol,
        purpose: PurposeId::from_bytes([6; 16]),
        mode: Mode::OneToFew,
        gates: vec![GATE, GateId(4)],
        not_before: Timestamp::from_seconds(NOW.seconds() - 60),
        until: Timestamp::from_seconds(NOW.seconds() + 600),
        epoch: 41,
    }
}

fn consent(statement: &Statement, key: &SigningKey) -> SignedConsent {
    let text = ConsentStatement {
        site: statement.site,
        person: statement.person,
        consent: statement.consent,
        version: statement.consent_version,
        notice: [8; 32],
        purpose: statement.purpose,
        mode: statement.mode,
        gates: statement.gates.clone(),
        given: statement.not_before,
        until: Timestamp::from_seconds(NOW.seconds() + 86_400),
    }
    .to_text();
    SignedConsent {
        signature: key.sign_plain(text.as_bytes()),
        key: key.public(),
        text,
    }
}

fn policy(person: PersonId, key: &SigningKey) -> Policy {
    Policy {
        door: Door {
            id: DoorId::from_bytes([3; 16]),
            name: Text::new("三号门", "Door 3"),
            ways: vec![vec![Lane::Qr], vec![Lane::Card, Lane::Pin], vec![Lane::Face]],
            open_ms: 3_000,
        },
        time_zone: "Asia/Shanghai".into(),
        other_lease_s: 604_800,
        face: Some(FacePolicy {
            purpose: PurposeId::from_bytes([6; 16]),
            purpose_text: Text::new("进出单元门", "entering the building"),
            mode: Mode::OneToFew,
            distance_max_mm: 1_500,
            zone: Zone::MIDDLE,
            liveness: Liveness::Challenge,
        }),
        households: vec![Household {
            unit: "12-1803".into(),
            people: vec![Member {
                person,
                pin: Some(PinVerifier {
                    salt: [1; 16],
                    hash: [2; 32],
                }),
                qr_key: Some(key.public()),
                face: Some(GrantId::from_bytes([4; 16])),
                record_key: Some([3; 32]),
            }],
        }],
        texts: vec![RefusalText {
            code: "face.lease_over".into(),
            text: Text::new("离线太久", "offline for too long"),
            article: "1".into(),
        }],
        evidence_key: [8; 32],
        rulebook: "cn/2025-06-01".into(),
        stop: None,
    }
}

fn door_qr(person: PersonId, key: &SigningKey) -> String {
    let signature = key.sign_plain(qr_text_to_sign(person, NOW.seconds()).as_bytes());
    let bytes = [person.as_bytes().as_slice(), &NOW.seconds().to_be_bytes(), &signature.0].concat();
    format!("CQ1:{}", countenance_gate_core::base64url::encode(&bytes))
}
