use countenance_access::{lookup_door, set_opinion};
use countenance_base::Timestamp;
use countenance_gate_core::policy::Lane;
use countenance_grant::Mode;
use countenance_rules::{LegalOpinion, Place};
use countenance_testdb::trace_at;

use crate::world::World;

const RULE: &str = "place.open_search_opinion";

fn opinion(hash: &str, author: &str, given: Timestamp) -> LegalOpinion {
    LegalOpinion {
        hash: hash.to_owned(),
        author: author.to_owned(),
        given,
    }
}

async fn set(world: &mut World, opinion: Option<LegalOpinion>) -> &'static str {
    let door = world.door;
    let (db, ctx) = world.parts();
    let mut tx = trace_at(&db, ctx.now).await;
    let door = lookup_door(&mut tx, door).await.unwrap().unwrap();
    let done = set_opinion(&mut tx, &ctx, door, opinion)
        .await
        .map_or_else(|error| error.code(), |()| "done");
    if done == "done" {
        tx.commit().await.unwrap();
    }
    done
}

#[tokio::test]
async fn an_open_search_at_a_shop_needs_an_opinion_and_ends_with_it() {
    let mut world = World::new().await;
    world.place_at(Place::Business, Mode::OneToMany).await;
    world.activate().await;
    let a = world.resident("12-1803", false).await;
    world.turn_on(&a, Lane::Qr).await;
    assert_eq!(world.begin(&a).await.unwrap_err(), [RULE], "nothing else refuses");
    let (hash, author) = ("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "某律师事务所");
    let (now, later) = (world.now, world.now.plus(std::time::Duration::from_secs(1)));
    for (wrong, code) in [
        (opinion("9f86", author, now), "opinion.hash"),
        (opinion(&"zz".repeat(32), author, now), "opinion.hash"),
        (opinion(hash, " ", now), "opinion.author"),
        (opinion(hash, author, later), "opinion.given"),
    ] {
        assert_eq!(set(&mut world, Some(wrong)).await, code);
    }
    assert_eq!(set(&mut world, Some(opinion(&hash.to_uppercase(), author, now))).await, "done");
    world.enrol(&a).await;
    assert_eq!(world.snapshot().await.0.grants.len(), 1);
    let door = lookup_door(&mut *trace_at(&world.db, world.now).await, world.door)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        door.settings.opinion,
        Some(opinion(hash, author, now)),
        "kept as it was given, in small letters"
    );
    assert_eq!(set(&mut world, None).await, "done");
    assert!(world.snapshot().await.0.grants.is_empty());
    assert_eq!(world.begin(&a).await.unwrap_err(), [RULE]);
}
