//! The gates' interface through its router: first everything that must be refused, with nothing changed by it.

mod world;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use countenance_access::make_enrolment_code;
use countenance_base::{GateId, SeededRng, Timestamp};
use countenance_gate_core::journal::LeafClass;
use countenance_gate_core::policy::Lane;
use countenance_gate_core::wire::{
    Claim, Claimed, Ending, Frames, FramesAnswer, Head, Note, PATH_CLAIM, PATH_FRAMES, PATH_POLL, PATH_REDEEM, Poll, PollAnswer,
    REQUEST_DOMAIN, Receipt, Redeem, Redeemed, request_bytes,
};
use countenance_grant::{SigningKey, VerifiedSnapshot, encode};
use countenance_persons::{ConsentState, lookup_consent, withdraw_consent};
use countenance_trace::Reader;
use tower::ServiceExt as _;

use world::{Sent, World, frame};

#[tokio::test]
async fn what_is_not_signed_fresh_by_a_gate_changes_nothing() {
    let mut world = World::new().await;
    let (_, code) = world.code().await;
    world.poll(0).await;
    let body = encode(&Redeem { code: code.clone() });
    let good = world.next(PATH_REDEEM, body.clone());
    let before = world.fingerprint().await;
    let stranger = SigningKey::generate(&mut world.rng);
    let off = |seconds: i64| {
        let time = Timestamp(good.time.0 + seconds * 1_000_000);
        let message = request_bytes("POST", good.path, &good.body, good.gate, good.sequence, time);
        Sent {
            time,
            signature: world.device.sign(REQUEST_DOMAIN, &message),
            ..good.clone()
        }
    };
    let by_gate = |sequence: u64, body: Vec<u8>| world.sign(&world.device, world.gate, sequence, PATH_REDEEM, body);
    for (name, sent, expected) in [
        (
            "another key",
            world.sign(&stranger, world.gate, good.sequence, PATH_REDEEM, body.clone()),
            StatusCode::UNAUTHORIZED,
        ),
        (
            "another body",
            Sent {
                body: encode(&Redeem { code: "X".to_owned() }),
                ..good.clone()
            },
            StatusCode::UNAUTHORIZED,
        ),
        (
            "another path",
            Sent {
                path: PATH_POLL,
                ..good.clone()
            },
            StatusCode::UNAUTHORIZED,
        ),
        (
            "another sequence",
            Sent {
                sequence: 99,
                ..good.clone()
            },
            StatusCode::UNAUTHORIZED,
        ),
        (
            "another time",
            Sent {
                time: Timestamp(good.time.0 + 1),
                ..good.clone()
            },
            StatusCode::UNAUTHORIZED,
        ),
        (
            "an unknown gate",
            world.sign(&world.device, GateId(77), good.sequence, PATH_REDEEM, body.clone()),
            StatusCode::UNAUTHORIZED,
        ),
        ("too old", off(-301), StatusCode::UNAUTHORIZED),
        ("from the future", off(301), StatusCode::UNAUTHORIZED),
        ("an old sequence", by_gate(1, body.clone()), StatusCode::CONFLICT),
        ("no CBOR", by_gate(9, b"{}".to_vec()), StatusCode::BAD_REQUEST),
        (
            "trailing bytes",
            by_gate(9, [body.as_slice(), &[0]].concat()),
            StatusCode::BAD_REQUEST,
        ),
        ("too long", by_gate(9, vec![0; 20_000]), StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        assert_eq!(world.send::<Redeemed>(&sent).await.0, expected, "{name}");
        assert_eq!(world.fingerprint().await, before, "{name}");
    }
    let unsigned = Request::post(PATH_REDEEM).body(Body::from(body)).unwrap();
    let response = super::router().with_state(world.state.clone()).oneshot(unsigned).await.unwrap();
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    assert_eq!(world.fingerprint().await, before);
    assert!(
        matches!(world.send::<Redeemed>(&good).await, (StatusCode::OK, Some(Redeemed::Granted(_)))),
        "the untouched request works"
    );
    assert_eq!(world.send::<Redeemed>(&good).await.0, StatusCode::CONFLICT, "and works once");
}

#[tokio::test]
async fn codes_hold_at_one_gate_once_and_for_minutes() {
    let mut world = World::new().await;
    let (_, code) = world.code().await;
    let other_device = SigningKey::generate(&mut world.rng);
    let other = world.claim(&other_device).await.gate;
    let sent = world.sign(&other_device, other, 1, PATH_REDEEM, encode(&Redeem { code: code.clone() }));
    let (_, answer) = world.send::<Redeemed>(&sent).await;
    assert_eq!(answer, Some(Redeemed::Refused("code.other_gate".to_owned())));
    assert_eq!(world.redeem("ZZZZ9999").await, Redeemed::Refused("code.unknown".to_owned()));
    world.clock.pass(601);
    assert_eq!(world.redeem(&code).await, Redeemed::Refused("code.expired".to_owned()));
    let mut tx = world.state.trace(Reader::Machine).await.unwrap();
    let consent = countenance_persons::consents_view(&mut tx, world.person)
        .await
        .unwrap()
        .remove(0)
        .consent;
    assert_eq!(consent.state, ConsentState::Signed);
    let code = make_enrolment_code(&mut tx, &mut world.state.ctx(&mut world.rng), world.person, consent.id, world.gate)
        .await
        .unwrap()
        .code;
    tx.commit().await.unwrap();
    assert!(matches!(world.redeem(&code).await, Redeemed::Granted(_)));
    assert_eq!(world.redeem(&code).await, Redeemed::Refused("code.used".to_owned()));
}

#[tokio::test]
async fn a_claim_code_binds_one_device_that_holds_its_key() {
    let mut world = World::new().await;
    let device = SigningKey::generate(&mut world.rng);
    let code = world.gate_code().await;
    let claim = Claim {
        code,
        device_key: device.public(),
        pack: [1; 32],
        demo: true,
    };
    let before = world.fingerprint().await;
    let wrong = Claim {
        code: "AAAA-BBBB-CCCC".to_owned(),
        ..claim.clone()
    };
    let known = Claim {
        device_key: world.device.public(),
        ..claim.clone()
    };
    for (name, sent, expected) in [
        (
            "a key that is not held",
            world.sign(&world.device, GateId(0), 0, PATH_CLAIM, encode(&claim)),
            StatusCode::UNAUTHORIZED,
        ),
        (
            "a wrong code",
            world.sign(&device, GateId(0), 0, PATH_CLAIM, encode(&wrong)),
            StatusCode::FORBIDDEN,
        ),
        (
            "a device that is a gate",
            world.sign(&world.device, GateId(0), 0, PATH_CLAIM, encode(&known)),
            StatusCode::FORBIDDEN,
        ),
        (
            "a number before the claim",
            world.sign(&device, GateId(5), 0, PATH_CLAIM, encode(&claim)),
            StatusCode::BAD_REQUEST,
        ),
    ] {
        assert_eq!(world.send::<Claimed>(&sent).await.0, expected, "{name}");
        assert_eq!(world.fingerprint().await, before, "{name}");
    }
    let good = world.sign(&device, GateId(0), 0, PATH_CLAIM, encode(&claim));
    let (_, answer) = world.send::<Claimed>(&good).await;
    assert_eq!(answer.unwrap().site_key, world.site_key());
    let second = SigningKey::generate(&mut world.rng);
    let again = Claim {
        device_key: second.public(),
        ..claim
    };
    let sent = world.sign(&second, GateId(0), 0, PATH_CLAIM, encode(&again));
    assert_eq!(world.send::<Claimed>(&sent).await.0, StatusCode::FORBIDDEN, "a used code");
}

#[tokio::test]
async fn enrolled_matched_withdrawn_and_erased_over_the_wire() {
    let mut world = World::new().await;
    let (consent, code) = world.code().await;
    assert!(matches!(world.redeem(&code).await, Redeemed::Granted(_)));
    let receipt = |world: &World, sequence: u64, cause: &str| Receipt {
        gate: world.gate,
        door: world.door,
        person: world.person,
        consent,
        at: world.state.now(),
        sequence,
        cause: cause.to_owned(),
    };
    let note = Note::Enrolled(receipt(&world, 0, "enrolled").sign(&world.device));
    let (first, head) = frame(&world, Head { size: 0, hash: [0; 32] }, LeafClass::Enrol, note);
    let sent = world.next(PATH_FRAMES, encode(&Frames { frames: vec![first] }));
    let (_, answer) = world.send::<FramesAnswer>(&sent).await;
    assert_eq!(
        answer,
        Some(FramesAnswer {
            acknowledged: 1,
            forked: false
        })
    );

    let answer = world.poll(0).await;
    let snapshot = VerifiedSnapshot::open(&answer.snapshot.unwrap(), &world.site_key()).unwrap();
    assert_eq!(snapshot.statement().grants.len(), 1);
    let known = snapshot.statement().epoch;
    assert!(world.poll(known).await.snapshot.is_none(), "nothing new, nothing sent");

    let mut tx = world.state.trace(Reader::Machine).await.unwrap();
    withdraw_consent(&mut tx, &world.state.ctx(&mut world.rng), world.person, consent)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let answer = world.poll(known).await;
    let snapshot = VerifiedSnapshot::open(&answer.snapshot.unwrap(), &world.site_key()).unwrap();
    assert!(snapshot.statement().grants.is_empty() && snapshot.statement().epoch > known);

    let gone = receipt(&world, 1, "grant.ended");
    let ending = Ending {
        gate: gone.gate,
        sequence: gone.sequence,
        at: gone.at,
    };
    let note = Note::Erased(gone.sign(&world.device), ending.sign(&world.device));
    let (second, _) = frame(&world, head, LeafClass::Erase, note);
    let sent = world.next(PATH_FRAMES, encode(&Frames { frames: vec![second] }));
    world.send::<FramesAnswer>(&sent).await;
    let view = lookup_consent(&mut world.state.read(Reader::Machine).await.unwrap(), world.person, consent)
        .await
        .unwrap()
        .unwrap();
    assert!(view.consent.is_forgotten());
    assert_eq!(
        view.receipts.iter().map(|receipt| receipt.cause.as_str()).collect::<Vec<_>>(),
        ["enrolled", "grant.ended"]
    );
}

#[tokio::test]
async fn a_waiting_poll_wakes_when_the_epoch_rises() {
    let mut world = World::new().await;
    let known = VerifiedSnapshot::open(&world.poll(0).await.snapshot.unwrap(), &world.site_key())
        .unwrap()
        .statement()
        .epoch;
    let held = world.row().await.held;
    let sent = world.next(
        PATH_POLL,
        encode(&Poll {
            epoch: known,
            head: held,
            wait_s: 25,
            alarms: vec![],
            seal: None,
            pack: None,
            program: None,
        }),
    );
    let change = async {
        let mut rng = SeededRng::new(5);
        let mut tx = world.state.trace(Reader::Machine).await.unwrap();
        countenance_persons::turn_off(&mut tx, &world.state.ctx(&mut rng), world.person, Lane::Qr)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    };
    let (answer, ()) = tokio::join!(world.send::<PollAnswer>(&sent), change);
    let snapshot = VerifiedSnapshot::open(&answer.1.unwrap().snapshot.unwrap(), &world.site_key()).unwrap();
    assert_eq!(snapshot.statement().epoch, known + 1);
}
