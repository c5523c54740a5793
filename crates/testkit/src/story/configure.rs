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
    Ok(())
}
