use countenance_access::{list_doors, lookup_door};
use countenance_gate_core::policy::Lane::{Card, Face, Pin, Qr};
use countenance_testdb::reading;

use crate::world::World;

#[tokio::test]
async fn a_door_that_only_a_face_opens_cannot_be_saved() {
    let mut world = World::new().await;
    let before = world.gate_row().await;
    for (ways, expected) in [
        (vec![vec![Face]], "door.not_face_only"),
        (vec![vec![Card, Face]], "door.not_face_only"),
        (vec![vec![Card, Face], vec![Qr]], "door.same_strength_without_face"),
        (vec![], "door.ways"),
        (vec![vec![]], "door.ways"),
        (vec![vec![Qr, Qr]], "door.ways"),
        (vec![vec![Qr], vec![Qr]], "door.ways"),
        (vec![vec![Qr, Pin], vec![Pin, Qr]], "door.ways"),
        (vec![vec![Qr, Pin, Card]], "door.ways"),
    ] {
        let rules = world.save(ways.clone()).await.unwrap_err();
        assert!(rules.contains(&expected.to_owned()), "{ways:?}: {rules:?}");
    }
    for ways in [vec![vec![Qr]], vec![vec![Card, Face], vec![Card, Pin]], vec![vec![Qr], vec![Face]]] {
        world.save(ways.clone()).await.unwrap();
        let mut tx = reading(&world.db).await;
        assert_eq!(lookup_door(&mut tx, world.door).await.unwrap().unwrap().settings.ways, ways);
        assert_eq!(list_doors(&mut tx).await.unwrap().len(), 1);
    }
    assert_eq!(world.gate_row().await, before);
}
