//! Step 10: a door that asks for a turn of the head, with a gate of its own.

use anyhow::Context as _;

use super::arrive::show_ticket;
use super::purpose::{activate, approve_assessment, declare, door_page_of, write_assessment};
use super::{World, pack};
use crate::clips::Frames;
use crate::kiosk_client::Kiosk;

pub(super) const DOOR: u8 = 2;

pub(super) async fn step(world: &mut World) -> anyhow::Result<()> {
    world
        .teller
        .step(10, "Door 2 asks for a turn of the head; what opened door 3 does not open it");
    let (base, code) = set_up_door(world).await?;
    let mut gate = world.estate.raise_gate(&code).await?;
    // An assessment is about the gate that stands there, with its model pack.
    declare(world, &base).await?;
    assess(world, &base).await?;
    activate(world, &base).await?;
    let third = world.estate.kiosk_port;
    // From here on the world's kiosk and status are those of door 2.
    world.estate.kiosk_port = gate.kiosk_port;
    let kiosk = std::mem::replace(&mut world.kiosk, Kiosk::open(gate.kiosk_port).await?);
    let told = match at_the_door(world).await {
        Ok(()) => pack::step(world, &mut gate).await,
        failed => failed,
    };
    world.estate.kiosk_port = third;
    world.kiosk = kiosk;
    gate.stop().await?;
    world.second = Some(gate);
    told
}

/// Sets the door to ask for a turn; its page, and the claim code for its gate.
async fn set_up_door(world: &mut World) -> anyhow::Result<(String, String)> {
    let page = door_page_of(world, usize::from(DOOR)).await?;
    let base = page.path.clone();
    let fields = [("qr", "on"), ("pin", "on"), ("face", "on"), ("liveness", "challenge")];
    world.operator.submit(&page, &format!("{base}/ways"), &fields).await?.good()?;
    let page = world.operator.get(&base).await?.good()?;
    let page = world.operator.submit(&page, &format!("{base}/gate-code"), &[]).await?.good()?;
    let code = page.between("class=\"big-code\">", "<");
    Ok((base, code.context("the console shows no code for the gate")?))
}

/// One operator writes the assessment of the purpose at this door, another approves it.
pub(super) async fn assess(world: &World, base: &str) -> anyhow::Result<()> {
    let approve = write_assessment(world, base).await?;
    approve_assessment(world, &approve).await
}

async fn at_the_door(world: &mut World) -> anyhow::Result<()> {
    world
        .estate
        .until("the gate of door 2 has its policy", |status| {
            status.epoch > 0 && status.face_closed.is_empty()
        })
        .await?;
    world.a()?.consent_at(DOOR).await?;
    enrol(world).await?;
    pass(world).await?;
    let genuine = world.clips.asked_third.clone();

    let phone = world.clips.phones.first().context("no drawing")?.1.clone();
    let stills = [
        ("the clip that opens door 3", world.clips.third_a.clone()),
        ("the drawn phone that opens door 3", phone),
        (
            "a bent card of A that somebody tilts to both sides",
            world.clips.tilted_card.clone(),
        ),
    ];
    for (name, clip) in stills {
        refused(world, name, &[clip.clone(), clip.clone(), clip]).await?;
    }
    let [front, left, right] = genuine;
    refused(world, "A turned to the other side", &[front.clone(), right, left]).await?;

    // Somebody holds A's face up, takes it away to turn another head, and holds it up again.
    let [_, left, right] = world.clips.asked_b.clone();
    let outcome = ask(world, &[front, left, right]).await?;
    let code = world.kiosk.code().to_owned();
    world.teller.held(
        &format!("A's face in front and B's head turning: refused ({code})"),
        outcome == "refused" && code.starts_with("face.not_"),
    )
}

pub(super) async fn enrol(world: &mut World) -> anyhow::Result<()> {
    let (qr, _) = world.a()?.enrolment_qr(world.estate.now()).await?;
    show_ticket(world, &qr).await?;
    world.kiosk.press("yes").await?;
    world.kiosk.expect("enrol.capturing").await?;
    let clips = world.clips.asked_enrol.clone();
    let outcome = play_asked(world, &clips).await?;
    world.teller.held(
        "A enrols, turning the head as asked",
        outcome == "done" && world.status().await?.templates == 1,
    )
}

pub(super) async fn pass(world: &mut World) -> anyhow::Result<()> {
    let genuine = world.clips.asked_third.clone();
    let outcome = ask(world, &genuine).await?;
    world.teller.held("A turns the head as asked, and passes", outcome == "opened")
}

async fn refused(world: &mut World, name: &str, clips: &[Frames; 3]) -> anyhow::Result<()> {
    let before = world.status().await?.embedder_calls;
    let outcome = ask(world, clips).await?;
    let code = world.kiosk.code().to_owned();
    let embedded = world.status().await?.embedder_calls - before;
    world.teller.held(
        &format!("{name}: refused ({code}), nothing embedded"),
        outcome == "refused" && code.starts_with("face.") && embedded == 0,
    )
}

/// Claims the unit and asks by face, with somebody who does, or does not do, what the screen asks.
async fn ask(world: &mut World, clips: &[Frames; 3]) -> anyhow::Result<String> {
    let unit = world.a()?.letter.unit.clone();
    world.claim_unit(&unit).await?;
    world.kiosk.press("face").await?;
    world.kiosk.expect("prompt.face").await?;
    world.kiosk.press("face").await?;
    world.kiosk.until(|screen| screen["camera"] == "face").await?;
    play_asked(world, clips).await
}

async fn play_asked(world: &mut World, [front, left, right]: &[Frames; 3]) -> anyhow::Result<String> {
    world.kiosk.play_asked([front, left, right]).await
}
