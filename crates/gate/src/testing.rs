//! One small estate for this crate's tests.

use countenance_base::{DoorId, GrantId, PersonId, PurposeId, SeededRng, Text, Timestamp};
use countenance_grant::{Mode, SigningKey};

use crate::challenge::Liveness;
use crate::policy::{Door, FacePolicy, Household, Lane, Member, PinVerifier, Policy, Zone};
use crate::standing::Standing;

pub(crate) const PIN: &str = "258036";

/// Seconds after the fixture's beginning.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(1_795_000_000 + seconds)
}

pub(crate) struct Fixture {
    pub(crate) policy: Policy,
    pub(crate) standing: Standing,
    pub(crate) a: PersonId,
    pub(crate) b: PersonId,
    pub(crate) key_a: SigningKey,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        let (a, b) = (PersonId::from_bytes([1; 16]), PersonId::from_bytes([2; 16]));
        let key_a = SigningKey::generate(&mut SeededRng::new(1));
        let member = |person, face: bool, key: Option<&SigningKey>| Member {
            person,
            pin: PinVerifier::of(PIN, [5; 16]),
            qr_key: key.map(SigningKey::public),
            face: face.then(|| GrantId::from_bytes([7; 16])),
            record_key: None,
        };
        let policy = Policy {
            door: Door {
                id: DoorId::from_bytes([3; 16]),
                name: Text::new("三号门", "Door 3"),
                ways: vec![vec![Lane::Qr], vec![Lane::Pin], vec![Lane::Face], vec![Lane::Card, Lane::Pin]],
                open_ms: 3000,
            },
            time_zone: "Asia/Shanghai".into(),
            other_lease_s: 7 * 86_400,
            face: Some(FacePolicy {
                purpose: PurposeId::from_bytes([4; 16]),
                purpose_text: Text::new("进出单元门", "entering the building"),
                mode: Mode::OneToFew,
                distance_max_mm: 1500,
                zone: Zone::MIDDLE,
                liveness: Liveness::Passive,
            }),
            households: vec![
                Household {
                    unit: "12-1803".into(),
                    people: vec![member(a, true, Some(&key_a))],
                },
                Household {
                    unit: "12-1804".into(),
                    people: vec![member(b, false, None)],
                },
            ],
            texts: vec![],
            evidence_key: [8; 32],
            rulebook: "cn/2025-06-01".into(),
            stop: None,
        };
        let standing = Standing {
            last_contact: at(0),
            time_floor: at(-5),
            face_lease_s: 86_400,
            camera_ready: true,
            demo: true,
            enrolled: [a].into(),
            ..Standing::default()
        };
        Self {
            policy,
            standing,
            a,
            b,
            key_a,
        }
    }
}
