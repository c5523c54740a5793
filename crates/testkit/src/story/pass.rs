//! Step 4: A passes by face, B by QR.

use super::World;
use super::person::DOOR_PIN;

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
        .held("the relay opened three times in all", world.estate.relay_count() == opened + 3)
}
