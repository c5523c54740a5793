//! Once a second: append what came, sign it, ask the witnesses, and publish when enough of them saw it. Without them nothing is
//! published and everything else goes on.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::Context as _;
use countenance_tlog::{AddCheckpoint, Checkpoint, Note, NoteSignature, NoteSigner, Policy};
use countenance_trace::{WriteError, Writer};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::own_leaves::write_own_leaves;
use super::site_ledger::{MergeError, SiteLedger, merge, with};
use super::witnesses::{WitnessEntry, Witnesses};
use super::{Destroyer, Handle, Neighbours, Published};
use crate::state::AppState;

const PAUSE: Duration = Duration::from_secs(1);
/// Cosignatures get old: an unchanged tree is shown to the witnesses again after this.
const FRESH: Duration = Duration::from_mins(10);
/// A witness that does not answer in this time is left out of the round.
const PATIENCE: Duration = Duration::from_secs(3);

/// The ledger's clerk.
pub(crate) struct Clerk {
    state: AppState,
    ledger: Arc<Mutex<SiteLedger>>,
    writer: Arc<tokio::sync::Mutex<Writer>>,
    witnesses: Witnesses,
    neighbours: Neighbours,
    policy: Policy,
    http: reqwest::Client,
    destroyer: Destroyer,
    /// The size that each witness is known to hold.
    held: BTreeMap<String, u64>,
    publish: watch::Sender<Option<Arc<Published>>>,
    last: Option<(u64, tokio::time::Instant)>,
    told: bool,
    /// The last round of destructions went well.
    destroyed: bool,
}

impl Clerk {
    pub(crate) fn new(
        state: AppState,
        handle: &Handle,
        witnesses: Witnesses,
        policy: Policy,
        operator: NoteSigner,
        publish: watch::Sender<Option<Arc<Published>>>,
    ) -> Self {
        let http = reqwest::Client::new();
        Self {
            state,
            ledger: Arc::clone(&handle.ledger),
            writer: Arc::clone(&handle.writer),
            neighbours: Neighbours::new(&witnesses.neighbours),
            witnesses,
            policy,
            destroyer: Destroyer {
                operator,
                authority: handle.authority.clone(),
                http: http.clone(),
            },
            http,
            held: BTreeMap::new(),
            publish,
            last: None,
            told: false,
            destroyed: true,
        }
    }
}

/// Runs until the server ends, or until the disk or the two histories say that nothing more may be signed.
pub(crate) async fn run(mut clerk: Clerk) {
    loop {
        match clerk.round().await {
            Ok(()) => {
                clerk.destroy().await;
                clerk.neighbours.look(&clerk.state).await;
            }
            Err(MergeError::Place(countenance_access::PlaceError::Store(error)) | MergeError::Own(WriteError::Store(error))) => {
                tracing::error!(error = &error as &dyn std::error::Error, "the ledger waits for the database");
            }
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "the ledger stopped: nothing is signed until it was looked into and the server started again; doors go on"
                );
                return;
            }
        }
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            () = clerk.state.closing() => return,
        }
    }
}

impl Clerk {
    async fn round(&mut self) -> Result<(), MergeError> {
        write_own_leaves(&self.state, &self.writer).await?;
        let size = merge(&self.ledger, self.state.db()).await?;
        let fresh = self.last.is_some_and(|(signed, at)| signed == size && at.elapsed() < FRESH);
        if fresh || size == 0 {
            return Ok(());
        }
        let mut note = with(&self.ledger, SiteLedger::sign).await?;
        let Some(checkpoint) = Checkpoint::parse(note.text()) else {
            return Ok(());
        };
        for line in self.ask_all(&note, checkpoint.size).await {
            note.add(line);
        }
        self.judge(note, checkpoint.size);
        Ok(())
    }

    /// A destruction that does not go on is looked into and tried again; nothing else waits for it.
    async fn destroy(&mut self) {
        let published = self.publish.borrow().clone();
        let went = self.destroyer.go_on(&self.state, &self.writer, published.as_deref()).await;
        match went {
            Ok(()) => self.destroyed = true,
            Err(error) if self.destroyed => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "a destruction does not go on; it is tried again"
                );
                self.destroyed = false;
            }
            Err(_) => {}
        }
    }

    fn judge(&mut self, note: Note, size: u64) {
        match self.policy.open(&note) {
            Ok((_, witnessed)) => {
                let independent = self
                    .witnesses
                    .list
                    .iter()
                    .filter(|witness| !witness.operator && witnessed.contains_key(&witness.name));
                let published = Published {
                    size,
                    independent: independent.count(),
                    witnessed,
                    note,
                };
                tracing::debug!(size, witnesses = published.witnessed.len(), "checkpoint published");
                self.publish.send_replace(Some(Arc::new(published)));
                self.last = Some((size, tokio::time::Instant::now()));
                self.told = false;
            }
            Err(error) if !self.told => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    size,
                    "no checkpoint is published until enough witnesses have seen it"
                );
                self.told = true;
            }
            Err(_) => {}
        }
    }

    /// Cosignature lines of everybody who answered well.
    async fn ask_all(&mut self, note: &Note, size: u64) -> Vec<NoteSignature> {
        let mut asking = JoinSet::new();
        for witness in &self.witnesses.list {
            let asked = Asked {
                witness: witness.clone(),
                note: note.clone(),
                size,
                ledger: Arc::clone(&self.ledger),
                http: self.http.clone(),
            };
            let old = self.held.get(&witness.name).copied().unwrap_or(0);
            asking.spawn(async move {
                let name = asked.witness.name.clone();
                (name, asked.ask(old).await)
            });
        }
        let mut lines = Vec::new();
        while let Some(answer) = asking.join_next().await {
            match answer {
                Ok((name, Ok(line))) => {
                    self.held.insert(name, size);
                    lines.push(line);
                }
                Ok((name, Err(error))) => tracing::debug!(name, "a witness did not cosign: {error:#}"),
                Err(_) => {}
            }
        }
        lines
    }
}

/// One witness asked about one checkpoint.
struct Asked {
    witness: WitnessEntry,
    note: Note,
    size: u64,
    ledger: Arc<Mutex<SiteLedger>>,
    http: reqwest::Client,
}

impl Asked {
    /// Asks from `old` on; a witness that holds another size says so, and is asked from there.
    async fn ask(&self, old: u64) -> anyhow::Result<NoteSignature> {
        match self.ask_from(old).await? {
            Answer::Line(line) => Ok(line),
            Answer::Holds(held) => match self.ask_from(held).await? {
                Answer::Line(line) => Ok(line),
                Answer::Holds(_) => anyhow::bail!("it changed its mind about what it holds"),
            },
        }
    }

    async fn ask_from(&self, old: u64) -> anyhow::Result<Answer> {
        let size = self.size;
        anyhow::ensure!(
            old <= size,
            "it holds {old} entries, more than we have: a fork, or a copy of ours was brought back"
        );
        let proof = with(&self.ledger, move |ledger| ledger.prove_consistency(old, size)).await?;
        let request = AddCheckpoint {
            old,
            proof,
            note: self.note.clone(),
        };
        let url = format!("{}/add-checkpoint", self.witness.url.trim_end_matches('/'));
        let answer = self.http.post(url).timeout(PATIENCE).body(request.to_text()).send().await?;
        let status = answer.status().as_u16();
        let text = answer.text().await?;
        match status {
            200 => {
                let line = text.lines().next().and_then(NoteSignature::parse);
                Ok(Answer::Line(line.context("it answered without a cosignature")?))
            }
            409 => Ok(Answer::Holds(text.trim().parse().context("it answered 409 without a size")?)),
            other => anyhow::bail!("it answered {other}"),
        }
    }
}

enum Answer {
    Line(NoteSignature),
    Holds(u64),
}
