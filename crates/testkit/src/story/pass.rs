//! Step 4: A passes by face, B by QR.

use std::time::Duration;

use anyhow::Context as _;
use countenance_base::to_hex;
use sha2::{Digest as _, Sha256};

use super::World;
use super::person::DOOR_PIN;
use super::purpose::door_page;

/// A gate says what it runs with its next poll, and polls wait for seconds.
const NEXT_POLL: Duration = Duration::from_mins(1);

pub(super) async fn step(world: &mut World) -> anyhow::Result<()> {
    world.teller.step(4, "A returns, claims the unit, asks; B passes by QR");
    let unit = world.a()?.letter.unit.clone();
    let opened = world.estate.relay_count();
    let clip = world.clips.third_a.clone();
    let outcome = world.ask_by_face(&unit, &clip).await?;
    world
        .teller
        .held("a clip of a third picture of A is recognised", outcome == "opened")?;
    world
        .teller
        .held("the (simulated) relay opened once", world.estate.relay_count() == opened + 1)?;
    let qr = world.b()?.door_qr(world.estate.now())?;
    let outcome = world.ask_by_qr(&qr).await?;
    world.teller.held("B's QR, signed by B's phone, opens", outcome == "opened")?;
    let outcome = world.ask_by_qr(&qr).await?;
    world.teller.held(
        "the same QR does not open twice",
        outcome == "refused" && world.kiosk.code() == "qr.used",
    )?;
    let outcome = world.ask_by_pin(&unit, DOOR_PIN).await?;
    world.teller.held("A's PIN opens as well", outcome == "opened")?;
    world
        .teller
        .held("the relay opened three times in all", world.estate.relay_count() == opened + 3)?;
    program(world).await
}

/// What the gate says it runs, on its own page and at the desk, is the file that was started.
async fn program(world: &mut World) -> anyhow::Result<()> {
    let file = std::fs::read(crate::estate::program("countenance-gate")?)?;
    let hash = to_hex(&<[u8; 32]>::from(Sha256::digest(file)));
    let deadline = tokio::time::Instant::now() + NEXT_POLL;
    let mut desk = door_page(world).await?;
    while !desk.has(&hash) && tokio::time::Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(500)).await;
        desk = door_page(world).await?;
    }
    let number = desk.between("href=\"/gates/", "\"").context("the desk names no gate's page")?;
    let public = world.operator.get(&format!("/gates/{number}")).await?.good()?;
    world.teller.held(
        "desk and gate's page show the program's hash, and say that it is the gate's own word",
        [&desk, &public].iter().all(|page| page.has(&hash) && page.has("是设备自己说的")),
    )
}
