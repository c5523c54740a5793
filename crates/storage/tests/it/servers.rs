//! Two servers on one database. On a file they are two handles; on `PostgreSQL` they could be two machines.

use std::time::Duration;

use countenance_storage::Db;
use countenance_testdb::Place;

use crate::transaction::{INSERT, count, id};

/// Only so that a test that hears nothing ends.
const PATIENCE: Duration = Duration::from_mins(1);

#[tokio::test]
async fn two_that_start_at_once_make_one_schema() {
    let place = Place::empty().await;
    let (one, other) = tokio::join!(Db::open(place.url(), true), Db::open(place.url(), true));
    let (one, other) = (one.unwrap(), other.unwrap());
    let mut tx = one.write().await.unwrap();
    tx.change_one(INSERT, &[id(1).into(), "1-101".into()]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(count(&other).await, 1);
}

#[tokio::test]
async fn a_change_at_one_is_heard_at_the_other_once_it_is_durable() {
    let place = Place::empty().await;
    let (one, other) = (place.open().await, place.open().await);
    let mut heard = other.announcements();
    if !place.is_postgres() {
        // A file has one server; what is promised there is that its own requests hear.
        heard = one.announcements();
    }
    heard.mark_unchanged();
    let mut tx = one.write().await.unwrap();
    tx.change_one(INSERT, &[id(1).into(), "1-101".into()]).await.unwrap();
    tx.announce(5);
    tx.commit().await.unwrap();
    let hearing = tokio::time::timeout(PATIENCE, heard.wait_for(|number| *number == 5));
    hearing.await.expect("nothing was heard").unwrap();
    assert_eq!(count(&other).await, 1);
}

/// Reads a number and writes the next one; with two writers at a time some would be lost.
async fn raise(db: Db, times: u32) -> Vec<u64> {
    let mut seen = Vec::new();
    for _ in 0..times {
        let mut tx = db.write().await.unwrap();
        let row = tx
            .lookup("SELECT last_sequence AS number FROM gates WHERE id = 1", &[])
            .await
            .unwrap()
            .unwrap();
        let next = row.get::<u64>("number").unwrap() + 1;
        tokio::task::yield_now().await;
        tx.change_one("UPDATE gates SET last_sequence = $1 WHERE id = 1", &[next.into()])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        seen.push(next);
    }
    seen
}

#[tokio::test]
async fn what_a_writer_has_read_stays_true_until_it_commits() {
    let place = Place::empty().await;
    let (one, other) = (place.open().await, place.open().await);
    let mut tx = one.write().await.unwrap();
    tx.execute(
        "INSERT INTO doors (id, number, name_zh, name_en, place, area, camera, sign, public_security, ways, open_ms, distance_max_mm,
                            zone_left, zone_top, zone_right, zone_bottom, liveness, saved_at)
         VALUES ($1, 1, '', '', '', '', 0, 0, 0, '', 0, 0, 0, 0, 0, 0, '', 0)",
        &[id(1).into()],
    )
    .await
    .unwrap();
    tx.execute(
        "INSERT INTO gates (id, door_id, head_hash, leaf_hash) VALUES (1, $1, $1, $1)",
        &[id(1).into()],
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
    let tasks = [one.clone(), one, other.clone(), other].map(|db| tokio::spawn(raise(db, 25)));
    let mut seen = Vec::new();
    for task in tasks {
        seen.extend(task.await.unwrap());
    }
    seen.sort_unstable();
    assert_eq!(seen, (1..=100).collect::<Vec<u64>>());
}

#[tokio::test]
async fn a_writer_that_is_given_up_while_it_waits_leaves_nothing_behind() {
    let place = Place::empty().await;
    let (one, other) = (place.open().await, place.open().await);
    let holding = one.write().await.unwrap();
    for _ in 0..3 {
        let waiting = other.clone();
        let waiting = tokio::spawn(async move { waiting.write().await.map(drop) });
        tokio::task::yield_now().await;
        waiting.abort();
        assert!(waiting.await.unwrap_err().is_cancelled());
    }
    drop(holding);
    let mut tx = other.write().await.unwrap();
    tx.change_one(INSERT, &[id(1).into(), "1-101".into()]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(count(&one).await, 1);
}
