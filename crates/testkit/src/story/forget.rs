//! Step 8: withdrawing, in the portal and at an offline gate; and what is left of a face afterwards.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::Context as _;
use countenance_base::PersonId;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::Command;

use super::World;
use super::arrive::{enrol, receipt_on_page};
use super::person::DOOR_PIN;
use super::search::{image, plain_template, sealed_template};
use crate::byte_search::{Found, Pattern, in_files, in_process};

pub(super) async fn step(world: &mut World) -> anyhow::Result<()> {
    world.teller.step(8, "A withdraws; what is left of the face");
    b_enrols(world).await?;
    // A quiet moment: folder and anchor are copied one after the other and must belong together.
    world
        .estate
        .until("all frames are at the server", |status| {
            status.journal_acknowledged == status.journal_size
        })
        .await?;
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    let before = Before::take(world)?;
    world.teller.held(
        "positive first: A's sealed bytes are found in the gate's folder",
        found(&in_files(&world.estate.gate_data(), &before.sealed)?, "sealed"),
    )?;
    leaky_gate(world, &before).await?;
    let both_open = before.opens(world)?;
    world.teller.held(
        "positive first: with folder and anchor of before, A's and B's templates open",
        both_open,
    )?;

    withdraw_in_portal(world).await?;
    nothing_left(world, &before)?;
    old_image(world, &before)?;
    withdraw_at_the_gate(world).await
}

/// B changes her mind, so that there is a template which must survive A's withdrawal.
async fn b_enrols(world: &mut World) -> anyhow::Result<()> {
    world.b()?.consent().await?;
    let epoch = world.status().await?.epoch;
    world
        .estate
        .until("the gate knows of B's consent", |status| {
            status.epoch >= epoch && status.face_closed.is_empty()
        })
        .await?;
    enrol(world, "B").await?;
    world.estate.until("B is enrolled", |status| status.templates == 2).await?;
    world
        .teller
        .saw("B changed her mind and enrolled too: her template must survive what follows");
    Ok(())
}

/// Copies of folder and anchor from before the withdrawal, and what A's template looks like, sealed and plain.
struct Before {
    data: PathBuf,
    anchor: PathBuf,
    a: PersonId,
    b: PersonId,
    sealed: Vec<Pattern>,
    plain: Vec<Pattern>,
    plain_b: Vec<u8>,
}

impl Before {
    fn take(world: &mut World) -> anyhow::Result<Self> {
        let thief = world.estate.folder.with_extension("thief");
        let (data, anchor) = (thief.join("data-before"), thief.join("anchor-before"));
        image(&world.estate.gate_data(), &data)?;
        image(&world.estate.gate_anchor(), &anchor)?;
        let (a, b) = (world.a()?.person.context("A")?, world.b()?.person.context("B")?);
        let now = world.estate.now();
        // Reading needs a copy of its own: opening a store repairs it.
        let (reading, reading_anchor) = (thief.join("data-reading"), thief.join("anchor-reading"));
        image(&data, &reading)?;
        image(&anchor, &reading_anchor)?;
        let sealed = sealed_template(&reading, &reading_anchor, a, &mut world.rng)?;
        let plain = plain_template(&reading, &reading_anchor, a, now, &mut world.rng)?;
        let plain_b = plain_template(&reading, &reading_anchor, b, now, &mut world.rng)?;
        // Sealed: any long run of it. Plain: each of the three pictures, since memory may hold one without the others.
        let sealed = vec![Pattern {
            name: "sealed",
            bytes: sealed.get(..256).context("a short template")?.to_vec(),
        }];
        let names = ["plain picture 1", "plain picture 2", "plain picture 3"];
        let picture = plain.len() / names.len();
        let plain = names
            .into_iter()
            .zip(plain.chunks(picture))
            .map(|(name, bytes)| Pattern {
                name,
                bytes: bytes.to_vec(),
            })
            .collect();
        Ok(Self {
            data,
            anchor,
            a,
            b,
            sealed,
            plain,
            plain_b,
        })
    }

    fn opens(&self, world: &mut World) -> anyhow::Result<bool> {
        let now = world.estate.now();
        let (data, anchor) = (self.data.with_extension("try"), self.anchor.with_extension("try"));
        image(&self.data, &data)?;
        image(&self.anchor, &anchor)?;
        let a = plain_template(&data, &anchor, self.a, now, &mut world.rng).is_ok();
        let b = plain_template(&data, &anchor, self.b, now, &mut world.rng).is_ok();
        Ok(a && b)
    }
}

/// A test gate that keeps A's plain template in its memory and in a file, on purpose: the search must find both.
async fn leaky_gate(world: &mut World, before: &Before) -> anyhow::Result<()> {
    let folder = world.estate.folder.with_extension("leaky");
    std::fs::create_dir_all(&folder)?;
    let mut child = Command::new(std::env::current_exe()?)
        .args(["leak", &folder.display().to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let plain: Vec<u8> = before.plain.iter().flat_map(|pattern| pattern.bytes.clone()).collect();
    let mut input = child.stdin.take().context("no pipe")?;
    input.write_all(&u32::try_from(plain.len())?.to_be_bytes()).await?;
    input.write_all(&plain).await?;
    let mut ready = String::new();
    BufReader::new(child.stdout.take().context("no pipe")?)
        .read_line(&mut ready)
        .await?;
    let in_memory = in_process(child.id().context("the leaky gate ended")?, &before.plain)?;
    let in_file = in_files(&folder, &before.plain)?;
    child.kill().await?;
    std::fs::remove_dir_all(&folder)?;
    let all = |found: &[Found]| {
        before
            .plain
            .iter()
            .all(|pattern| found.iter().any(|found| found.pattern == pattern.name))
    };
    world.teller.held(
        "positive first: a gate that leaks on purpose is found out, in its memory",
        all(&in_memory),
    )?;
    world.teller.held("positive first: and in its files", all(&in_file))
}

async fn withdraw_in_portal(world: &mut World) -> anyhow::Result<()> {
    let unit = world.a()?.letter.unit.clone();
    world.a()?.withdraw().await?;
    world
        .teller
        .saw("withdrawn in two steps (open the list, withdraw); consenting took two (open the page, agree)");
    let shown = wait_for_receipt(world, "这个门不再获准使用您的人脸，模板已抹掉").await?;
    world.teller.held("A's page shows the gate's signed confirmation", shown)?;
    world
        .teller
        .held("the gate holds one template less", world.status().await?.templates == 1)?;
    let clip = world.clips.third_a.clone();
    let outcome = world.ask_by_face(&unit, &clip).await?;
    world.teller.held(
        "A's next attempt at the own unit, where B may still be compared: unknown",
        outcome == "refused" && world.kiosk.code() == "face.unknown",
    )?;
    let qr = world.a()?.door_qr(world.estate.now())?;
    let outcome = world.ask_by_qr(&qr).await?;
    world.teller.held("A's QR still works", outcome == "opened")?;
    let outcome = world.ask_by_pin(&unit, DOOR_PIN).await?;
    world.teller.held("A's PIN still works", outcome == "opened")?;
    let clip = world.clips.third_b.clone();
    let outcome = world.ask_by_face(&unit, &clip).await?;
    world.teller.held("B still passes by face", outcome == "opened")
}

/// The consent's page has no live form any more and two receipts: enrolled, erased.
/// Waits until the page of A's newest consent shows a receipt in these words.
pub(super) async fn wait_for_receipt(world: &World, words: &str) -> anyhow::Result<bool> {
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(30);
    loop {
        let page = world.a()?.consent_page().await?;
        if page.has(words) {
            return Ok(true);
        }
        if tokio::time::Instant::now() > deadline {
            return Ok(false);
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
}

fn nothing_left(world: &mut World, before: &Before) -> anyhow::Result<()> {
    let patterns: Vec<Pattern> = before.sealed.iter().chain(&before.plain).cloned().collect();
    let mut left = in_files(&world.estate.folder, &patterns)?;
    left.extend(in_process(world.estate.gate_pid()?, &patterns)?);
    for server in world.estate.server_pids() {
        left.extend(in_process(server, &patterns)?);
    }
    for found in &left {
        world.teller.saw(&format!("found {} in {}", found.pattern, found.place));
    }
    world.teller.held(
        "after it, neither sealed nor plain bytes are left: files with their free space, logs, memory of agent and server",
        left.is_empty(),
    )
}

/// The folder as it was before, with every key from after: B's template opens, A's does not.
fn old_image(world: &mut World, before: &Before) -> anyhow::Result<()> {
    let mixed = before.data.with_file_name("data-before-keys-after");
    let anchor = before.anchor.with_file_name("anchor-after");
    image(&before.data, &mixed)?;
    for entry in std::fs::read_dir(&mixed)? {
        let path = entry?.path();
        if path
            .file_name()
            .and_then(|name| name.to_str())
            .is_some_and(|name| name.starts_with("keys"))
        {
            std::fs::remove_file(path)?;
        }
    }
    copy_keys(&world.estate.gate_data(), &mixed)?;
    image(&world.estate.gate_anchor(), &anchor)?;
    let now = world.estate.now();
    let b = plain_template(&mixed, &anchor, before.b, now, &mut world.rng);
    world.teller.held(
        "an old image of the folder with all keys from after opens B's template",
        b.is_ok_and(|plain| plain == before.plain_b),
    )?;
    let a = plain_template(&mixed, &anchor, before.a, now, &mut world.rng);
    world.teller.held("and not A's", a.is_err())?;
    let (old, anchor_after) = (before.data.with_extension("old"), before.anchor.with_file_name("anchor-after-2"));
    image(&before.data, &old)?;
    image(&world.estate.gate_anchor(), &anchor_after)?;
    let a = plain_template(&old, &anchor_after, before.a, now, &mut world.rng);
    world.teller.held("nor does the old key page open under the new anchor", a.is_err())
}

fn copy_keys(from: &Path, to: &Path) -> anyhow::Result<()> {
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_name().to_str().is_some_and(|name| name.starts_with("keys")) {
            std::fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

async fn withdraw_at_the_gate(world: &mut World) -> anyhow::Result<()> {
    world.a()?.consent().await?;
    enrol(world, "A").await?;
    let unit = world.a()?.letter.unit.clone();
    let clip = world.clips.third_a.clone();
    let outcome = world.ask_by_face(&unit, &clip).await?;
    world.teller.held("A consents and enrols again, and passes", outcome == "opened")?;
    anyhow::ensure!(receipt_on_page(world, "A").await?, "the second enrolment's receipt did not come");
    world.estate.line.cut();
    world.kiosk.reset().await?;
    world.kiosk.press("withdraw").await?;
    world.kiosk.expect("withdraw.unit").await?;
    world.kiosk.type_in("unit", &unit).await?;
    world.kiosk.expect("withdraw.pin").await?;
    world.kiosk.type_in("pin", DOOR_PIN).await?;
    world.kiosk.expect("withdraw.confirm").await?;
    world.kiosk.press("yes").await?;
    world
        .kiosk
        .until(|screen| screen["key"] == "withdraw.done" || screen["outcome"] == "refused")
        .await?;
    world
        .teller
        .held("A withdraws at the offline gate by PIN", world.kiosk.key() == "withdraw.done")?;
    world
        .teller
        .held("effective at once: the template is gone", world.status().await?.templates == 1)?;
    let outcome = world.ask_by_face(&unit, &clip).await?;
    world.teller.held("A's face opens nothing", outcome == "refused")?;
    world.estate.line.mend();
    let shown = wait_for_receipt(world, "按您在门口的撤回，模板已抹掉").await?;
    world
        .teller
        .held("when the network is back, A's page shows the gate's confirmation", shown)
}

fn found(found: &[Found], name: &str) -> bool {
    found.iter().any(|found| found.pattern == name)
}
