use countenance_access::{StopScope, begin_stop, erase_passages, face_stopped, lift_stop, list_stops};
use countenance_base::{PersonId, PurposeId, StopId};
use countenance_gate_core::policy::{Lane, Policy};
use countenance_gate_core::wire::Redeemed;
use countenance_grant::SnapshotStatement;
use countenance_persons::{ConsentState, lookup_consent, withdraw_consent};
use countenance_testdb::{reading, trace_at};

use crate::world::{Resident, World, operator, stranger};

async fn stop(world: &mut World, scope: StopScope) -> Result<StopId, &'static str> {
    let (db, mut ctx) = world.parts();
    let mut tx = trace_at(&db, ctx.now).await;
    let operator = operator(&mut tx, &mut ctx).await;
    let stop = begin_stop(&mut tx, &mut ctx, operator.id, scope)
        .await
        .map_err(|error| error.code())?;
    tx.commit().await.unwrap();
    Ok(stop)
}

async fn lift(world: &mut World, stop: StopId) -> &'static str {
    let (db, mut ctx) = world.parts();
    let mut tx = trace_at(&db, ctx.now).await;
    let operator = operator(&mut tx, &mut ctx).await;
    let lifted = lift_stop(&mut tx, &ctx, operator.id, stop)
        .await
        .map_or_else(|error| error.code(), |()| "done");
    tx.commit().await.unwrap();
    lifted
}

fn granted(statement: &SnapshotStatement) -> Vec<PersonId> {
    statement.grants.iter().map(|grant| grant.person).collect()
}

fn kept(policy: &Policy) -> Vec<PersonId> {
    policy
        .stop
        .iter()
        .flat_map(|stop| stop.kept.iter().map(|kept| kept.person))
        .collect()
}

/// A and B, both enrolled at the door.
async fn two() -> (World, PurposeId, Resident, Resident) {
    let mut world = World::new().await;
    let purpose = world.activate().await;
    let (a, b) = (world.resident("12-1803", false).await, world.resident("12-1804", false).await);
    for resident in [&a, &b] {
        world.turn_on(resident, Lane::Qr).await;
        world.enrol(resident).await;
    }
    (world, purpose, a, b)
}

#[tokio::test]
async fn one_person_is_stopped_and_others_are_untouched() {
    let (mut world, purpose, a, b) = two().await;
    let (before, _) = world.snapshot().await;
    assert_eq!(granted(&before), [a.id, b.id]);
    let since = world.now;
    let id = stop(&mut world, StopScope::Person(a.id)).await.unwrap();
    assert_eq!(stop(&mut world, StopScope::Person(a.id)).await, Err("stop.stands"));
    let (statement, policy) = world.snapshot().await;
    assert!(statement.epoch > before.epoch, "waiting gates are woken");
    assert_eq!(granted(&statement), [b.id]);
    assert_eq!(kept(&policy), [a.id], "the template stays");
    assert!(policy.face.is_some() && policy.stopped_since().is_none(), "the door goes on");
    let member = policy.member(a.id).unwrap();
    assert!(member.face.is_none() && member.qr_key.is_some(), "other ways go on");
    let mut tx = trace_at(&world.db, world.now).await;
    assert_eq!(face_stopped(&mut tx, a.id, purpose).await.unwrap(), Some(since));
    assert_eq!(face_stopped(&mut tx, b.id, purpose).await.unwrap(), None);
    drop(tx);
    assert_eq!(lift(&mut world, id).await, "done");
    assert_eq!(lift(&mut world, id).await, "stop.lifted");
    let (statement, policy) = world.snapshot().await;
    assert_eq!(granted(&statement), [a.id, b.id], "the same grants, for the same templates");
    assert_eq!(statement.grants[0].id, before.grants[0].id);
    assert_eq!(policy.stop, None);
}

#[tokio::test]
async fn a_purpose_and_the_site_are_stopped_for_everybody_and_nobody_enrols() {
    let (mut world, purpose, a, b) = two().await;
    let c = world.resident("12-1805", false).await;
    world.turn_on(&c, Lane::Qr).await;
    let consent = world.consent(&c).await;
    let code = world.code(&c, consent).await;
    let d = world.resident("12-1806", false).await;
    world.turn_on(&d, Lane::Qr).await;
    for scope in [StopScope::Purpose(purpose), StopScope::Site] {
        let since = world.now;
        let id = stop(&mut world, scope).await.unwrap();
        let (statement, policy) = world.snapshot().await;
        assert!(statement.grants.is_empty() && policy.face.is_none(), "{scope:?}");
        assert_eq!((policy.stopped_since(), kept(&policy)), (Some(since), vec![a.id, b.id]));
        assert!(policy.member(a.id).unwrap().qr_key.is_some(), "other ways go on");
        assert_eq!(world.redeem(&code).await, Redeemed::Refused("face.stopped".to_owned()));
        assert_eq!(world.begin(&d).await.unwrap_err(), ["face.stopped"]);
        lift(&mut world, id).await;
        world.pass(60);
    }
    assert_eq!(granted(&world.snapshot().await.0), [a.id, b.id]);
    assert!(world.begin(&d).await.is_ok());
    assert!(
        matches!(world.redeem(&code).await, Redeemed::Granted(_)),
        "the code was not used up"
    );
    let nobody = StopScope::Person(stranger(&mut world.rng));
    assert_eq!(stop(&mut world, nobody).await, Err("stop.unknown"));
}

#[tokio::test]
async fn withdrawing_ends_a_template_that_a_stop_kept_and_a_stop_goes_with_its_person() {
    let (mut world, _, a, b) = two().await;
    stop(&mut world, StopScope::Site).await.unwrap();
    stop(&mut world, StopScope::Person(a.id)).await.unwrap();
    let consents = {
        let mut tx = trace_at(&world.db, world.now).await;
        countenance_persons::list_consents_of_person(&mut tx, a.id).await.unwrap()
    };
    let (db, ctx) = world.parts();
    let mut tx = trace_at(&db, ctx.now).await;
    withdraw_consent(&mut tx, &ctx, a.id, consents[0].id).await.unwrap();
    tx.commit().await.unwrap();
    let (statement, policy) = world.snapshot().await;
    assert!(statement.grants.is_empty());
    assert_eq!(kept(&policy), [b.id], "the gate is told to erase A");
    let mut tx = reading(&world.db).await;
    let view = lookup_consent(&mut tx, a.id, consents[0].id).await.unwrap().unwrap();
    assert_eq!(view.consent.state, ConsentState::Withdrawn);
    drop(tx);
    let mut tx = trace_at(&world.db, world.now).await;
    assert_eq!(list_stops(&mut tx).await.unwrap().len(), 2);
    erase_passages(&mut tx, a.id).await.unwrap();
    let left: Vec<StopScope> = list_stops(&mut tx).await.unwrap().iter().map(|stop| stop.scope).collect();
    assert_eq!(left, [StopScope::Site]);
}
