//! Step 12: what the gates wrote is in a ledger that others watch, and a person's proof is checked without the server.

use std::path::PathBuf;

use anyhow::Context as _;
use countenance_base::SeededRng;
use countenance_ledger::Signer;
use countenance_tlog::{AddCheckpoint, Checkpoint, KEY_LOG, Note, NoteSigner, Policy};

use super::World;
use crate::estate::program;

pub(super) async fn step(world: &mut World) -> anyhow::Result<()> {
    world
        .teller
        .step(12, "The ledger: watched by others, proved to A, and never two histories");
    world.estate.revive_first_server().await?;
    world
        .teller
        .saw("the four witnesses run on this machine, and say so; in earnest each is run by somebody else");
    let policy = world.estate.ledger_page("/ledger/policy").await?;
    let first = published(world, 1).await?;
    if world.estate.database.is_some() {
        return comes_back(world, &policy, &first);
    }
    let (checkpoint, witnessed) = Policy::parse(&policy)?.open(&first)?;
    world.teller.held(
        &format!(
            "a checkpoint of {} entries, seen by {} of 4 witnesses",
            checkpoint.size,
            witnessed.len()
        ),
        witnessed.len() >= 3,
    )?;
    proof_of_a(world, &policy).await?;
    witnesses_go(world, checkpoint.size).await?;
    fork(world).await
}

/// With two servers: the one that kept the ledger was killed among passages, and goes on where it was.
fn comes_back(world: &mut World, policy: &str, note: &Note) -> anyhow::Result<()> {
    let (checkpoint, witnessed) = Policy::parse(policy)?.open(note)?;
    world.teller.held(
        &format!(
            "the killed server is back and goes on with its ledger: {} entries, seen by {} of 4 witnesses; the other server never began one",
            checkpoint.size,
            witnessed.len()
        ),
        checkpoint.size > 0 && witnessed.len() >= 3 && !world.estate.folder.join("server-2/ledger").exists(),
    )
}

/// The published checkpoint once it has at least `size` entries.
async fn published(world: &World, size: u64) -> anyhow::Result<Note> {
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(30);
    loop {
        if let Ok(text) = world.estate.ledger_page("/ledger/checkpoint").await {
            let note = Note::parse(&text)?;
            if Checkpoint::parse(note.text()).is_some_and(|checkpoint| checkpoint.size >= size) {
                return Ok(note);
            }
        }
        anyhow::ensure!(
            tokio::time::Instant::now() < deadline,
            "no checkpoint of {size} entries was published"
        );
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
}

async fn proof_of_a(world: &mut World, policy: &str) -> anyhow::Result<()> {
    let page = world.a()?.consent_page().await?;
    let href = page.between("href=\"/ledger/proof/", "\"").context("no proof beside the receipt")?;
    let file = proof_file(world, &href).await?;
    let (said, holds) = verify(world, &file, policy).await?;
    world
        .teller
        .held("A loads the proof beside the receipt, and it holds on A's own machine", holds)?;
    std::fs::write(world.estate.folder.join("own.tlog-proof"), &file)?;
    for line in said.lines() {
        world.teller.saw(line.trim());
    }
    let at = file.find("index ").context("no index")? + 6;
    let mut changed = file.clone().into_bytes();
    if let Some(digit) = changed.get_mut(at) {
        *digit ^= 1;
    }
    let (_, holds) = verify(world, &String::from_utf8(changed)?, policy).await?;
    world.teller.held("the same file with one bit changed does not", !holds)
}

/// The proof, as soon as witnesses have seen its entry.
async fn proof_file(world: &World, href: &str) -> anyhow::Result<String> {
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(30);
    loop {
        let page = world.a()?.browser.get(&format!("/ledger/proof/{href}")).await?;
        if page.status == 200 || tokio::time::Instant::now() > deadline {
            return Ok(page.good()?.html);
        }
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    }
}

/// Runs `countenance verify` on a file, as a person would, with the server's help in nothing.
async fn verify(world: &World, proof: &str, policy: &str) -> anyhow::Result<(String, bool)> {
    let paths: [PathBuf; 2] = ["a.tlog-proof", "policy"].map(|name| world.estate.folder.join(name));
    for (path, text) in paths.iter().zip([proof, policy]) {
        std::fs::write(path, text)?;
    }
    let [proof, policy] = paths;
    let output = tokio::process::Command::new(program("countenance")?)
        .arg("verify")
        .arg(proof)
        .arg("--policy")
        .arg(policy)
        .output()
        .await?;
    Ok((String::from_utf8(output.stdout)?, output.status.success()))
}

/// Two witnesses are gone: nothing new is published and the doors go on. One comes back: what was missed is published.
async fn witnesses_go(world: &mut World, size: u64) -> anyhow::Result<()> {
    for number in [0, 1] {
        world.estate.witnesses.kill(number)?;
    }
    let unit = world.a()?.letter.unit.clone();
    let before = published(world, size).await?;
    let outcome = world.ask_by_pin(&unit, super::person::DOOR_PIN).await?;
    world.teller.held(
        "two of four witnesses are gone, and the door opens all the same",
        outcome == "opened",
    )?;
    let arrived = world
        .estate
        .until("the passage is at the server", |status| {
            status.journal_acknowledged == status.journal_size
        })
        .await?;
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    let after = published(world, size).await?;
    let sizes = [&before, &after].map(|note| Checkpoint::parse(note.text()).map_or(0, |checkpoint| checkpoint.size));
    world.teller.held(
        &format!(
            "nothing is published meanwhile: {} entries before and after, the gate wrote {}",
            sizes[0], arrived.journal_size
        ),
        sizes[0] == sizes[1],
    )?;
    world.estate.witnesses.start_again(&program("countenance")?, 0)?;
    let grown = published(world, sizes[1] + 1).await?;
    let grown = Checkpoint::parse(grown.text()).context("no checkpoint")?;
    world.teller.held(
        &format!("one comes back, and {} entries are published", grown.size),
        grown.size > sizes[1],
    )
}

/// The operator, with the ledger's own key, shows a witness another history.
async fn fork(world: &mut World) -> anyhow::Result<()> {
    let note = published(world, 1).await?;
    let checkpoint = Checkpoint::parse(note.text()).context("no checkpoint")?;
    let seed = std::fs::read(world.estate.folder.join("server/ledger-signer/signer.key"))?;
    let seed: [u8; 32] = seed
        .try_into()
        .map_err(|_| anyhow::anyhow!("the signer's key has another length"))?;
    let operator = NoteSigner::new(&checkpoint.origin, KEY_LOG, &seed).context("no signer")?;
    for (what, size) in [("as long", checkpoint.size), ("longer", checkpoint.size + 1)] {
        let other = Checkpoint {
            size,
            root: [7; 32],
            ..checkpoint.clone()
        };
        let request = AddCheckpoint {
            old: checkpoint.size,
            proof: vec![],
            note: other.sign(&operator),
        };
        let url = format!("{}/add-checkpoint", world.estate.witnesses.url(2)?);
        let answer = reqwest::Client::new().post(url).body(request.to_text()).send().await?;
        world.teller.held(
            &format!(
                "another history, {what}, signed with the ledger's own key: the witness answers {}",
                answer.status().as_u16()
            ),
            answer.status().as_u16() == 422,
        )?;
    }
    // The signer's own memory refuses before any witness is asked.
    let stolen = world.estate.folder.join("stolen-signer");
    super::search::image(&world.estate.folder.join("server/ledger-signer"), &stolen)?;
    let mut empty = countenance_ledger::Log::open(&world.estate.folder.join("empty-ledger"))?;
    let refused = Signer::open(&stolen, &checkpoint.origin, &mut SeededRng::new(1))?.sign(&mut empty);
    world.teller.held(
        "a log from before, put under the signer: nothing is signed",
        matches!(refused, Err(countenance_ledger::LedgerError::Fork(_))),
    )
}
