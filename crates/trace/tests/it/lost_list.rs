//! A list of tags is found again out of its leaf.

use std::time::Duration;

use countenance_base::GateId;
use countenance_gate_core::journal::{Leaf, LeafClass};
use countenance_testdb::intake;
use countenance_trace::{Event, Reader, open_leaves, own_leaves_since, recover_list, tag_lists};

use crate::{NOW, RecordKind, World};

async fn happen(world: &mut World, times: u64) {
    for _ in 0..times {
        let mut tx = world.begin(Reader::Machine, intake()).await;
        tx.leave(Event::site(RecordKind::Changed, "door.saved 3"));
        tx.commit().await.unwrap();
        world.now = world.now.plus(Duration::from_secs(7));
    }
    world.write().await;
}

/// Lists what has a place; then everything has one.
async fn list(world: &mut World, past: u64) {
    let mut tx = world.begin(Reader::Machine, intake()).await;
    tx.execute("UPDATE frames SET place = sequence WHERE place IS NULL", &[])
        .await
        .unwrap();
    let ink = world.ink();
    world.writer.list_tags(&mut tx, past, ink, &mut world.rng).await.unwrap().unwrap();
    tx.execute("UPDATE frames SET place = sequence", &[]).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_lost_list_is_found_again_from_its_leaf_and_the_entries() {
    let mut world = World::new().await;
    happen(&mut world, 3).await;
    list(&mut world, 3).await;
    happen(&mut world, 5).await;
    // Two entries came between what is listed and the list's own leaf.
    list(&mut world, 7).await;
    let mut tx = world.begin(Reader::Machine, None).await;
    let before = tag_lists(&mut tx).await.unwrap();
    assert_eq!(
        before.iter().map(|list| (list.first, list.past)).collect::<Vec<_>>(),
        [(0, 3), (3, 7)]
    );
    tx.execute("DELETE FROM tag_lists WHERE number = 1", &[]).await.unwrap();
    tx.execute("UPDATE frames SET record = $1 WHERE sequence > 3", &[[0u8; 0].into()])
        .await
        .unwrap();
    assert_eq!(open_leaves(&mut tx, LeafClass::Tags).await.unwrap().len(), 1);

    let leaves = own_leaves_since(&mut tx, NOW).await.unwrap();
    let leaf: &Leaf = leaves.iter().rev().find(|leaf| leaf.class == LeafClass::Tags).unwrap();
    let other = Leaf {
        commitment: [1; 32],
        ..leaf.clone()
    };
    assert_eq!(
        recover_list(&mut tx, &other, leaf.sequence).await.unwrap(),
        None,
        "what it does not commit to is not written down"
    );
    assert_eq!(recover_list(&mut tx, leaf, leaf.sequence).await.unwrap(), Some(before[1]));
    assert_eq!(tag_lists(&mut tx).await.unwrap(), before);
    let opened = open_leaves(&mut tx, LeafClass::Tags).await.unwrap();
    assert_eq!((opened.len(), opened[0].leaf.0), (2, leaf.to_bytes()), "its record opens again");
    assert_eq!(leaf.gate, GateId::SERVER);
}
