use countenance_access::{PlaceError, hold_leaves, lookup_gate, make_gate_code, next_place, placed_leaves, recover_leaves, sealed_frame};
use countenance_base::GateId;
use countenance_gate_core::journal::{Leaf, LeafClass};
use countenance_gate_core::wire::Head;
use countenance_persons::{epoch, raise_epoch_above};
use countenance_testdb::trace;

use crate::world::World;

/// A gate with five leaves, of which the database holds the first three, the first two with their places.
async fn behind() -> (World, Vec<Vec<u8>>) {
    let mut world = World::new().await;
    let frames: Vec<_> = (0..5).map(|_| world.frame(LeafClass::Boot, |_, _| None)).collect();
    let leaves: Vec<Vec<u8>> = frames.iter().map(|frame| frame.leaf.0.to_vec()).collect();
    world.upload(frames.into_iter().take(3).collect()).await;
    let mut tx = trace(&world.db).await;
    countenance_access::place_leaves(&mut tx, 0, leaves.get(..2).unwrap())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    (world, leaves)
}

#[tokio::test]
async fn what_the_ledger_has_more_comes_back_without_its_record_and_the_gate_goes_on_from_there() {
    let (mut world, leaves) = behind().await;
    let mut tx = trace(&world.db).await;
    let recovered = recover_leaves(&mut tx, 2, &leaves[2..]).await.unwrap();
    let places: Vec<(u64, u64)> = recovered.iter().map(|entry| (entry.leaf.sequence, entry.place)).collect();
    assert_eq!(places, [(3, 3), (4, 4)], "the third was here and only got its place");
    assert_eq!(
        (next_place(&mut tx).await.unwrap(), placed_leaves(&mut tx, 0, 9).await.unwrap()),
        (5, leaves)
    );
    let record = async |tx: &mut countenance_trace::Trace, sequence| sealed_frame(tx, world.gate, sequence).await.unwrap().unwrap().1;
    assert_eq!((record(&mut tx, 2).await.len(), record(&mut tx, 4).await.len()), (40, 0));
    assert_eq!(hold_leaves(&mut tx).await.unwrap(), []);
    let gate = lookup_gate(&mut tx, world.gate).await.unwrap().unwrap();
    let head = Head {
        size: 5,
        hash: world.journal.last().map(Leaf::hash).unwrap(),
    };
    assert_eq!(gate.held, head);
    tx.commit().await.unwrap();
    let frame = world.frame(LeafClass::Boot, |_, _| None);
    let answer = world.upload(vec![frame]).await;
    assert_eq!((answer.acknowledged, answer.forked), (6, false));
}

#[tokio::test]
async fn another_history_is_refused() {
    let (world, leaves) = behind().await;
    let mut changed = leaves[2].clone();
    changed[127] ^= 1;
    for (what, entries, differs) in [
        ("another leaf in the stead of one that is held", vec![changed], 2),
        ("one that has a place", vec![leaves[0].clone()], 2),
        ("the same twice", vec![leaves[3].clone(), leaves[3].clone()], 3),
        ("no leaf", vec![leaves[2].clone(), vec![7; 128]], 3),
    ] {
        let mut tx = trace(&world.db).await;
        let refused = recover_leaves(&mut tx, 2, &entries).await;
        assert!(
            matches!(refused, Err(PlaceError::Differs(place)) if place == differs),
            "{what}: {refused:?}"
        );
    }
}

#[tokio::test]
async fn a_gate_of_which_only_leaves_are_left_is_named_and_its_number_is_not_given_again() {
    let (mut world, _) = behind().await;
    let stranger = Leaf {
        class: LeafClass::Boot,
        flags: 0,
        gate: GateId(7),
        sequence: 0,
        ten_minutes: 1,
        policy: 1,
        previous: [0; 32],
        commitment: [1; 32],
        tag: [2; 32],
    };
    let door = world.door;
    let (db, mut ctx) = world.parts();
    let mut tx = trace(&db).await;
    recover_leaves(&mut tx, 2, &[stranger.to_bytes().to_vec()]).await.unwrap();
    assert_eq!(hold_leaves(&mut tx).await.unwrap(), [GateId(7)]);
    assert_eq!(make_gate_code(&mut tx, &mut ctx, door).await.unwrap().gate, GateId(8));
}

#[tokio::test]
async fn the_epoch_rises_above_what_gates_may_know() {
    let world = World::new().await;
    let mut tx = trace(&world.db).await;
    let before = epoch(&mut tx).await.unwrap();
    assert_eq!(raise_epoch_above(&mut tx, 0).await.unwrap(), before + 1);
    assert_eq!(raise_epoch_above(&mut tx, 1_000).await.unwrap(), 1_001);
    assert_eq!(epoch(&mut tx).await.unwrap(), 1_001);
}
