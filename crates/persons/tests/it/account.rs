use countenance_gate_core::policy::Lane;
use countenance_persons::{
    ClaimAccount, SignIn, claim_account, end_session, forget_ended_sessions, list_credentials, list_member_keys, lookup_person_session,
    sign_in, turn_off, turn_on_pin, turn_on_qr,
};
use countenance_testdb::trace;

use crate::world::World;

fn again(claim: &ClaimAccount) -> ClaimAccount {
    ClaimAccount {
        login: claim.login.clone(),
        code: claim.code.clone(),
        pin: claim.pin.clone(),
        signing_key: claim.signing_key,
        record_key: claim.record_key,
        secret: claim.secret.clone(),
    }
}

async fn claim_code(world: &mut World, input: ClaimAccount) -> &'static str {
    let (db, mut ctx) = world.parts();
    claim_account(&db, &mut ctx, input)
        .await
        .map_or_else(|error| error.code(), |_| "done")
}

async fn sign_in_code(world: &mut World, login: &str, pin: &str) -> &'static str {
    let (db, mut ctx) = world.parts();
    let input = SignIn {
        login: login.to_owned(),
        pin: pin.to_owned(),
    };
    sign_in(&db, &mut ctx, input).await.map_or_else(|error| error.code(), |_| "done")
}

#[tokio::test]
async fn a_claim_code_opens_its_own_account_once() {
    let mut world = World::new().await;
    let (_, good) = world.letter("12-1803").await;
    let (_, other) = world.letter("12-1804").await;
    for (input, expected) in [
        (
            ClaimAccount {
                pin: "123456".to_owned(),
                ..again(&good)
            },
            "pin.weak",
        ),
        (
            ClaimAccount {
                pin: "12345".to_owned(),
                ..again(&good)
            },
            "pin.form",
        ),
        (
            ClaimAccount {
                record_key: [0; 32],
                ..again(&good)
            },
            "claim.key",
        ),
        (
            ClaimAccount {
                code: other.code.clone(),
                ..again(&good)
            },
            "claim.wrong",
        ),
        (
            ClaimAccount {
                login: "99-9999-A".to_owned(),
                ..again(&good)
            },
            "claim.wrong",
        ),
        (
            ClaimAccount {
                login: "12-1803-A'; --".to_owned(),
                ..again(&good)
            },
            "claim.wrong",
        ),
        (
            ClaimAccount {
                login: good.login.to_lowercase(),
                code: good.code.to_lowercase(),
                ..again(&good)
            },
            "done",
        ),
        (again(&good), "claim.used"),
    ] {
        assert_eq!(claim_code(&mut world, input).await, expected);
    }
    world.pass(91 * 86_400);
    assert_eq!(claim_code(&mut world, other).await, "claim.expired");
}

#[tokio::test]
async fn wrong_pins_wait_longer_and_longer_and_the_count_survives_refusals() {
    let mut world = World::new().await;
    let (_, claim) = world.letter("12-1803").await;
    assert_eq!(
        sign_in_code(&mut world, "12-1803-A", "704182").await,
        "pin.wrong",
        "nobody signs in before the claim"
    );
    assert_eq!(claim_code(&mut world, again(&claim)).await, "done");
    for _ in 0..6 {
        assert_eq!(sign_in_code(&mut world, "12-1803-A", "999999").await, "pin.wrong");
    }
    assert_eq!(
        sign_in_code(&mut world, "12-1803-A", "704182").await,
        "pin.throttled",
        "even the right PIN waits"
    );
    world.pass(30);
    assert_eq!(sign_in_code(&mut world, "12-1803-A", "704182").await, "done");
    assert_eq!(
        sign_in_code(&mut world, "12-1803-A", "999999").await,
        "pin.wrong",
        "a right PIN clears the count"
    );
    assert_eq!(sign_in_code(&mut world, "12-1803-a", "704182").await, "done");
}

#[tokio::test]
async fn a_session_lives_until_it_ends_and_its_token_is_not_in_the_file() {
    let mut world = World::new().await;
    let (person, claim) = world.letter("12-1803").await;
    let (db, mut ctx) = world.parts();
    let session = claim_account(&db, &mut ctx, again(&claim)).await.unwrap();
    let mut tx = trace(&db).await;
    assert_eq!(lookup_person_session(&mut tx, &ctx, &session.token).await.unwrap(), Some(person));
    for token in ["", "zz", &session.token.replace('a', "b"), &session.token.to_uppercase()] {
        assert_eq!(lookup_person_session(&mut tx, &ctx, token).await.unwrap(), None);
    }
    tx.commit().await.unwrap();
    // The search finds what is there, so that finding nothing means something.
    let stored = world.bytes().await;
    let holds = |text: &[u8]| stored.windows(text.len()).any(|part| part == text);
    assert!(holds(b"12-1803-A"));
    for secret in [
        session.token.as_bytes(),
        claim.code.as_bytes(),
        claim.code.replace('-', "").as_bytes(),
        claim.pin.as_bytes(),
    ] {
        assert!(!holds(secret));
    }
    world.pass(31 * 86_400);
    let (db, ctx) = world.parts();
    let mut tx = trace(&db).await;
    assert_eq!(lookup_person_session(&mut tx, &ctx, &session.token).await.unwrap(), None);
    assert_eq!(forget_ended_sessions(&mut tx, ctx.now).await.unwrap(), 1);
    end_session(&mut tx, &ctx, &session.token).await.unwrap();
}

#[tokio::test]
async fn lanes_turn_on_and_off_and_a_door_pin_is_not_the_accounts() {
    let mut world = World::new().await;
    let (person, claim) = world.letter("12-1803").await;
    let (db, mut ctx) = world.parts();
    let mut tx = trace(&db).await;
    assert_eq!(turn_on_qr(&mut tx, &mut ctx, person).await.unwrap_err().code(), "account.none");
    drop(tx);
    claim_account(&db, &mut ctx, again(&claim)).await.unwrap();
    let mut tx = trace(&db).await;
    let epoch = countenance_persons::epoch(&mut tx).await.unwrap();
    turn_on_qr(&mut tx, &mut ctx, person).await.unwrap();
    turn_on_qr(&mut tx, &mut ctx, person).await.unwrap();
    assert_eq!(
        turn_on_pin(&mut tx, &mut ctx, person, "704182").await.unwrap_err().code(),
        "pin.same_as_account"
    );
    assert_eq!(
        turn_on_pin(&mut tx, &mut ctx, person, "111111").await.unwrap_err().code(),
        "pin.weak"
    );
    turn_on_pin(&mut tx, &mut ctx, person, "386015").await.unwrap();
    turn_on_pin(&mut tx, &mut ctx, person, "386016").await.unwrap();
    assert_eq!(
        countenance_persons::epoch(&mut tx).await.unwrap(),
        epoch + 3,
        "each change is one epoch"
    );
    assert_eq!(list_credentials(&mut tx, person).await.unwrap().len(), 2);
    let member = list_member_keys(&mut tx, &ctx).await.unwrap().remove(0);
    let pin = member.pin.unwrap();
    assert!(pin.fits("386016") && !pin.fits("386015"));
    assert_eq!(member.qr_key.unwrap().0, claim.signing_key);
    assert!(turn_off(&mut tx, &ctx, person, Lane::Pin).await.unwrap());
    assert!(!turn_off(&mut tx, &ctx, person, Lane::Pin).await.unwrap());
    let member = list_member_keys(&mut tx, &ctx).await.unwrap().remove(0);
    assert!(member.pin.is_none() && member.qr_key.is_some());
}
