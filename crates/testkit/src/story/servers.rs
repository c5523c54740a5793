//! Two servers on one database: one is killed, and what both together have taken in is counted.

use std::collections::BTreeSet;

use countenance_base::AttemptId;
use countenance_storage::{Db, Row, StoreError, Tx};

use super::World;
use super::offline::passages;
use super::person::DOOR_PIN;

/// How many people pass around the moment of the kill.
const PASSING: usize = 6;

/// With two servers: `kill -9` for the first, while frames of passages are on their way.
pub(super) async fn lose_one(world: &mut World) -> anyhow::Result<()> {
    if world.estate.database.is_none() {
        return Ok(());
    }
    world
        .teller
        .saw("two servers answer at one address, on one PostgreSQL database; now one of them is killed");
    let unit = world.a()?.letter.unit.clone();
    everything_arrived(world).await?;
    let before = passages(world).await?;
    for number in 0..PASSING {
        let outcome = world.ask_by_pin(&unit, DOOR_PIN).await?;
        anyhow::ensure!(outcome == "opened", "the PIN did not open: {}", world.kiosk.code());
        if number == PASSING / 2 {
            world.estate.kill_first_server().await?;
        }
    }
    everything_arrived(world).await?;
    let after = passages(world).await?;
    world.teller.held(
        &format!("kill -9 of one server among {PASSING} passages: none lost, none double ({before} before, {after} after)"),
        after == before + PASSING && world.estate.server_pids().len() == 1,
    )
}

/// At the end, in the database itself: the journal is there without a gap, and every opening once.
pub(super) async fn count(world: &mut World) -> anyhow::Result<()> {
    let Some(url) = world.estate.database.clone() else {
        return Ok(());
    };
    let journal = everything_arrived(world).await?;
    let db = Db::open(&url.parse()?, false).await?;
    let mut tx = db.read().await?;
    let frames = column::<u64>(&mut tx, "SELECT sequence AS one FROM frames WHERE gate_id <> 0 ORDER BY sequence").await?;
    let attempts = column::<AttemptId>(&mut tx, "SELECT attempt AS one FROM passages").await?;
    let opened = column::<bool>(&mut tx, "SELECT opened AS one FROM passages").await?;
    drop(tx);
    db.close().await;
    world.teller.held(
        &format!("the database holds all {journal} frames of the gate's journal, each once"),
        frames == (0..journal).collect::<Vec<_>>(),
    )?;
    let distinct: BTreeSet<[u8; 16]> = attempts.iter().map(|attempt| *attempt.as_bytes()).collect();
    world.teller.held(
        &format!("{} attempts ended, each passage once", attempts.len()),
        distinct.len() == attempts.len(),
    )?;
    let opened = opened.iter().filter(|opened| **opened).count();
    world.teller.held(
        &format!("the relay opened {opened} times, as often as the database says"),
        opened == world.estate.relay_count(),
    )
}

/// Waits until the server has acknowledged the whole journal, and says how long it is.
async fn everything_arrived(world: &World) -> anyhow::Result<u64> {
    let status = world
        .estate
        .until("all frames are at the server", |status| {
            status.journal_acknowledged == status.journal_size
        })
        .await?;
    Ok(status.journal_size)
}

async fn column<T: countenance_storage::Column>(tx: &mut Tx, sql: &'static str) -> Result<Vec<T>, StoreError> {
    tx.list(sql, &[]).await?.iter().map(|row: &Row| row.get("one")).collect()
}
