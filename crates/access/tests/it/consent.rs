use countenance_access::make_enrolment_code;
use countenance_base::GateId;
use countenance_gate_core::policy::Lane;
use countenance_gate_core::wire::Redeemed;
use countenance_grant::{Attempt, SigningKey, verify_enrol};
use countenance_persons::{ConsentState, SignConsent, consents_view, lookup_consent, sign_consent, withdraw_consent};
use countenance_testdb::{reading, trace};

use crate::world::World;

async fn sign(world: &mut World, input: SignConsent) -> &'static str {
    let (db, ctx) = world.parts();
    let mut tx = trace(&db).await;
    let code = sign_consent(&mut tx, &ctx, input)
        .await
        .map_or_else(|error| error.code(), |_| "done");
    tx.commit().await.unwrap();
    code
}

#[tokio::test]
async fn who_has_no_other_way_in_is_refused_before_they_sign() {
    let mut world = World::new().await;
    let c = world.resident("12-1804", false).await;
    assert_eq!(world.begin(&c).await.unwrap_err(), ["purpose.none"]);
    world.activate().await;
    assert_eq!(world.begin(&c).await.unwrap_err(), ["other_way.held"]);
    world.turn_on(&c, Lane::Qr).await;
    assert!(world.begin(&c).await.is_ok());
    let child = world.resident("12-1805", true).await;
    world.turn_on(&child, Lane::Qr).await;
    assert!(world.begin(&child).await.unwrap_err().contains(&"minor.guardian_signs".to_owned()));
}

#[tokio::test]
async fn only_the_persons_own_key_over_the_exact_text_makes_a_consent() {
    let mut world = World::new().await;
    world.activate().await;
    let (a, b) = (world.resident("12-1803", false).await, world.resident("12-1804", false).await);
    world.turn_on(&a, Lane::Qr).await;
    let begun = world.begin(&a).await.unwrap();
    let text = begun.consent.text.clone();
    assert!(text.contains(&format!("gates: {}\n", world.gate)));
    let consent = begun.consent.id;
    let other = SigningKey::generate(&mut world.rng);
    for (person, signature, expected) in [
        (a.id, other.sign_plain(text.as_bytes()), "consent.signature"),
        (
            a.id,
            a.key.sign_plain(text.replace("gates: 1", "gates: 1,2").as_bytes()),
            "consent.signature",
        ),
        (a.id, a.key.sign("another/domain", text.as_bytes()), "consent.signature"),
        (b.id, b.key.sign_plain(text.as_bytes()), "consent.unknown"),
        (a.id, a.key.sign_plain(text.as_bytes()), "done"),
        (a.id, a.key.sign_plain(text.as_bytes()), "consent.state"),
    ] {
        assert_eq!(
            sign(
                &mut world,
                SignConsent {
                    person,
                    consent,
                    signature
                }
            )
            .await,
            expected
        );
    }
    assert_eq!(world.begin(&a).await.unwrap_err(), ["consent.in_force"]);
    let mut tx = reading(&world.db).await;
    let view = lookup_consent(&mut tx, a.id, consent).await.unwrap().unwrap();
    assert_eq!(view.consent.state, ConsentState::Signed);
    assert!(view.consent.checked(&a.key.public()).is_some());
    assert!(lookup_consent(&mut tx, b.id, consent).await.unwrap().is_none());
}

#[tokio::test]
async fn a_draft_that_lay_too_long_is_not_signed() {
    let mut world = World::new().await;
    world.activate().await;
    let a = world.resident("12-1803", false).await;
    world.turn_on(&a, Lane::Qr).await;
    let begun = world.begin(&a).await.unwrap();
    let signature = a.key.sign_plain(begun.consent.text.as_bytes());
    world.pass(1_800);
    assert_eq!(
        sign(
            &mut world,
            SignConsent {
                person: a.id,
                consent: begun.consent.id,
                signature
            }
        )
        .await,
        "consent.draft_old"
    );
}

#[tokio::test]
async fn a_code_gives_one_grant_at_one_gate_within_its_minutes() {
    let mut world = World::new().await;
    world.activate().await;
    let a = world.resident("12-1803", false).await;
    world.turn_on(&a, Lane::Qr).await;
    let consent = world.consent(&a).await;
    let refused = |redeemed: Redeemed| match redeemed {
        Redeemed::Refused(code) => code,
        Redeemed::Granted(_) => "granted".to_owned(),
    };
    assert_eq!(refused(world.redeem("AAAA2222").await), "code.unknown");
    assert_eq!(refused(world.redeem("' OR 1").await), "code.unknown");
    let older = world.code(&a, consent).await;
    let code = world.code(&a, consent).await;
    assert_eq!(
        refused(world.redeem(&older).await),
        "code.expired",
        "a newer code ends the older one"
    );
    let here = world.gate;
    world.gate = second_gate(&mut world).await;
    assert_eq!(refused(world.redeem(&code).await), "code.other_gate");
    world.gate = here;
    let Redeemed::Granted(envelope) = world.redeem(&code.to_lowercase()).await else {
        panic!("a good code was refused")
    };
    let attempt = Attempt {
        id: countenance_base::AttemptId::new(world.now, &mut world.rng),
        site: world.site.id,
        gate: here,
        now: world.now,
        last_contact: world.now,
    };
    let (epoch, _) = {
        let (statement, policy) = world.snapshot().await;
        (statement.epoch, policy)
    };
    let (verified, grant) = verify_enrol(&attempt, &envelope, &world.site_key.public(), &a.key.public().fingerprint(), epoch).unwrap();
    assert_eq!((verified.person(), verified.consent()), (a.id, consent));
    assert_eq!(grant.statement.gates, [here]);
    assert_eq!(refused(world.redeem(&code).await), "code.used");
    let late = world.code(&a, consent).await;
    world.pass(600);
    assert_eq!(refused(world.redeem(&late).await), "code.expired");
}

async fn second_gate(world: &mut World) -> GateId {
    let door = world.door;
    let device_key = SigningKey::generate(&mut world.rng).public();
    let (db, mut ctx) = world.parts();
    let mut tx = trace(&db).await;
    let code = countenance_access::make_gate_code(&mut tx, &mut ctx, door).await.unwrap();
    let claim = countenance_gate_core::wire::Claim {
        code: code.code,
        device_key,
        pack: [3; 32],
        demo: true,
    };
    let gate = countenance_access::claim_gate(&mut tx, &ctx, &claim).await.unwrap().gate;
    tx.commit().await.unwrap();
    gate
}

#[tokio::test]
async fn the_rulebook_is_asked_again_when_a_code_is_redeemed() {
    let mut world = World::new().await;
    world.activate().await;
    let a = world.resident("12-1803", false).await;
    world.turn_on(&a, Lane::Qr).await;
    let consent = world.consent(&a).await;
    let code = world.code(&a, consent).await;
    let (db, ctx) = world.parts();
    let mut tx = trace(&db).await;
    countenance_persons::turn_off(&mut tx, &ctx, a.id, Lane::Qr).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(world.redeem(&code).await, Redeemed::Refused("other_way.held".to_owned()));
    world.turn_on(&a, Lane::Qr).await;
    assert!(
        matches!(world.redeem(&code).await, Redeemed::Granted(_)),
        "a refusal did not use the code up"
    );
}

#[tokio::test]
async fn withdrawing_ends_the_consent_and_its_codes_and_happens_once() {
    let mut world = World::new().await;
    world.activate().await;
    let a = world.resident("12-1803", false).await;
    world.turn_on(&a, Lane::Qr).await;
    let consent = world.consent(&a).await;
    let code = world.code(&a, consent).await;
    let epoch = world.snapshot().await.0.epoch;
    for _ in 0..2 {
        let (db, ctx) = world.parts();
        let mut tx = trace(&db).await;
        withdraw_consent(&mut tx, &ctx, a.id, consent).await.unwrap();
        tx.commit().await.unwrap();
    }
    assert_eq!(world.snapshot().await.0.epoch, epoch + 1);
    assert_eq!(world.redeem(&code).await, Redeemed::Refused("code.expired".to_owned()));
    let gate = world.gate;
    let (db, mut ctx) = world.parts();
    let mut tx = trace(&db).await;
    assert_eq!(
        make_enrolment_code(&mut tx, &mut ctx, a.id, consent, gate)
            .await
            .unwrap_err()
            .code(),
        "consent.state"
    );
    assert_eq!(
        consents_view(&mut tx, a.id).await.unwrap()[0].consent.state,
        ConsentState::Withdrawn
    );
    drop(tx);
    assert!(world.begin(&a).await.is_ok(), "a new consent may follow");
}
