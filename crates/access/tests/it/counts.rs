//! What is counted of doors and what gates say of themselves.

use std::time::Duration;

use countenance_access::{LaneTotal, Waited, forget_passages, lane_counts, lane_totals, lane_waits, take_poll, waited};
use countenance_gate_core::journal::LeafClass;
use countenance_gate_core::policy::Lane;
use countenance_gate_core::wait::Wait;
use countenance_gate_core::wire::{Note, Passage, Poll};
use countenance_testdb::{reading, trace};

use crate::frames::passage;
use crate::world::World;

const ZONE: &str = "Asia/Shanghai";

#[tokio::test]
async fn use_of_each_way_and_the_waits_at_it_are_counted_once_and_forgotten() {
    let mut world = World::new().await;
    let a = world.resident("12-1803", false).await;
    let (since, door) = (world.now, world.door);
    let until = since.plus(Duration::from_mins(1));
    let totals = async |world: &World, from| lane_totals(&lane_counts(&mut reading(&world.db).await, from, until).await.unwrap());
    let waits = async |world: &World| lane_waits(&mut reading(&world.db).await, ZONE, since, until).await.unwrap();
    assert_eq!((totals(&world, since).await, waits(&world).await), (vec![], vec![]));
    let mut frames = Vec::new();
    // Two that opened after four and forty seconds, one by a gate that does not say it, and one that did not open.
    for (who, seconds) in [(Some(&a), Some(4)), (Some(&a), Some(40)), (Some(&a), None), (None, Some(3))] {
        let note = Passage {
            waited: seconds.map(|seconds| Wait::of(Duration::from_secs(seconds))),
            ..passage(&mut world, who)
        };
        frames.push(world.frame(LeafClass::Passage, |_, _| Some(Note::Passage(note))));
    }
    world.upload(frames.clone()).await;
    world.upload(frames).await;
    let total = LaneTotal {
        door,
        lanes: vec![Lane::Qr],
        opened: 3,
        refused: 1,
    };
    assert_eq!(totals(&world, since).await, [total]);
    let known = waits(&world).await;
    assert_eq!(known.iter().map(|wait| (wait.door, wait.count())).collect::<Vec<_>>(), [(door, 2)]);
    assert_eq!((known[0].steps[0], known[0].steps[5]), (1, 1));
    assert_eq!(waited(&known, door, &[Lane::Qr], 3), Waited::Few);
    assert_eq!(totals(&world, since.plus(Duration::from_secs(1))).await, []);
    let days = u64::from(world.rulebook.parameters().passage_retention_days);
    for (later, left) in [(days, 1), (1, 0)] {
        world.pass(later * 86_400);
        let (db, ctx) = world.parts();
        let mut tx = trace(&db).await;
        forget_passages(&mut tx, &ctx).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(waits(&world).await.len(), left, "the day is kept as long as its passages may be");
    }
}

#[tokio::test]
async fn another_program_at_a_gate_leaves_a_leaf_and_the_same_one_none() {
    let world = World::new().await;
    let said = async |program| {
        let gate = world.gate_row().await;
        let mut tx = trace(&world.db).await;
        let poll = Poll {
            epoch: 1,
            head: gate.head,
            wait_s: 0,
            alarms: vec![],
            seal: None,
            pack: None,
            program,
        };
        assert!(!take_poll(&mut tx, &gate, &poll, world.now).await.unwrap());
        tx.commit().await.unwrap();
        let events = reading(&world.db).await.list("SELECT id FROM trace_events", &[]).await.unwrap();
        (world.gate_row().await.program, events.len())
    };
    let (before, events) = said(None).await;
    assert_eq!(before, None);
    assert_eq!(said(Some([5; 32])).await, (Some([5; 32]), events + 1));
    assert_eq!(said(Some([5; 32])).await, (Some([5; 32]), events + 1));
    assert_eq!(said(None).await, (Some([5; 32]), events + 1), "what it said last stands");
    assert_eq!(said(Some([6; 32])).await, (Some([6; 32]), events + 2));
}
