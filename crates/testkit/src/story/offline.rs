//! Step 7: the network is cut; then the lease runs out.

use super::World;
use super::person::DOOR_PIN;

const DAY_S: i64 = 86_400;

pub(super) async fn step(world: &mut World) -> anyhow::Result<()> {
    world.teller.step(7, "The network is cut");
    let unit = world.a()?.letter.unit.clone();
    let clip = world.clips.third_a.clone();
    world
        .estate
        .until("all frames are at the server", |status| {
            status.journal_acknowledged == status.journal_size
        })
        .await?;
    let before = passages(world).await?;
    world.estate.line.cut();
    let outcome = world.ask_by_face(&unit, &clip).await?;
    world.teller.held("A still passes by face", outcome == "opened")?;
    let qr = world.b()?.door_qr(world.estate.now())?;
    let outcome = world.ask_by_qr(&qr).await?;
    world.teller.held("B still passes by QR", outcome == "opened")?;
    let waiting = world.status().await?;
    world.teller.held(
        "their frames wait in the journal",
        waiting.journal_acknowledged < waiting.journal_size,
    )?;
    world.estate.line.mend();
    world
        .estate
        .until("all frames are at the server", |status| {
            status.journal_acknowledged == status.journal_size
        })
        .await?;
    let after = passages(world).await?;
    world.teller.held(
        &format!("the two passages arrived, none lost, none double ({before} before, {after} after)"),
        after == before + 2,
    )?;

    world.estate.line.cut();
    world.estate.pass_time(DAY_S + 60)?;
    world.teller.saw("a day and a minute pass without the server (simulated clock)");
    world.claim_unit(&unit).await?;
    world
        .teller
        .held("the face lane is closed", !world.kiosk.actions().contains(&"face".to_owned()))?;
    world.kiosk.press("face").await?;
    world.kiosk.until(|screen| screen["outcome"] == "refused").await?;
    world.teller.held("and says why", world.kiosk.code() == "face.lease_over")?;
    let qr = world.b()?.door_qr(world.estate.now())?;
    let outcome = world.ask_by_qr(&qr).await?;
    world.teller.held("QR goes on", outcome == "opened")?;
    let outcome = world.ask_by_pin(&unit, DOOR_PIN).await?;
    world.teller.held("PIN goes on", outcome == "opened")?;
    world.estate.line.mend();
    let status = world
        .estate
        .until("the lease is renewed", |status| status.face_closed.is_empty())
        .await?;
    world
        .teller
        .held("with the server back the face lane opens again", status.face_closed.is_empty())
}

/// Passages in the console, all pages.
pub(super) async fn passages(world: &World) -> anyhow::Result<usize> {
    let mut count = 0;
    let mut path = "/desk/happenings".to_owned();
    loop {
        let page = world.operator.get(&path).await?.good()?;
        count += page.html.matches("<span class=\"lanes\">").count();
        match page
            .html
            .split("rel=\"next\"")
            .nth(1)
            .and_then(|rest| rest.split("href=\"").nth(1))
            .and_then(|rest| rest.split('"').next())
        {
            Some(next) => path = next.replace("&amp;", "&").replace("&#38;", "&"),
            None => return Ok(count),
        }
    }
}
