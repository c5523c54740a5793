use countenance_access::{FaceLane, LostCause, declare_lost, face_lane, lookup_door, take_poll, take_sequence};
use countenance_gate_core::policy::Lane;
use countenance_gate_core::wire::{Head, Poll};
use countenance_persons::lookup_active_purpose;
use countenance_testdb::trace_at;

use crate::world::World;

async fn lane(world: &mut World) -> FaceLane {
    let (gate, door) = (world.gate_row().await, world.door);
    let (db, ctx) = world.parts();
    let mut tx = trace_at(&db, ctx.now).await;
    let door = lookup_door(&mut tx, door).await.unwrap().unwrap();
    let purpose = lookup_active_purpose(&mut tx, door.id).await.unwrap();
    face_lane(&mut tx, &ctx, &gate, &door, purpose.as_ref()).await.unwrap()
}

/// The gate calls, with these alarms.
async fn poll(world: &mut World, sequence: u64, alarms: &[&str]) {
    let gate = world.gate_row().await;
    let head = Head {
        size: world.journal.len() as u64,
        hash: world.journal.last().map_or([0; 32], countenance_gate_core::journal::Leaf::hash),
    };
    let (db, ctx) = world.parts();
    let mut tx = trace_at(&db, ctx.now).await;
    assert!(take_sequence(&mut tx, &gate, sequence, ctx.now).await.unwrap());
    let poll = Poll {
        epoch: 1,
        head,
        wait_s: 0,
        alarms: alarms.iter().map(|code| (*code).to_owned()).collect(),
        seal: None,
        pack: None,
        program: None,
    };
    take_poll(&mut tx, &gate, &poll, ctx.now).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_door_whose_other_lane_is_dead_says_so_and_since_when() {
    let mut world = World::new().await;
    assert_eq!(lane(&mut world).await, FaceLane::None, "no purpose");
    world.activate().await;
    assert_eq!(lane(&mut world).await, FaceLane::OtherWayDead(None), "never heard of");
    poll(&mut world, 1, &[]).await;
    let worked = world.now;
    assert_eq!(lane(&mut world).await, FaceLane::Open);
    let a = world.resident("12-1803", false).await;
    world.turn_on(&a, Lane::Qr).await;
    world.enrol(&a).await;
    // The gate is silent for longer than the rulebook allows.
    let hours = u64::from(world.rulebook.parameters().alternative_dead_hours);
    world.pass(hours * 3_600);
    assert_eq!(lane(&mut world).await, FaceLane::Open, "to the hour");
    world.pass(1);
    let closed = worked.plus(std::time::Duration::from_hours(hours));
    assert_eq!(lane(&mut world).await, FaceLane::OtherWayDead(Some(closed)));
    // It calls again, and says that its reader is dead; nobody has passed.
    poll(&mut world, 2, &["lane.qr"]).await;
    assert_eq!(lane(&mut world).await, FaceLane::OtherWayDead(None));
    assert!(world.snapshot().await.0.grants.is_empty(), "the rulebook says the same");
    poll(&mut world, 3, &[]).await;
    assert_eq!(lane(&mut world).await, FaceLane::Open);
    assert_eq!(world.snapshot().await.0.grants.len(), 1);
}

#[tokio::test]
async fn a_lost_or_forked_gate_says_so() {
    let mut world = World::new().await;
    world.activate().await;
    poll(&mut world, 1, &[]).await;
    let gate = world.gate_row().await;
    let (db, ctx) = world.parts();
    let mut tx = trace_at(&db, ctx.now).await;
    let longer = Poll {
        epoch: 1,
        head: Head { size: 9, hash: [8; 32] },
        wait_s: 0,
        alarms: vec![],
        seal: None,
        pack: None,
        program: None,
    };
    assert!(!take_poll(&mut tx, &gate, &longer, ctx.now).await.unwrap());
    let gate = countenance_access::lookup_gate(&mut tx, gate.id).await.unwrap().unwrap();
    let other = Poll {
        head: Head { size: 9, hash: [7; 32] },
        ..longer
    };
    assert!(take_poll(&mut tx, &gate, &other, ctx.now).await.unwrap());
    tx.commit().await.unwrap();
    let now = world.now;
    assert_eq!(lane(&mut world).await, FaceLane::Forked(now));
    let (db, ctx) = world.parts();
    let mut tx = trace_at(&db, ctx.now).await;
    declare_lost(&mut tx, &ctx, gate.id, LostCause::Stolen).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(lane(&mut world).await, FaceLane::Lost(now));
}
