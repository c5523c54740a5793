//! The server, over HTTP as gates and people reach it: passages taken in durably, and a page with a hundred of them.

use std::sync::Arc;
use std::time::Instant;

use anyhow::Context as _;
use countenance_base::{AttemptId, Clock as _, DoorId, SystemClock, SystemRng, rng};
use countenance_gate::claim::claim;
use countenance_gate::server_client::ServerClient;
use countenance_gate::store::SealedStore;
use countenance_gate_core::journal::{Leaf, LeafClass, RawLeaf};
use countenance_gate_core::policy::{Lane, Policy};
use countenance_gate_core::wire::{Frames, FramesAnswer, Head, Note, PATH_FRAMES, PATH_POLL, Passage, Poll, PollAnswer, UploadedFrame};
use countenance_grant::{VerifiedSnapshot, decode_canonical};
use countenance_testkit::browser::Browser;
use countenance_testkit::estate::Estate;

use crate::report::{held, machine, table};
use crate::stats::{length, median, percentile};

/// Frames in one request, as a gate uploads them.
const BATCH: usize = 64;
const BATCHES: usize = 250;
const PAGES: usize = 400;
/// As large as a sealed record.
const RECORD: [u8; 450] = [0x5a; 450];

pub(crate) fn measure() -> anyhow::Result<String> {
    tokio::runtime::Runtime::new()?.block_on(run())
}

async fn run() -> anyhow::Result<String> {
    let folder = tempfile::tempdir_in(".")?;
    let mut estate = Estate::raise(folder.path(), None).await?;
    let mut gate = Gate::claim(&estate).await?;
    let mut batches = Vec::new();
    let begun = Instant::now();
    for _ in 0..BATCHES {
        let frames = gate.frames();
        let at = Instant::now();
        gate.send(frames).await?;
        batches.push(at.elapsed().as_secs_f64() * 1e3);
    }
    let a_second = length(&batches) * length(&[(); BATCH]) / begun.elapsed().as_secs_f64();
    let pages = pages(&estate).await?;
    estate.end().await?;
    let rows = [
        vec![
            format!("{BATCH} passages in one signed request: chain checked, stored in one transaction, answered"),
            format!("{:.2}", median(&batches)),
            format!("{:.2}", percentile(&batches, 0.99)),
        ],
        vec![
            "the desk's page of what happened, a hundred passages".to_owned(),
            format!("{:.2}", median(&pages)),
            format!("{:.2}", percentile(&pages, 0.99)),
        ],
    ];
    Ok(format!(
        "## Server\n{}; SQLite, 2,400 households; server, a gate, four witnesses and the bench share the cores.\n\n{}\n\
         To hold: passages taken in, durable, ≥ 5,000/s: {a_second:.0}/s by one gate after another request, {}. Page p99 ≤ 50 ms: {}.\n",
        machine(),
        table(&["what", "p50 ms", "p99 ms"], &rows),
        held(a_second >= 5_000.0),
        held(percentile(&pages, 0.99) <= 50.0)
    ))
}

/// A gate that only uploads.
struct Gate {
    client: ServerClient,
    store: SealedStore,
    door: DoorId,
    last: Option<Leaf>,
}

impl Gate {
    async fn claim(estate: &Estate) -> anyhow::Result<Self> {
        let (data, anchor) = (estate.folder.join("bench-gate"), estate.folder.join("bench-anchor"));
        let code = &estate.seed.gates.first().context("the seed names no gate")?.code;
        let server = format!("http://127.0.0.1:{}", estate.server_port);
        claim(&server, code, &data, &anchor, [0; 32], true, Arc::new(SystemClock)).await?;
        let store = SealedStore::open(&data, &anchor, &mut SystemRng)?;
        let claimed = store.claimed();
        let client = ServerClient::new(
            &server,
            claimed.gate,
            store.device_key(),
            Some(claimed.site_key),
            Arc::new(SystemClock),
        )?;
        let poll = Poll {
            epoch: 0,
            head: Head { size: 0, hash: [0; 32] },
            wait_s: 0,
            alarms: vec![],
            seal: None,
            pack: None,
            program: None,
        };
        let answer: PollAnswer = client.post(PATH_POLL, &poll).await?;
        let envelope = answer.snapshot.context("the server sent no snapshot")?;
        let snapshot = VerifiedSnapshot::open(&envelope, &claimed.site_key)?;
        let policy: Policy = decode_canonical(&snapshot.statement().body).context("the snapshot has another form")?;
        Ok(Self {
            client,
            door: policy.door.id,
            store,
            last: None,
        })
    }

    fn frames(&mut self) -> Frames {
        Frames {
            frames: (0..BATCH).map(|_| self.frame()).collect(),
        }
    }

    fn frame(&mut self) -> UploadedFrame {
        let now = SystemClock.now();
        let leaf = Leaf {
            class: LeafClass::Passage,
            flags: Leaf::FLAG_DEMO,
            gate: self.store.claimed().gate,
            sequence: self.last.as_ref().map_or(0, |last| last.sequence + 1),
            ten_minutes: now.ten_minutes(),
            policy: 1,
            previous: self.last.as_ref().map_or([0; 32], Leaf::hash),
            commitment: rng::bytes(&mut SystemRng),
            tag: rng::bytes(&mut SystemRng),
        };
        let passage = Passage {
            attempt: AttemptId::new(now, &mut SystemRng),
            at: now,
            door: self.door,
            lanes: vec![Lane::Qr],
            person: None,
            opened: false,
            reason: "qr.unknown".to_owned(),
            demo: true,
            waited: None,
        };
        let frame = UploadedFrame {
            leaf: RawLeaf(leaf.to_bytes()),
            record: RECORD.to_vec(),
            note: Some(Note::Passage(passage)),
        };
        self.last = Some(leaf);
        frame
    }

    async fn send(&self, frames: Frames) -> anyhow::Result<()> {
        let wanted = self.last.as_ref().map_or(0, |last| last.sequence + 1);
        let answer: FramesAnswer = self.client.post(PATH_FRAMES, &frames).await?;
        anyhow::ensure!(
            !answer.forked && answer.acknowledged == wanted,
            "the server took {} of {wanted}",
            answer.acknowledged
        );
        Ok(())
    }
}

/// Milliseconds of a signed-in operator's page, again and again.
async fn pages(estate: &Estate) -> anyhow::Result<Vec<f64>> {
    let browser = Browser::new(&estate.server(), "zh-CN")?;
    let enter = browser.get(&estate.seed.operator_link).await?.good()?;
    let action = enter.actions().first().context("no form to enter by")?.clone();
    browser.submit(&enter, &action, &[]).await?.good()?;
    let mut times = Vec::new();
    for _ in 0..PAGES {
        let at = Instant::now();
        let page = browser.get("/desk/happenings").await?.good()?;
        times.push(at.elapsed().as_secs_f64() * 1e3);
        anyhow::ensure!(page.has("qr.unknown") || page.html.len() > 20_000, "the page shows no passages");
    }
    Ok(times)
}
