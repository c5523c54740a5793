//! Two servers on one database, asked at the same moment.

use countenance_access::{Gate, lookup_gate, passages_view, redeem_code, take_frames};
use countenance_base::{SeededRng, Timestamp};
use countenance_gate_core::journal::LeafClass;
use countenance_gate_core::policy::Lane;
use countenance_gate_core::wire::{Frames, FramesAnswer, Note, Redeemed, UploadedFrame};
use countenance_grant::SigningKey;
use countenance_persons::{Ctx, epoch};
use countenance_storage::Db;
use countenance_testdb::{reading, trace};

use crate::frames::passage;
use crate::world::World;

async fn redeem(world: &World, db: &Db, code: &str, seed: u64) -> Redeemed {
    let mut rng = SeededRng::new(seed);
    let mut ctx = Ctx {
        now: world.now,
        rng: &mut rng,
        rulebook: &world.rulebook,
        pepper: &world.pepper,
        site: &world.site,
    };
    let site_key = SigningKey::from_seed(&world.site_key.seed());
    let mut tx = trace(db).await;
    let gate = Gate {
        last_seen_at: Some(world.now),
        ..lookup_gate(&mut tx, world.gate).await.unwrap().unwrap()
    };
    let redeemed = redeem_code(&mut tx, &mut ctx, &site_key, &gate, code).await.unwrap();
    tx.commit().await.unwrap();
    redeemed
}

#[tokio::test]
async fn a_code_shown_to_two_servers_at_once_gives_one_grant() {
    let mut world = World::new().await;
    let other = world.place.open().await;
    world.activate().await;
    let a = world.resident("12-1803", false).await;
    world.turn_on(&a, Lane::Qr).await;
    let consent = world.consent(&a).await;
    let code = world.code(&a, consent).await;
    let before = epoch(&mut *reading(&world.db).await).await.unwrap();
    let (one, two, three, four) = tokio::join!(
        redeem(&world, &world.db, &code, 1),
        redeem(&world, &other, &code, 2),
        redeem(&world, &world.db, &code, 3),
        redeem(&world, &other, &code, 4),
    );
    let all = [one, two, three, four];
    assert_eq!(all.iter().filter(|redeemed| matches!(redeemed, Redeemed::Granted(_))).count(), 1);
    let used = |redeemed: &&Redeemed| matches!(redeemed, Redeemed::Refused(code) if code == "code.used");
    assert_eq!(all.iter().filter(used).count(), 3);
    let after = epoch(&mut *reading(&world.db).await).await.unwrap();
    assert_eq!(after, before + 1, "one grant is one epoch");
}

async fn upload(world: &World, db: &Db, frames: &[UploadedFrame]) -> FramesAnswer {
    let mut tx = trace(db).await;
    let gate = lookup_gate(&mut tx, world.gate).await.unwrap().unwrap();
    let frames = Frames { frames: frames.to_vec() };
    let answer = take_frames(&mut tx, &gate, &frames, world.now).await.unwrap();
    tx.commit().await.unwrap();
    answer
}

#[tokio::test]
async fn frames_sent_to_two_servers_at_once_are_taken_once() {
    let mut world = World::new().await;
    let other = world.place.open().await;
    let mut frames = Vec::new();
    for _ in 0..6 {
        let note = passage(&mut world, None);
        frames.push(world.frame(LeafClass::Passage, |_, _| Some(Note::Passage(note))));
    }
    // As after a lost answer: the gate sends again, to another server, what the first may be taking in at this moment.
    let (first, again, rest) = tokio::join!(
        upload(&world, &world.db, &frames[..4]),
        upload(&world, &other, &frames[..4]),
        upload(&world, &other, &frames),
    );
    assert!(!first.forked && !again.forked && !rest.forked);
    assert!(first.acknowledged >= 4 && again.acknowledged >= 4);
    assert_eq!(rest.acknowledged, 6);
    assert_eq!(world.gate_row().await.held.size, 6);
    let late = Timestamp(i64::MAX);
    let passages = passages_view(&mut reading(&other).await, late).await.unwrap();
    let mut sequences: Vec<u64> = passages.iter().map(|view| view.sequence).collect();
    sequences.sort_unstable();
    assert_eq!(sequences, [0, 1, 2, 3, 4, 5]);
}
