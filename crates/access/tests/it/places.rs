use countenance_access::{PlaceError, leaf_place, next_place, place_leaves, take_ledger_key, unplaced_leaves};
use countenance_gate_core::journal::LeafClass;
use countenance_testdb::{reading, trace};

use crate::world::World;

async fn with_leaves(count: usize) -> (World, Vec<Vec<u8>>) {
    let mut world = World::new().await;
    let frames: Vec<_> = (0..count).map(|_| world.frame(LeafClass::Boot, |_, _| None)).collect();
    let leaves = frames.iter().map(|frame| frame.leaf.0.to_vec()).collect();
    world.upload(frames).await;
    (world, leaves)
}

#[tokio::test]
async fn leaves_get_their_places_in_order_and_once() {
    let (world, leaves) = with_leaves(5).await;
    let mut tx = trace(&world.db).await;
    let unplaced = unplaced_leaves(&mut tx, 3).await.unwrap();
    assert_eq!(unplaced.iter().map(|leaf| leaf.leaf.clone()).collect::<Vec<_>>(), leaves[..3]);
    assert_eq!(next_place(&mut tx).await.unwrap(), 0);
    place_leaves(&mut tx, 0, &leaves[..3]).await.unwrap();
    assert_eq!(next_place(&mut tx).await.unwrap(), 3);
    let rest = unplaced_leaves(&mut tx, 100).await.unwrap();
    assert_eq!(rest.iter().map(|leaf| leaf.sequence).collect::<Vec<_>>(), [3, 4]);
    let gate = rest[0].gate;
    assert_eq!(leaf_place(&mut tx, gate, 2).await.unwrap(), Some((leaves[2].clone(), 2)));
    assert_eq!(leaf_place(&mut tx, gate, 3).await.unwrap(), None);
}

#[tokio::test]
async fn an_entry_that_is_not_the_next_leaf_is_refused() {
    let (world, leaves) = with_leaves(3).await;
    let mut changed = leaves[1].clone();
    changed[127] ^= 1;
    let foreign = vec![7; 128];
    for (what, entries, differs) in [
        ("a changed leaf", vec![leaves[0].clone(), changed], 1),
        ("another length", vec![leaves[0].clone(), leaves[1].clone(), vec![1, 2]], 2),
        ("no leaf", vec![foreign], 0),
        ("the same twice", vec![leaves[0].clone(), leaves[0].clone()], 1),
    ] {
        let mut tx = trace(&world.db).await;
        let refused = place_leaves(&mut tx, 0, &entries).await;
        assert!(
            matches!(refused, Err(PlaceError::Differs(place)) if place == differs),
            "{what}: {refused:?}"
        );
        drop(tx);
    }
    let mut tx = reading(&world.db).await;
    assert_eq!(next_place(&mut tx).await.unwrap(), 0, "nothing was written");
}

#[tokio::test]
async fn a_site_has_one_ledger_key() {
    let world = World::new().await;
    let mut tx = trace(&world.db).await;
    assert_eq!(take_ledger_key(&mut tx, "first").await.unwrap(), "first");
    assert_eq!(take_ledger_key(&mut tx, "second").await.unwrap(), "first");
    assert_eq!(take_ledger_key(&mut tx, "first").await.unwrap(), "first");
}
