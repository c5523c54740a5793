//! Step 11: another model pack at the gate of door 2.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::forget::wait_for_receipt;
use super::purpose::door_page_of;
use super::{World, challenge};
use crate::estate::SecondGate;
use crate::kiosk_client::Kiosk;

/// The same models under another convention: every number that they give is another one.
const BEFORE: &str = "[embed]\nsize = 112\nmean = 127.0\nscale = 128.0";
const AFTER: &str = "[embed]\nsize = 112\nmean = 127.0\nscale = 127.5";

pub(super) async fn step(world: &mut World, gate: &mut SecondGate) -> anyhow::Result<()> {
    world
        .teller
        .step(11, "Another model pack: old templates match nobody, and their people are asked");
    let installed = countenance_setup::models()?;
    let other = other_pack(&installed.pack, &world.estate.folder)?;

    gate.restart(&other, &installed.runtime, false).await?;
    let status = world.status().await?;
    world.teller.held(
        "put in without a word, it closes the face lane and ends nothing: the old pack may come back",
        status.face_closed == "face.closed" && status.faults == ["pack.other"] && status.templates == 1,
    )?;
    gate.restart(&installed.pack, &installed.runtime, false).await?;
    world.kiosk = Kiosk::open(gate.kiosk_port).await?;
    challenge::pass(world).await?;

    gate.restart(&other, &installed.runtime, true).await?;
    world.kiosk = Kiosk::open(gate.kiosk_port).await?;
    let status = world
        .estate
        .until("the gate is in order", |status| status.faults.is_empty())
        .await?;
    world
        .teller
        .held("put in on purpose, it ends the template", status.templates == 0)?;
    world.teller.held(
        "A's page shows the gate's signed word and asks to enrol again",
        wait_for_receipt(world, "设备换了识别模型，您的旧模板已抹掉").await?,
    )?;
    assess_anew(world).await?;
    challenge::enrol(world).await?;
    challenge::pass(world).await
}

/// The assessment was about the pack of before: nobody enrols until it is made anew.
async fn assess_anew(world: &mut World) -> anyhow::Result<()> {
    let page = door_page_of(world, usize::from(challenge::DOOR)).await?;
    world.teller.held(
        "the door's page says that its assessment no longer describes what is done",
        page.has("人脸通道停用"),
    )?;
    let refused = world.a()?.enrolment_qr(world.estate.now()).await.is_err();
    world.teller.held("and until it does, nobody gets an enrolment code", refused)?;
    let before = world.status().await?.epoch;
    challenge::assess(world, &page.path).await?;
    world
        .estate
        .until("the gate has the new snapshot", |status| status.epoch > before)
        .await?;
    Ok(())
}

/// A pack beside the installed one, whose manifest differs by one number.
fn other_pack(pack: &Path, folder: &Path) -> anyhow::Result<PathBuf> {
    let other = folder.join("other-pack");
    std::fs::create_dir(&other)?;
    for file in std::fs::read_dir(pack)? {
        let file = file?;
        std::fs::copy(file.path(), other.join(file.file_name()))?;
    }
    let manifest = other.join("manifest.toml");
    let text = std::fs::read_to_string(&manifest)?;
    let (before, after) = text.split_once(BEFORE).context("the pack's embedder is described in other words")?;
    std::fs::write(&manifest, [before, AFTER, after].concat())?;
    Ok(other)
}
