//! Step 14: A closes the account. Everything of A ends at every holder, and what is left is a certificate that needs nobody's word.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde_json::Value;
use tokio::process::Command;

use super::World;
use super::command::{Said, command, said, words};
use super::person::DOOR_PIN;
use crate::authority;
use crate::kiosk_client::Kiosk;

const PATIENCE: std::time::Duration = std::time::Duration::from_mins(1);

/// What an auditor and A keep in this step.
struct Files {
    folder: PathBuf,
    auditor: PathBuf,
    pass: PathBuf,
    policy: PathBuf,
    certificate: PathBuf,
    server: String,
}

pub(super) async fn step(world: &mut World) -> anyhow::Result<()> {
    world.teller.step(
        14,
        "A closes the account: every copy ends, and a certificate says so that an auditor samples",
    );
    let files = auditor_promises(world).await?;
    let page = close(world).await?;
    let id = certified(world, &files, &page).await?;
    check_offline(world, &files).await?;
    sample(world, &files).await?;
    let file = world.estate.ledger_page(&format!("/certificates/{id}/file")).await?;
    std::fs::write(&files.certificate, file)?;
    let said = verify(&files, &files.certificate).await?;
    world.teller.held(
        "the certificate carries the auditor's report and holds",
        said.good && said.out.contains("audit.example"),
    )?;
    in_chromium(world, &files).await?;
    b_goes_on(world).await
}

/// Before anything is ordered: a key, a pass, the hash of a nonce.
async fn auditor_promises(world: &World) -> anyhow::Result<Files> {
    let folder = world.estate.folder.join("close");
    std::fs::create_dir_all(&folder)?;
    let files = Files {
        auditor: folder.join("auditor"),
        pass: folder.join("pass"),
        policy: folder.join("policy"),
        certificate: folder.join("certificate.json"),
        server: world.estate.first_server()?,
        folder,
    };
    let key = audit(&["key", "--name", "audit.example", "--folder"], &[files.auditor.as_os_str()])
        .await?
        .good()?;
    std::fs::write(&files.pass, world.estate.auditor_pass("auditor", Some(key.trim())).await?)?;
    audit(&["promise"], &files.site()).await?.good()?;
    world
        .teller
        .saw("an auditor promised a nonce by its hash before anything was ordered, so that nobody can steer what will be looked for");
    Ok(files)
}

impl Files {
    fn site(&self) -> [&OsStr; 6] {
        [
            "--folder".as_ref(),
            self.auditor.as_os_str(),
            "--server".as_ref(),
            self.server.as_ref(),
            "--pass".as_ref(),
            self.pass.as_os_str(),
        ]
    }

    fn certified(&self) -> [&OsStr; 4] {
        [
            "--certificate".as_ref(),
            self.certificate.as_os_str(),
            "--policy".as_ref(),
            self.policy.as_os_str(),
        ]
    }
}

async fn audit(first: &[&str], more: &[&OsStr]) -> anyhow::Result<Said> {
    let first = words(&[&["audit", "destruction"], first].concat());
    let all: Vec<&OsStr> = first.iter().map(AsRef::as_ref).chain(more.iter().copied()).collect();
    command("countenance", &all).await
}

async fn verify(files: &Files, file: &Path) -> anyhow::Result<Said> {
    let arguments = ["verify".as_ref(), "--policy".as_ref(), files.policy.as_os_str(), file.as_os_str()];
    command("countenance", &arguments).await
}

/// A leaves. The page that A is sent to is A's only way back, and needs no account.
async fn close(world: &mut World) -> anyhow::Result<String> {
    let before = world.status().await?.epoch;
    let page = world.a()?.browser.get("/account/close").await?.good()?;
    let page = world.a()?.browser.submit(&page, "/account/close", &[]).await?.good()?;
    world.teller.held(
        "A's account is gone at once, and A is shown the page of the destruction",
        page.path.starts_with("/certificates/") && world.a()?.browser.get("/ways").await?.path == "/sign-in",
    )?;
    world
        .estate
        .until("the gate of door 3 heard of it", |status| status.epoch > before)
        .await?;
    let unit = world.a()?.letter.unit.clone();
    let outcome = world.ask_by_pin(&unit, DOOR_PIN).await?;
    world.teller.held("A's PIN opens nothing any more", outcome == "refused")?;
    Ok(page.path)
}

/// The gate of door 2 stands still: no certificate before it has answered.
async fn certified(world: &mut World, files: &Files, page: &str) -> anyhow::Result<String> {
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    let shown = world.a()?.browser.get(page).await?.good()?;
    let file = format!("{page}/file");
    world.teller.held(
        "the gate of door 2 is off: there is no certificate, and the page says for which gate it waits",
        shown.has("在等设备 2 应答") && world.estate.ledger_page(&file).await.is_err(),
    )?;
    world.second.as_mut().context("no second gate")?.start().await?;
    let deadline = tokio::time::Instant::now() + PATIENCE;
    let stamped = |file: &str| serde_json::from_str::<Value>(file).is_ok_and(|file| file["timestamp"].is_string());
    let file = loop {
        match world.estate.ledger_page(&file).await {
            Ok(file) if stamped(&file) => break file,
            answer if tokio::time::Instant::now() > deadline => {
                answer?;
                anyhow::bail!("no time stamp came");
            }
            _ => tokio::time::sleep(std::time::Duration::from_millis(300)).await,
        }
    };
    std::fs::write(&files.certificate, file)?;
    std::fs::write(&files.policy, world.estate.ledger_page("/ledger/policy").await?)?;
    world
        .teller
        .held("it comes back, erases, signs, and the certificate is written and stamped", true)?;
    Ok(page.rsplit('/').next().unwrap_or_default().to_owned())
}

async fn check_offline(world: &mut World, files: &Files) -> anyhow::Result<()> {
    let said = verify(files, &files.certificate).await?;
    for line in said.out.lines() {
        world.teller.saw(line.trim());
    }
    world
        .teller
        .held("the certificate holds on A's own machine, without the server", said.good)?;
    let text = std::fs::read_to_string(&files.certificate)?;
    let changed = files.folder.join("changed.json");
    let digit = text.find("enrolled ").context("no copy in the certificate")? + 9;
    let mut bytes = text.clone().into_bytes();
    *bytes.get_mut(digit).context("a short certificate")? ^= 1;
    std::fs::write(&changed, bytes)?;
    let said = verify(files, &changed).await?;
    world.teller.held("with one bit changed it does not", !said.good)?;
    let (data, token) = (files.folder.join("certificate.txt"), files.folder.join("token.der"));
    let bundle: Value = serde_json::from_str(&text)?;
    let note = countenance_tlog::Note::parse(bundle["note"].as_str().context("no note")?)?;
    std::fs::write(&data, note.text())?;
    std::fs::write(&token, unbase64(&bundle["timestamp"])?)?;
    world.teller.held(
        "OpenSSL accepts the authority's time stamp over it",
        authority::holds(&files.folder, &data, &token, &world.estate.authority)?,
    )?;
    std::fs::write(&data, note.text().replace("plan ", "plan 1"))?;
    let refused = !authority::holds(&files.folder, &data, &token, &world.estate.authority)?;
    world.teller.held("and not over another text", refused)
}

fn unbase64(value: &Value) -> anyhow::Result<Vec<u8>> {
    use base64::Engine as _;
    Ok(base64::engine::general_purpose::STANDARD.decode(value.as_str().context("no time stamp")?)?)
}

/// Each holder is searched on its own machine while it stands still; nothing is copied.
async fn sample(world: &mut World, files: &Files) -> anyhow::Result<()> {
    let picks = files.folder.join("picks");
    let more: Vec<&OsStr> = files.site().into_iter().chain(files.certified()).collect();
    std::fs::write(&picks, audit(&["picks"], &more).await?.good()?)?;
    let mut searches = Vec::new();
    world.estate.stop_gate().await?;
    world.second.as_mut().context("no second gate")?.stop().await?;
    let places = [
        [world.estate.gate_data(), world.estate.gate_anchor()],
        world.second.as_ref().context("no second gate")?.places(),
    ];
    for (number, [data, anchor]) in places.iter().enumerate() {
        let mut command = Command::new(crate::estate::program("countenance-gate")?);
        command
            .args(["audit", "--data"])
            .arg(data)
            .arg("--anchor")
            .arg(anchor)
            .arg("--picks")
            .arg(&picks);
        let path = files.folder.join(format!("gate-{number}.search"));
        std::fs::write(&path, said(&mut command).await?.good()?)?;
        searches.push(path);
    }
    world.estate.stop_first_server().await?;
    let path = files.folder.join("server.search");
    let home = world.estate.first_home();
    let more = [
        "--data".as_ref(),
        home.as_os_str(),
        "--certificate".as_ref(),
        files.certificate.as_os_str(),
        "--picks".as_ref(),
        picks.as_os_str(),
    ];
    std::fs::write(&path, audit(&["search"], &more).await?.good()?)?;
    searches.push(path);
    world.estate.revive_first_server().await?;
    world.estate.start_gate_again().await?;
    world.kiosk = Kiosk::open(world.estate.kiosk_port).await?;
    wait_published(world).await?;
    let mut more: Vec<&OsStr> = files.site().into_iter().chain(files.certified()).collect();
    more.extend(searches.iter().map(|path| path.as_os_str()));
    let said = audit(&["report"], &more).await?;
    for line in said
        .out
        .lines()
        .filter(|line| line.starts_with("searched") || line.starts_with("sampled"))
    {
        world.teller.saw(line);
    }
    anyhow::ensure!(said.good, "the report was not taken: {}", said.err);
    world.teller.held(
        "the auditor looked for every copy at both gates and at the server, and found none",
        said.out.ends_with("found 0\n") || said.out.contains("\nfound 0\n"),
    )
}

/// The revived server publishes again.
async fn wait_published(world: &World) -> anyhow::Result<()> {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while world.estate.ledger_page("/ledger/checkpoint").await.is_err() {
        anyhow::ensure!(tokio::time::Instant::now() < deadline, "the revived server publishes nothing");
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    Ok(())
}

/// The verify page as A keeps it in a folder, in a browser without a network.
async fn in_chromium(world: &mut World, files: &Files) -> anyhow::Result<()> {
    let Some(chromium) = countenance_setup::installed_browser() else {
        world
            .teller
            .saw("Chromium is not installed (`cargo xtask setup`), so the page is not shown");
        return Ok(());
    };
    let page = files.folder.join("verify.html");
    let arguments = [
        "verify-page".as_ref(),
        "--policy".as_ref(),
        files.policy.as_os_str(),
        "--out".as_ref(),
        page.as_os_str(),
    ];
    command("countenance", &arguments).await?.good()?;
    let given = [
        world.estate.folder.join("own.tlog-proof"),
        world.estate.folder.join("receipt.tlog-proof"),
        files.certificate.clone(),
        files.folder.join("changed.json"),
    ];
    let mut node = Command::new("node");
    node.arg("read-files.mjs").arg(&page).args(&given);
    node.current_dir(crate::journey::e2e()).env("CHROMIUM", chromium);
    let said = said(&mut node).await?.good()?;
    let lines: Vec<Value> = said.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    for line in &lines {
        world.teller.saw(&format!(
            "{}: {}",
            line["file"].as_str().unwrap_or_default(),
            line["words"].as_str().unwrap_or_default()
        ));
    }
    let verdicts: Vec<&str> = lines.iter().filter_map(|line| line["verdict"].as_str()).collect();
    // The demo's witnesses say that the operator runs them, so nothing is sealed here.
    world.teller.held(
        "the verify page in Chromium, offline: A's proof, the receipt's proof and the certificate check, the changed one fails, and nothing was asked of any network",
        verdicts == ["unwitnessed", "unwitnessed", "unwitnessed", "fails"] && lines.iter().all(|line| line["asked"] == 0),
    )
}

async fn b_goes_on(world: &mut World) -> anyhow::Result<()> {
    world
        .estate
        .until("the gate is in order", |status| status.face_closed.is_empty())
        .await?;
    let unit = world.b()?.letter.unit.clone();
    let clip = world.clips.third_b.clone();
    let outcome = world.ask_by_face(&unit, &clip).await?;
    world
        .teller
        .held("B, of the same household, passes by face as before", outcome == "opened")
}
