//! A gate with ten thousand templates: what it holds in memory, how soon it decides, how fast one person is erased.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use countenance_base::{
    AttemptId, ConsentId, GateId, GrantId, Month, PersonId, PurposeId, Rng as _, SecretKey, SeededRng, SiteId, Timestamp,
};
use countenance_gallery::{Embedding, MatchPolicy, enrol};
use countenance_gate::models::Models;
use countenance_gate::store::{ClaimedGate, SealedStore};
use countenance_gate_core::journal::Ratchet;
use countenance_grant::{Act, Attempt, ConsentStatement, EnrolGrant, Mode, SignedConsent, SigningKey, Statement, verify_enrol};
use countenance_testkit::clips::Clips;
use countenance_vision::{Limits, Picture};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::report::{held, machine, table};
use crate::stats::{median, percentile};

const PEOPLE: u32 = 10_000;
const ERASED: u32 = 300;
const NOW: Timestamp = Timestamp::from_seconds(1_763_000_000);
const MONTH: Month = Month(24_300);

/// What a fresh process took to open everything and to look at one frame.
#[derive(Debug, Serialize, Deserialize)]
struct Opened {
    ms: f64,
    mib: f64,
    templates: usize,
}

pub(crate) fn measure() -> anyhow::Result<String> {
    let folder = tempfile::tempdir_in(".")?;
    let mut random = SeededRng::new(3);
    let mut store = found(folder.path(), &mut random)?;
    for number in 0..PEOPLE {
        admit(&mut store, number, &mut random)?;
    }
    drop(store);
    let child = Command::new(std::env::current_exe()?)
        .arg("gate-open")
        .arg(folder.path())
        .output()?;
    anyhow::ensure!(child.status.success(), "opening failed: {}", String::from_utf8_lossy(&child.stderr));
    let opened: Opened = serde_json::from_slice(&child.stdout)?;
    anyhow::ensure!(opened.templates == PEOPLE as usize, "not all templates were there");
    let mut store = SealedStore::open(&folder.path().join("data"), &folder.path().join("anchor"), &mut random)?;
    let mut erased = Vec::new();
    for number in 0..ERASED {
        let at = Instant::now();
        store.erase_person(person(number * 31), &mut random)?;
        erased.push(at.elapsed().as_secs_f64() * 1e3);
    }
    let rows = [
        vec![
            "memory of a fresh process: runtime, models, store, after one frame".to_owned(),
            format!("{:.0} MiB", opened.mib),
            "≤ 250".to_owned(),
            held(opened.mib <= 250.0).to_owned(),
        ],
        vec![
            "cold start: process to the end of the first frame's embedding".to_owned(),
            format!("{:.0} ms", opened.ms),
            "≤ 1500".to_owned(),
            held(opened.ms <= 1_500.0).to_owned(),
        ],
        vec![
            "erase one of them: page anew under a new anchor, old anchor and slot overwritten, durable".to_owned(),
            format!("p50 {:.1} ms, p99 {:.1} ms", median(&erased), percentile(&erased, 0.99)),
            "p99 ≤ 50 ms".to_owned(),
            held(percentile(&erased, 0.99) <= 50.0).to_owned(),
        ],
    ];
    Ok(format!(
        "## Gate\n{}; {PEOPLE} templates of three pictures.\n\n{}",
        machine(),
        table(&["what", "seen", "to hold", ""], &rows)
    ))
}

/// The child: opens runtime, models and store, embeds one frame, and says what that took.
pub(crate) fn open(folder: &Path) -> anyhow::Result<()> {
    let begun = Instant::now();
    let installed = countenance_setup::models()?;
    let mut models = Models::open(&installed.pack, &installed.runtime)?;
    let store = SealedStore::open(&folder.join("data"), &folder.join("anchor"), &mut SeededRng::new(9))?;
    let before = begun.elapsed();
    // Drawing the frame is the bench's work and not the gate's.
    let clips = Clips::load()?;
    let drawn = Instant::now();
    let frame = clips.third_a.first().context("an empty clip")?;
    let picture = Picture::decode(frame, Limits::FRAME)?;
    let face = models.vision.detect(&picture)?.into_iter().next().context("no face")?;
    let landmarks = models.vision.landmarks(&picture, &face)?;
    models.vision.live(&picture, &face)?;
    models.vision.embed(&picture, &landmarks)?;
    let took = before + drawn.elapsed();
    drop(clips);
    let opened = Opened {
        ms: took.as_secs_f64() * 1e3,
        mib: memory()?,
        templates: store.page().people().count(),
    };
    serde_json::to_writer(std::io::stdout(), &opened)?;
    Ok(())
}

/// Resident memory of this process, MiB. Holds what drawing the clips left behind, so it errs to the high side.
fn memory() -> anyhow::Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).context("no VmRSS")?;
    let kib: f64 = line.split_whitespace().nth(1).context("no number")?.parse()?;
    Ok(kib / 1_024.0)
}

fn site_key() -> SigningKey {
    SigningKey::from_seed(&[1; 32])
}

fn found(folder: &Path, random: &mut SeededRng) -> anyhow::Result<SealedStore> {
    let claimed = ClaimedGate {
        site: SiteId::from_bytes([1; 16]),
        gate: GateId(3),
        site_key: site_key().public(),
        server: "http://localhost".to_owned(),
        demo: true,
    };
    let draft = SealedStore::draft(random);
    let (data, anchor) = (folder.join("data"), folder.join("anchor"));
    SealedStore::create(&data, &anchor, draft, &claimed, random)?;
    Ok(SealedStore::open(&data, &anchor, random)?)
}

fn person(number: u32) -> PersonId {
    let mut bytes = [0; 16];
    for (byte, value) in bytes.iter_mut().zip(number.to_be_bytes()) {
        *byte = value;
    }
    PersonId::from_bytes(bytes)
}

fn admit(store: &mut SealedStore, number: u32, random: &mut SeededRng) -> anyhow::Result<()> {
    let person = person(number);
    let key = SigningKey::from_seed(&[2; 32]);
    let statement = Statement {
        site: SiteId::from_bytes([1; 16]),
        id: GrantId::from_bytes(*person.as_bytes()),
        person,
        consent: ConsentId::from_bytes(*person.as_bytes()),
        consent_version: 1,
        act: Act::Enrol,
        purpose: PurposeId::from_bytes([5; 16]),
        mode: Mode::OneToFew,
        gates: vec![GateId(3)],
        not_before: NOW,
        until: NOW.plus(Duration::from_mins(1)),
        epoch: 1,
    };
    let text = ConsentStatement {
        site: statement.site,
        person,
        consent: statement.consent,
        version: 1,
        notice: [6; 32],
        purpose: statement.purpose,
        mode: statement.mode,
        gates: statement.gates.clone(),
        given: NOW,
        until: NOW.plus(Duration::from_hours(1)),
    }
    .to_text();
    let consent = SignedConsent {
        signature: key.sign_plain(text.as_bytes()),
        text,
        key: key.public(),
    };
    let envelope = EnrolGrant { statement, consent }.mint(&site_key());
    let attempt = Attempt {
        id: AttemptId::from_bytes([7; 16]),
        site: SiteId::from_bytes([1; 16]),
        gate: GateId(3),
        now: NOW,
        last_contact: NOW,
    };
    let (grant, _) = verify_enrol(&attempt, &envelope, &site_key().public(), &key.public().fingerprint(), 1)?;
    let face = face(random);
    let policy = MatchPolicy {
        threshold: 0.5,
        margin: 0.05,
        search_max: 20,
        few_max: 20,
        recogniser: [9; 32],
    };
    let [one, two, three] = [(); 3].map(|()| Embedding::from_raw(Zeroizing::new(face.clone())));
    let pictures = [
        one.context("no direction")?,
        two.context("no direction")?,
        three.context("no direction")?,
    ];
    let enrolled = enrol(grant, pictures, &policy, random)?;
    let ratchet = Ratchet::new(MONTH, SecretKey::new([4; 32]));
    store.admit(enrolled, NOW, &ratchet, random)?;
    Ok(())
}

fn face(random: &mut SeededRng) -> Vec<f32> {
    let mut bytes = [0u8; 512];
    random.fill(&mut bytes);
    bytes.iter().map(|byte| f32::from(*byte) - 127.5).collect()
}
