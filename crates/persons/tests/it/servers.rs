//! Two servers on one database, asked at the same moment.

use countenance_testdb::trace;
use std::collections::BTreeSet;

use countenance_base::SeededRng;
use countenance_persons::{ClaimAccount, Ctx, SignIn, claim_account, follow_operator_link, make_operator_link, raise_epoch, sign_in};
use countenance_storage::Db;

use crate::world::World;

fn ctx<'a>(world: &'a World, rng: &'a mut SeededRng) -> Ctx<'a> {
    Ctx {
        now: world.now,
        rng,
        rulebook: &world.rulebook,
        pepper: &world.pepper,
        site: &world.site,
    }
}

async fn claim(world: &World, db: &Db, claim: &ClaimAccount, seed: u64) -> &'static str {
    let mut rng = SeededRng::new(seed);
    let input = ClaimAccount {
        login: claim.login.clone(),
        code: claim.code.clone(),
        pin: claim.pin.clone(),
        // Another phone each time.
        signing_key: [seed.to_le_bytes()[0]; 32],
        record_key: claim.record_key,
        secret: claim.secret.clone(),
    };
    claim_account(db, &mut ctx(world, &mut rng), input)
        .await
        .map_or_else(|error| error.code(), |_| "done")
}

#[tokio::test]
async fn a_letter_opened_at_two_servers_at_once_makes_one_account() {
    let mut world = World::new().await;
    let other = world.place.open().await;
    let (_, letter) = world.letter("12-1803").await;
    let (one, two, three) = tokio::join!(
        claim(&world, &world.db, &letter, 1),
        claim(&world, &other, &letter, 2),
        claim(&world, &other, &letter, 3),
    );
    let mut all = [one, two, three];
    all.sort_unstable();
    assert_eq!(all, ["claim.used", "claim.used", "done"]);
}

async fn guess(world: &World, db: &Db, login: &str, pin: &str) -> &'static str {
    let mut rng = SeededRng::new(1);
    let input = SignIn {
        login: login.to_owned(),
        pin: pin.to_owned(),
    };
    sign_in(db, &mut ctx(world, &mut rng), input)
        .await
        .map_or_else(|error| error.code(), |_| "done")
}

#[tokio::test]
async fn wrong_tries_are_counted_over_all_servers() {
    let mut world = World::new().await;
    let other = world.place.open().await;
    let (_, letter) = world.letter("12-1803").await;
    assert_eq!(claim(&world, &world.db, &letter, 1).await, "done");
    let mut wrong = 0;
    for _ in 0..4 {
        let (one, two) = tokio::join!(
            guess(&world, &world.db, &letter.login, "999999"),
            guess(&world, &other, &letter.login, "999998"),
        );
        wrong += [one, two].iter().filter(|code| **code == "pin.wrong").count();
    }
    assert_eq!(wrong, 6, "five are free, the sixth starts a wait, no server looks at the others");
    assert_eq!(guess(&world, &world.db, &letter.login, &letter.pin).await, "pin.throttled");
    assert_eq!(guess(&world, &other, &letter.login, &letter.pin).await, "pin.throttled");
}

async fn follow(world: &World, db: &Db, link: &str, seed: u64) -> bool {
    let mut rng = SeededRng::new(seed);
    let mut tx = trace(db).await;
    let followed = follow_operator_link(&mut tx, &mut ctx(world, &mut rng), link).await.is_ok();
    tx.commit().await.unwrap();
    followed
}

#[tokio::test]
async fn a_link_followed_at_two_servers_at_once_opens_one_session() {
    let world = World::new().await;
    let other = world.place.open().await;
    let mut rng = SeededRng::new(1);
    let mut tx = trace(&world.db).await;
    let link = make_operator_link(&mut tx, &mut ctx(&world, &mut rng), "desk").await.unwrap();
    tx.commit().await.unwrap();
    let (one, two) = tokio::join!(follow(&world, &world.db, &link, 2), follow(&world, &other, &link, 3));
    assert!(one != two);
}

async fn raise(db: Db) -> Vec<u64> {
    let mut epochs = Vec::new();
    for _ in 0..20 {
        let mut tx = trace(&db).await;
        epochs.push(raise_epoch(&mut tx).await.unwrap());
        tx.commit().await.unwrap();
    }
    epochs
}

#[tokio::test]
async fn no_epoch_is_given_twice_and_waiting_gates_hear_the_last() {
    let world = World::new().await;
    let other = world.place.open().await;
    let mut heard = world.db.announcements();
    let tasks = [world.db.clone(), other.clone(), other].map(|db| tokio::spawn(raise(db)));
    let mut epochs = BTreeSet::new();
    for task in tasks {
        let raised = task.await.unwrap();
        assert!(raised.is_sorted(), "an epoch only grows");
        epochs.extend(raised);
    }
    assert_eq!(epochs, (2..=61).collect());
    if world.place.is_postgres() {
        heard.wait_for(|epoch| *epoch == 61).await.unwrap();
    } else {
        assert!(*heard.borrow() > 1, "a file has one server, which hears itself");
    }
}
