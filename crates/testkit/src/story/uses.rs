//! Step 13: A finds every use among everybody's entries; what A asks for does not say which are A's. And somebody outside follows it all.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countenance_base::{GateId, Timestamp};
use countenance_gate_core::journal::{LEAF_BYTES, Leaf, Record, open_record};
use countenance_tlog::{Checkpoint, Entries, Note, TILE_WIDTH, Tile, entries_path};
use serde_json::Value;

use super::command::command;
use super::{Resident, World};

/// Entries of one person at one writer on one day that are looked for.
const A_DAY: u32 = 128;
const DAY_S: u32 = 86_400;
/// Of a tag, in a list.
const PREFIX: usize = 8;

pub(super) async fn step(world: &mut World) -> anyhow::Result<()> {
    world.teller.step(
        13,
        "A finds every use of A's face in the ledger; a receipt at the door; a monitor outside",
    );
    look_at_a(world).await?;
    let receipt = receipt_at_the_door(world).await?;
    let note = Note::parse(&world.estate.ledger_page("/ledger/checkpoint").await?)?;
    let size = Checkpoint::parse(note.text()).context("no checkpoint")?.size;
    let found_a = find(world.a()?, size, world.estate.now()).await?;
    let found_b = find(world.b()?, size, world.estate.now()).await?;
    for (what, count) in &found_a.kinds {
        world.teller.saw(&format!("{what}: {count}"));
    }
    let kind = |what: &str| found_a.kinds.get(what).copied().unwrap_or(0);
    world.teller.held(
        &format!(
            "of {size} entries A finds {} by testing A's own tags against the lists, {} of them in lists of closed stretches; every record opens for A and says who, when and why",
            found_a.places.len(),
            found_a.listed
        ),
        kind("search") > 0 && kind("opened") > 0 && kind("enrol") > 1 && kind("erase") > 0 && kind("consent") > 0 && found_a.listed > 0,
    )?;
    world
        .teller
        .held("among them that the operator looked at what is about A", kind("look") > 0)?;
    world.teller.held(
        &format!("B finds {} others, and none that A finds", found_b.places.len()),
        !found_b.places.is_empty() && found_a.places.is_disjoint(&found_b.places),
    )?;
    let stretches: Vec<usize> = found_a.closed_stretches().collect();
    world.teller.held(
        &format!("in each ten minutes that are over a gate has a multiple of sixteen entries: {stretches:?}"),
        !stretches.is_empty() && stretches.iter().all(|count| count % 16 == 0),
    )?;
    monitor(world, &receipt).await
}

/// The operator opens A's household at the desk.
async fn look_at_a(world: &mut World) -> anyhow::Result<()> {
    let path = format!("/desk/people?unit={}", world.a()?.letter.unit);
    let page = world.operator.get(&path).await?.good()?;
    anyhow::ensure!(page.has(&world.a()?.letter.login), "the desk does not show A");
    // Until the look is an entry that witnesses have seen.
    let before = size(world).await?;
    while size(world).await? == before {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    Ok(())
}

async fn size(world: &World) -> anyhow::Result<u64> {
    let note = Note::parse(&world.estate.ledger_page("/ledger/checkpoint").await?)?;
    Ok(Checkpoint::parse(note.text()).context("no checkpoint")?.size)
}

/// A passes and asks for a receipt; what the phone reads opens the page that checks it, and the proof comes when witnesses have seen it.
async fn receipt_at_the_door(world: &mut World) -> anyhow::Result<String> {
    let unit = world.a()?.letter.unit.clone();
    let outcome = world.ask_by_pin(&unit, super::person::DOOR_PIN).await?;
    anyhow::ensure!(outcome == "opened", "A was refused");
    world.kiosk.press("receipt").await?;
    world.kiosk.until(|screen| screen["key"] == "receipt").await?;
    let text = world.kiosk.screen()["args"]["receipt"]["zh"]
        .as_str()
        .context("no receipt on the screen")?
        .to_owned();
    let folder = world.estate.folder.clone();
    let (policy, file) = (folder.join("policy"), folder.join("receipt.txt"));
    std::fs::write(&policy, world.estate.ledger_page("/ledger/policy").await?)?;
    std::fs::write(&file, &text)?;
    let verify = |path: std::path::PathBuf| {
        let policy = policy.clone();
        async move {
            let words = super::command::words(&["verify", "--policy"]);
            let words: Vec<_> = words
                .iter()
                .map(AsRef::as_ref)
                .chain([policy.as_os_str(), path.as_os_str()])
                .collect();
            command("countenance", &words).await
        }
    };
    let said = verify(file.clone()).await?;
    world.teller.held(
        "A asks the kiosk for a receipt; the gate's promise holds on A's own machine",
        said.good && text.contains("/verify#CR1:"),
    )?;
    let proof = promised_proof(world, &text).await?;
    let path = folder.join("receipt.tlog-proof");
    std::fs::write(&path, proof)?;
    let said = verify(path).await?;
    world.teller.held("and becomes a proof, without signing in", said.good)?;
    Ok(text)
}

/// The proof for a receipt, as soon as there is one.
async fn promised_proof(world: &World, text: &str) -> anyhow::Result<String> {
    use countenance_gate_core::wire::Promise;
    let (_, code) = text.split_once('#').context("no receipt behind the address")?;
    let envelope = Promise::envelope(code).context("no receipt")?;
    let promise: Promise = countenance_grant::decode_canonical(&envelope.payload).context("no promise")?;
    let path = format!(
        "/receipts/{}/{}/{}",
        promise.gate,
        promise.sequence,
        countenance_base::to_hex(&promise.leaf)
    );
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(30);
    loop {
        match world.estate.ledger_page(&path).await {
            Ok(proof) => return Ok(proof),
            Err(error) if tokio::time::Instant::now() > deadline => return Err(error),
            Err(_) => tokio::time::sleep(std::time::Duration::from_millis(300)).await,
        }
    }
}

/// What a person finds.
struct Found {
    places: BTreeSet<u64>,
    /// How many of them were in closed lists.
    listed: usize,
    /// By what their records say.
    kinds: BTreeMap<&'static str, usize>,
    /// How many entries each gate has in each ten minutes, whoever they are about.
    stretches: BTreeMap<(GateId, u32), usize>,
}

impl Found {
    /// Of each gate but the server the stretches that are over.
    fn closed_stretches(&self) -> impl Iterator<Item = usize> {
        let newest = |gate: GateId| self.stretches.keys().filter(|(of, _)| *of == gate).map(|(_, time)| *time).max();
        let over = move |(gate, time): (GateId, u32)| gate != GateId::SERVER && newest(gate) != Some(time);
        self.stretches.iter().filter(move |(key, _)| over(**key)).map(|(_, count)| *count)
    }
}

/// As the person's browser does it: lists and whole bundles are fetched, tags are tested here.
async fn find(person: &Resident, size: u64, now: Timestamp) -> anyhow::Result<Found> {
    let lists = json(person, "/ledger/tags").await?;
    let writers = json(person, "/ledger/writers").await?;
    let writers: Vec<GateId> = list(&writers).filter_map(|writer| Some(GateId(writer["gate"].as_u64()?))).collect();
    let own = own_tags(person, &writers, now);
    let mut places = BTreeSet::new();
    let mut past = 0;
    for entry in list(&lists) {
        let number = entry["number"].as_u64().context("no number")?;
        let rows = person.browser.bytes(&format!("/ledger/tags/{number}")).await?;
        places.extend(rows.chunks_exact(2 * PREFIX).filter_map(|row| {
            let (tag, place) = row.split_at_checked(PREFIX)?;
            own.contains(tag).then(|| u64::from_be_bytes(place.try_into().unwrap_or_default()))
        }));
        past = past.max(entry["past"].as_u64().context("no end")?);
    }
    let listed = places.len();
    let mut found = Found {
        places,
        listed,
        kinds: BTreeMap::new(),
        stretches: BTreeMap::new(),
    };
    for bundle in 0..size.div_ceil(TILE_WIDTH) {
        read_bundle(person, bundle, (size, past), &own, &mut found).await?;
    }
    Ok(found)
}

/// The first bytes of each tag that this person can have had at these writers since the account was opened.
fn own_tags(person: &Resident, writers: &[GateId], now: Timestamp) -> BTreeSet<Vec<u8>> {
    let today = now.utc_day();
    let mut tags = BTreeSet::new();
    for writer in writers {
        for day in today.saturating_sub(31)..=today {
            let at = Timestamp::from_seconds(i64::from(day) * i64::from(DAY_S));
            let ratchet = person.phone.ratchet(*writer, at);
            tags.extend((0..A_DAY).map(|count| ratchet.tag(at, *writer, count).iter().take(PREFIX).copied().collect()));
        }
    }
    tags
}

/// Entries beyond the lists are tested themselves; records of what was found are opened.
async fn read_bundle(
    person: &Resident,
    bundle: u64,
    (size, past): (u64, u64),
    own: &BTreeSet<Vec<u8>>,
    found: &mut Found,
) -> anyhow::Result<()> {
    let width = Tile::width(0, bundle, size).context("no bundle")?;
    let entries = person.browser.bytes(&format!("/ledger/{}", entries_path(bundle, width))).await?;
    let entries = Entries::from_bytes(&entries).context("a bundle cannot be read")?;
    let records = json(person, &format!("/ledger/records/{bundle}")).await?;
    for (place, entry) in (bundle * TILE_WIDTH..).zip(&entries.0) {
        let raw: [u8; LEAF_BYTES] = entry.as_slice().try_into()?;
        let leaf = Leaf::from_bytes(&raw).context("an entry is no leaf")?;
        *found.stretches.entry((leaf.gate, leaf.ten_minutes)).or_default() += 1;
        let tag: Vec<u8> = leaf.tag.iter().take(PREFIX).copied().collect();
        if place >= past && own.contains(&tag) {
            found.places.insert(place);
        }
        if found.places.contains(&place) {
            let record = opened(person, &leaf, &records[place.to_string()]).with_context(|| format!("entry {place} does not open"))?;
            *found.kinds.entry(record.kind.word()).or_default() += 1;
        }
    }
    Ok(())
}

fn opened(person: &Resident, leaf: &Leaf, sealed: &Value) -> Option<Record> {
    let sealed = STANDARD.decode(sealed.as_str()?).ok()?;
    open_record(&person.phone.record_secret(), leaf.gate, leaf.sequence, &leaf.commitment, &sealed)
}

async fn json(person: &Resident, path: &str) -> anyhow::Result<Value> {
    serde_json::from_slice(&person.browser.bytes(path).await?).with_context(|| format!("`{path}` is not JSON"))
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// An auditor with a pass follows the ledger from its first entry, knowing A's receipt.
async fn monitor(world: &mut World, receipt: &str) -> anyhow::Result<()> {
    let folder = &world.estate.folder;
    let pass = world.estate.auditor_pass("monitor", None).await?;
    let (pass_file, data, receipt_file) = (folder.join("monitor-pass"), folder.join("monitor"), folder.join("receipt.txt"));
    std::fs::write(&pass_file, pass)?;
    std::fs::write(&receipt_file, receipt)?;
    let policy = folder.join("policy");
    std::fs::write(&policy, world.estate.ledger_page("/ledger/policy").await?)?;
    let server = world.estate.first_server()?;
    let witness = format!("owners={}", world.estate.witnesses.url(0)?);
    let clock = world.estate.clock_file();
    let words = super::command::words(&["monitor", "--once", "--server", &server, "--witness", &witness, "--policy"]);
    let mut words: Vec<&std::ffi::OsStr> = words.iter().map(AsRef::as_ref).collect();
    words.extend([
        policy.as_os_str(),
        "--pass".as_ref(),
        pass_file.as_os_str(),
        "--data".as_ref(),
        data.as_os_str(),
    ]);
    words.extend([
        "--receipt".as_ref(),
        receipt_file.as_os_str(),
        "--sim-clock".as_ref(),
        clock.as_os_str(),
    ]);
    let said = command("countenance", &words).await?;
    for line in said.out.lines().chain(said.err.lines().filter(|line| line.contains("error"))) {
        world.teller.saw(line);
    }
    // The gate of door 2 is off since step 11: its seal may be old by now, and that is told.
    let others = said
        .out
        .lines()
        .filter(|line| line.contains(": ") && !line.starts_with("followed") && !line.starts_with("seal.old"));
    world.teller.held(
        "a monitor outside makes the tree again, finds each gate's journal whole, its seal true and A's receipt kept",
        said.out.contains("followed ") && others.count() == 0,
    )
}
