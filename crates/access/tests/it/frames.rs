use countenance_access::{forget_passages, list_alarms, passages_of_person, passages_view, windows_view};
use countenance_base::{AttemptId, Timestamp};
use countenance_gate_core::journal::LeafClass;
use countenance_gate_core::policy::Lane;
use countenance_gate_core::wire::{Note, Passage, Window};
use countenance_grant::SigningKey;
use countenance_persons::{ConsentState, EndedBy, consents_view, lookup_consent};
use countenance_testdb::{reading, trace};

use crate::world::{Resident, World, stranger};

const LATER: Timestamp = Timestamp(i64::MAX);

pub(crate) fn passage(world: &mut World, resident: Option<&Resident>) -> Passage {
    Passage {
        attempt: AttemptId::new(world.now, &mut world.rng),
        at: world.now,
        door: world.door,
        lanes: vec![Lane::Qr],
        person: resident.map(|resident| resident.id),
        opened: resident.is_some(),
        reason: "passage.recognised".to_owned(),
        demo: true,
        waited: None,
    }
}

#[tokio::test]
async fn passages_come_in_once_and_in_order() {
    let mut world = World::new().await;
    let a = world.resident("12-1803", false).await;
    let notes: Vec<Passage> = (0..4).map(|at| passage(&mut world, (at % 2 == 0).then_some(&a))).collect();
    let frames: Vec<_> = notes
        .into_iter()
        .map(|note| world.frame(LeafClass::Passage, |_, _| Some(Note::Passage(note))))
        .collect();
    assert_eq!(world.upload(frames[..2].to_vec()).await.acknowledged, 2);
    assert_eq!(world.upload(frames[..3].to_vec()).await.acknowledged, 3, "known frames are skipped");
    assert_eq!(world.upload(frames[..3].to_vec()).await.acknowledged, 3);
    let mut tx = reading(&world.db).await;
    assert_eq!(passages_view(&mut tx, LATER).await.unwrap().len(), 3);
    assert_eq!(passages_of_person(&mut tx, a.id, LATER).await.unwrap().len(), 2);
    assert!(passages_view(&mut tx, world.now).await.unwrap().is_empty());
    drop(tx);
    let mut tail = frames[3..].to_vec();
    let after = world.frame(LeafClass::Boot, |_, _| None);
    assert_eq!(
        world.upload(vec![after.clone()]).await.acknowledged,
        3,
        "nothing is taken over a gap"
    );
    tail.push(after);
    let answer = world.upload(tail).await;
    assert_eq!((answer.acknowledged, answer.forked), (5, false));
}

#[tokio::test]
async fn a_chain_that_breaks_or_changes_is_a_fork() {
    for case in 0..4 {
        let mut world = World::new().await;
        let first = world.frame(LeafClass::Boot, |_, _| None);
        let mut second = world.frame(LeafClass::Boot, |_, _| None);
        world.upload(vec![first.clone()]).await;
        match case {
            // Another history in the place of the first frame.
            0 => {
                second = {
                    world.journal.clear();
                    world.frame(LeafClass::Policy, |_, _| None)
                }
            }
            // A broken back-link.
            1 => second.leaf.0[40] ^= 1,
            // Another gate's frame.
            2 => second.leaf.0[15] ^= 1,
            // No leaf at all.
            _ => second.leaf.0[0] = 0,
        }
        let answer = world.upload(vec![second]).await;
        assert_eq!((answer.acknowledged, answer.forked), (1, true), "case {case}");
        assert!(
            list_alarms(&mut *reading(&world.db).await)
                .await
                .unwrap()
                .iter()
                .any(|alarm| alarm.code == "journal.forked")
        );
    }
}

#[tokio::test]
async fn receipts_move_consents_when_the_gate_itself_signed_them() {
    let mut world = World::new().await;
    world.activate().await;
    let a = world.resident("12-1803", false).await;
    world.turn_on(&a, Lane::Qr).await;
    let consent = world.enrol(&a).await;
    let view = lookup_consent(&mut reading(&world.db).await, a.id, consent).await.unwrap().unwrap();
    assert_eq!((view.consent.state, view.receipts.len()), (ConsentState::Enrolled, 1));
    assert_eq!(view.receipts[0].cause, "enrolled");

    let stranger_key = SigningKey::generate(&mut world.rng);
    let other = world.resident("12-1804", false).await;
    let forged = world.frame(LeafClass::Erase, |world, sequence| {
        Some(World::erased(
            &world.receipt(&a, consent, sequence, "withdrawn.gate"),
            &stranger_key,
        ))
    });
    let foreign = world.frame(LeafClass::Erase, |world, sequence| {
        Some(World::erased(
            &world.receipt(&other, consent, sequence, "withdrawn.gate"),
            &world.device,
        ))
    });
    let misplaced = world.frame(LeafClass::Erase, |world, sequence| {
        Some(World::erased(
            &world.receipt(&a, consent, sequence + 1, "withdrawn.gate"),
            &world.device,
        ))
    });
    let answer = world.upload(vec![forged, foreign, misplaced]).await;
    assert_eq!(
        (answer.acknowledged, answer.forked),
        (4, false),
        "the frames are evidence all the same"
    );
    assert!(
        list_alarms(&mut *reading(&world.db).await)
            .await
            .unwrap()
            .iter()
            .any(|alarm| alarm.code == "receipt.foreign")
    );
    let view = lookup_consent(&mut reading(&world.db).await, a.id, consent).await.unwrap().unwrap();
    assert_eq!((view.consent.state, view.receipts.len()), (ConsentState::Enrolled, 1));

    let epoch = world.snapshot().await.0.epoch;
    let erased = world.frame(LeafClass::Erase, |world, sequence| {
        Some(World::erased(
            &world.receipt(&a, consent, sequence, "withdrawn.gate"),
            &world.device,
        ))
    });
    world.upload(vec![erased]).await;
    let view = consents_view(&mut reading(&world.db).await, a.id).await.unwrap().remove(0);
    assert_eq!(
        (view.consent.state, view.consent.ended_by),
        (ConsentState::Withdrawn, Some(EndedBy::Gate))
    );
    assert!(view.consent.is_forgotten());
    assert_eq!(view.receipts.last().unwrap().cause, "withdrawn.gate");
    assert!(world.snapshot().await.0.epoch > epoch);
}

#[tokio::test]
async fn an_unknown_person_or_door_does_not_stop_a_journal() {
    let mut world = World::new().await;
    let mut unknown = passage(&mut world, None);
    unknown.person = Some(stranger(&mut world.rng));
    let mut elsewhere = passage(&mut world, None);
    elsewhere.door = countenance_base::DoorId::new(Timestamp(1), &mut world.rng);
    let frames: Vec<_> = [unknown, elsewhere]
        .into_iter()
        .map(|note| world.frame(LeafClass::Passage, |_, _| Some(Note::Passage(note))))
        .collect();
    assert_eq!(world.upload(frames).await.acknowledged, 2);
    let passages = passages_view(&mut reading(&world.db).await, LATER).await.unwrap();
    assert_eq!(passages.len(), 1);
    assert_eq!(passages[0].passage.person, None);
}

#[tokio::test]
async fn passages_and_windows_are_forgotten_after_their_days() {
    let mut world = World::new().await;
    let note = passage(&mut world, None);
    let old = world.frame(LeafClass::Passage, |_, _| Some(Note::Passage(note)));
    let window = Window {
        attempt: AttemptId::new(world.now, &mut world.rng),
        opened: world.now,
        closed: world.now,
        frames: 3,
        faces_max: 1,
        embedded: 1,
    };
    let window = world.frame(LeafClass::Window, |_, _| Some(Note::Window(window)));
    world.upload(vec![old, window]).await;
    world.pass(29 * 86_400);
    let note = passage(&mut world, None);
    let young = world.frame(LeafClass::Passage, |_, _| Some(Note::Passage(note)));
    world.upload(vec![young]).await;
    for (days, left, windows) in [(0, 2, 1), (2, 1, 0), (30, 0, 0)] {
        world.pass(days * 86_400);
        let (db, ctx) = world.parts();
        let mut tx = trace(&db).await;
        forget_passages(&mut tx, &ctx).await.unwrap();
        assert_eq!(passages_view(&mut tx, LATER).await.unwrap().len(), left);
        assert_eq!(windows_view(&mut tx, LATER).await.unwrap().len(), windows);
        tx.commit().await.unwrap();
    }
}
