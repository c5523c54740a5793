//! Step 9: a face-only door cannot be saved.

use super::World;
use super::purpose::{self, door_page};

pub(super) async fn step(world: &mut World) -> anyhow::Result<()> {
    world.teller.step(9, "The operator tries doors that leave no choice");
    // A day has passed: the desk's session ended, and a new one-time link is made at the server.
    let link = world.estate.operator_link("值班经理").await?;
    purpose::sign_in(world, &link).await?;
    let tries: [(&str, &[(&str, &str)]); 2] = [
        ("a door whose only lane is the face", &[("face", "on")]),
        ("a door that asks card and face, with no other pair", &[("card+face", "on")]),
    ];
    for (name, fields) in tries {
        let page = door_page(world).await?;
        let action = format!("{}/ways", page.path);
        let answer = world.operator.submit(&page, &action, fields).await?;
        world.teller.held(
            &format!("{name} cannot be saved; article and remedy are shown"),
            answer.has("class=\"article\"") && answer.has("class=\"remedy\""),
        )?;
        world.teller.saw(&answer.between("class=\"remedy\">", "</p>").unwrap_or_default());
        let page = door_page(world).await?;
        world.teller.held(
            "and the door is as it was",
            page.has("name=\"qr\" value=\"on\" checked") && page.has("name=\"pin\" value=\"on\" checked"),
        )?;
    }
    rest(world).await
}

/// The door changes its liveness: nobody assessed that, so that faces rest. Nobody's template is lost by it.
async fn rest(world: &mut World) -> anyhow::Result<()> {
    let before = world.status().await?;
    set_liveness(world, "challenge").await?;
    let resting = world
        .estate
        .until("the gate knows of the change", |status| status.epoch > before.epoch)
        .await?;
    let page = door_page(world).await?;
    world.teller.held(
        "another liveness makes the assessment stale; templates rest at the gate and are not erased",
        before.templates > 0 && resting.templates == before.templates && page.has("人脸通道停用"),
    )?;
    set_liveness(world, "passive").await?;
    let again = world
        .estate
        .until("the gate knows of the change back", |status| status.epoch > resting.epoch)
        .await?;
    let page = door_page(world).await?;
    world.teller.held(
        "set back, what was approved holds again",
        again.templates == before.templates && !page.has("人脸通道停用"),
    )
}

async fn set_liveness(world: &World, liveness: &str) -> anyhow::Result<()> {
    let page = door_page(world).await?;
    let fields = [("qr", "on"), ("pin", "on"), ("face", "on"), ("liveness", liveness)];
    world
        .operator
        .submit(&page, &format!("{}/ways", page.path), &fields)
        .await?
        .good()?;
    Ok(())
}
