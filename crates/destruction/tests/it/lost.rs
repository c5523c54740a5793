use countenance_access::{LostCause, declare_lost, lost_gate};
use countenance_destruction::{Copy, End, FinishError, Scope, finish_destruction};
use countenance_gate_core::policy::Lane;
use countenance_testdb::trace;

use crate::estate::{Estate, operator};

#[test]
fn a_loss_is_read_as_it_was_said() {
    assert_eq!(lost_gate("gate 3 lost stolen"), Some(countenance_base::GateId(3)));
    for words in ["gate 3 lost", "gate 3 lost borrowed", "gate x lost stolen", "3 lost stolen"] {
        assert_eq!(lost_gate(words), None);
    }
}

#[tokio::test]
async fn a_lost_gate_is_said_aloud_and_its_copies_count_as_out_of_reach() {
    let mut estate = Estate::new().await;
    estate.world.activate().await;
    let a = estate.world.resident("12-1803", false).await;
    estate.world.turn_on(&a, Lane::Qr).await;
    let consent = estate.world.enrol(&a).await;
    estate.log().await;
    let id = estate.order(Scope::Person(a.id)).await.unwrap();
    assert_eq!(estate.waits(id).await, 1);
    let gate = estate.world.gate;
    let (db, ctx) = estate.world.parts();
    let mut tx = trace(&db).await;
    assert_eq!(declare_lost(&mut tx, &ctx, gate, LostCause::Stolen).await.unwrap(), 1);
    assert_eq!(
        declare_lost(&mut tx, &ctx, gate, LostCause::Stolen).await.unwrap_err().code(),
        "gate.lost"
    );
    tx.commit().await.unwrap();
    assert_eq!(estate.waits(id).await, 0);

    // The loss is in the ledger before anything rests on it.
    let ink = estate.ink();
    let (db, mut ctx) = estate.world.parts();
    let mut tx = trace(&db).await;
    let early = finish_destruction(&mut tx, &mut ctx, &mut estate.writer, ink, id).await;
    assert!(matches!(early, Err(FinishError::Unlogged)));
    drop(tx);

    estate.log().await;
    estate.finish(id).await;
    let size = estate.log().await;
    assert_eq!(estate.certify(size).await, 1);
    let bundle = estate.bundle(id, None).await;
    let certificate = bundle.certificate(operator().public()).unwrap();
    assert_eq!((certificate.copies.0, certificate.lost), (1, 1));
    assert!(bundle.endings.is_empty());
    let copy = Copy::parse(&bundle.copies[0]).unwrap();
    assert_eq!((copy.gate, copy.end), (gate, End::Lost));
    assert!(copy.enrolled.is_some(), "the leaf that made it is named all the same");
    assert!(certificate.holders[0].contains("declared lost"));

    // It comes back, is permitted nothing, and its answer is taken.
    let (snapshot, _) = estate.world.snapshot().await;
    assert!(snapshot.grants.is_empty());
    let frame = estate
        .world
        .frame(countenance_gate_core::journal::LeafClass::Erase, |world, sequence| {
            Some(crate::world::World::erased(
                &world.receipt(&a, consent, sequence, "grant.ended"),
                &world.device,
            ))
        });
    assert!(!estate.world.upload(vec![frame]).await.forked);
}
