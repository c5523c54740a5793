//! `countenance monitor`: follows a site's ledger from outside, makes everything again from its entries, and says what does not fit.
//!
//! It needs an auditor's pass and the site's policy, and trusts neither the server nor its database. What it finds it prints once; a fork
//! it also writes down as a file that `countenance verify` and the verify page check without anybody's word.

mod watch;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use countenance_base::{Clock, GateId, SimClock, SystemClock, Timestamp};
use countenance_gate_core::wire::{Promise, Seal};
use countenance_ledger::origin_name;
use countenance_tlog::{Checkpoint, Note};

use crate::source::Source;
use crate::verify::{Fork, Trust, check_receipt};
use watch::{Finding, Watch};

const CHECKPOINT: &str = "checkpoint";

#[derive(Debug, clap::Args)]
pub(crate) struct MonitorArguments {
    /// Address of the site's server
    #[arg(long)]
    server: String,
    /// The site's policy, obtained once and kept
    #[arg(long)]
    policy: PathBuf,
    /// File that holds the auditor's pass
    #[arg(long)]
    pass: PathBuf,
    /// Folder for what was seen last, and for proofs of forks; made at first start
    #[arg(long)]
    data: PathBuf,
    /// Addresses of witnesses that are asked what they saw (`name=URL`, by the policy's names)
    #[arg(long = "witness", value_parser = named)]
    witnesses: Vec<(String, String)>,
    /// Texts of gates' receipts whose entries have to come (one file each)
    #[arg(long = "receipt")]
    receipts: Vec<PathBuf>,
    /// Minutes after which a gate's seal counts as old
    #[arg(long, default_value_t = 15)]
    seal_minutes: u64,
    /// Seconds between rounds
    #[arg(long, default_value_t = 60)]
    every: u64,
    /// One round; ends with 1 when something was found
    #[arg(long)]
    once: bool,
    /// Demo only: file with the seconds by which the clock is moved
    #[arg(long)]
    sim_clock: Option<PathBuf>,
}

fn named(text: &str) -> Result<(String, String), String> {
    let (name, url) = text.split_once('=').ok_or("write `name=URL`")?;
    Ok((name.to_owned(), url.to_owned()))
}

/// False when something was found.
pub(crate) async fn run(arguments: MonitorArguments) -> anyhow::Result<bool> {
    let mut monitor = Monitor::open(arguments)?;
    loop {
        let found = monitor.round().await;
        match (&found, monitor.arguments.once) {
            (Ok(found), true) => return Ok(!found),
            (Err(_), true) => return found.map(|_| false),
            (Err(error), false) => tracing::warn!("this round could not be finished: {error:#}"),
            (Ok(_), false) => {}
        }
        tokio::time::sleep(Duration::from_secs(monitor.arguments.every)).await;
    }
}

struct Monitor {
    arguments: MonitorArguments,
    trust: Trust,
    promises: Vec<Promise>,
    source: Source,
    watch: Watch,
    /// Lists of tags that were judged.
    lists: u64,
    told: BTreeSet<Finding>,
    clock: Box<dyn Clock>,
}

impl Monitor {
    fn open(arguments: MonitorArguments) -> anyhow::Result<Self> {
        let read = |path: &Path| std::fs::read_to_string(path).with_context(|| format!("reading `{}`", path.display()));
        let trust = Trust::parse(&read(&arguments.policy)?).with_context(|| format!("`{}` is no policy", arguments.policy.display()))?;
        let promise = |path: &PathBuf| {
            let promise = check_receipt(&read(path)?, &trust).ok();
            promise.with_context(|| format!("`{}` is no receipt of a gate of this policy", path.display()))
        };
        let promises = arguments.receipts.iter().map(promise).collect::<anyhow::Result<_>>()?;
        std::fs::create_dir_all(&arguments.data).with_context(|| format!("making `{}`", arguments.data.display()))?;
        let source = Source::new(&arguments.server, read(&arguments.pass)?.trim())?;
        let clock: Box<dyn Clock> = match &arguments.sim_clock {
            Some(file) => Box::new(SimClock::new(file.clone())),
            None => Box::new(SystemClock),
        };
        Ok(Self {
            arguments,
            trust,
            promises,
            source,
            watch: Watch::default(),
            lists: 0,
            told: BTreeSet::new(),
            clock,
        })
    }

    /// Whether anything was found in this round.
    async fn round(&mut self) -> anyhow::Result<bool> {
        let mut findings = self.follow().await?;
        let now = self.clock.now();
        findings.extend(self.seals(now).await?);
        findings.extend(self.tag_lists().await?);
        findings.extend(self.promises.iter().filter_map(|promise| self.watch.judge_promise(promise, now)));
        let (frames, rows) = self.source.rows().await?;
        findings.extend(self.watch.judge_rows(&frames, &rows));
        findings.extend(self.ask_witnesses().await?);
        self.tell(&findings)?;
        Ok(!findings.is_empty())
    }

    /// The published checkpoint, and every entry up to it.
    async fn follow(&mut self) -> anyhow::Result<Vec<Finding>> {
        let note = self.source.checkpoint().await?;
        let (checkpoint, _) = self
            .trust
            .policy
            .open(&note)
            .context("the published checkpoint does not meet the policy")?;
        let mut findings = Vec::new();
        let known = self.watch.size();
        if checkpoint.size < known {
            findings.push(Finding::Shrunk {
                from: known,
                to: checkpoint.size,
            });
        }
        for entry in self.source.entries(known, checkpoint.size).await? {
            findings.extend(self.watch.push(&entry));
        }
        if self.watch.contradicts(&checkpoint) {
            findings.push(self.contradiction(&note, &checkpoint).await?);
            return Ok(findings);
        }
        if let Some(finding) = self.compare_with_before(&note)? {
            findings.push(finding);
        }
        std::fs::write(self.arguments.data.join(CHECKPOINT), note.to_string()).context("keeping the checkpoint")?;
        Ok(findings)
    }

    /// The entries that were followed and this checkpoint are two histories, or its own entries do not lead to its root.
    async fn contradiction(&self, note: &Note, checkpoint: &Checkpoint) -> anyhow::Result<Finding> {
        let mut other = Watch::default();
        for entry in self.source.entries(0, checkpoint.size).await? {
            other.push(&entry);
        }
        let size = checkpoint.size;
        if other.root(size) != Some(checkpoint.root) {
            return Ok(Finding::Root { size });
        }
        if let Some(before) = self.before()?
            && let Some(fork) = fork_between(&self.trust, &before, note, &other)
        {
            self.keep_fork(size, &fork)?;
        }
        Ok(Finding::Fork { size })
    }

    fn before(&self) -> anyhow::Result<Option<Note>> {
        match std::fs::read_to_string(self.arguments.data.join(CHECKPOINT)) {
            Ok(text) => Ok(Note::parse(&text).ok()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).context("reading the last checkpoint"),
        }
    }

    /// What was seen in an earlier run has to be in this history.
    fn compare_with_before(&self, note: &Note) -> anyhow::Result<Option<Finding>> {
        let Some(before) = self.before()? else { return Ok(None) };
        self.judge_other(&before, note)
    }

    /// A checkpoint from elsewhere against what was followed; a fork is written down.
    fn judge_other(&self, other: &Note, own: &Note) -> anyhow::Result<Option<Finding>> {
        let Ok(checkpoint) = self.trust.policy.open_unwitnessed(other) else {
            return Ok(None);
        };
        if !self.watch.contradicts(&checkpoint) {
            return Ok(None);
        }
        if let Some(fork) = fork_between(&self.trust, other, own, &self.watch) {
            self.keep_fork(checkpoint.size, &fork)?;
        }
        Ok(Some(Finding::Fork { size: checkpoint.size }))
    }

    fn keep_fork(&self, size: u64, fork: &Fork) -> anyhow::Result<()> {
        let path = self.arguments.data.join(format!("fork-{size}.json"));
        std::fs::write(&path, serde_json::to_string_pretty(fork)?).with_context(|| format!("writing `{}`", path.display()))
    }

    async fn seals(&self, now: Timestamp) -> anyhow::Result<Vec<Finding>> {
        let old = now.minus(Duration::from_secs(self.arguments.seal_minutes * 60));
        let mut findings = Vec::new();
        let mut sealed = BTreeSet::new();
        for (gate, lost, envelope) in self.source.seals().await? {
            let seal = self.trust.gates.get(&gate).and_then(|key| Seal::open(&envelope, key));
            match seal.filter(|seal| seal.gate == gate) {
                // Nobody expects a lost gate to speak.
                Some(seal) => findings.extend(self.watch.judge_seal(&seal, if lost { Timestamp(i64::MIN) } else { old })),
                None => findings.push(Finding::SealDiffers { gate: gate.0 }),
            }
            sealed.insert(gate);
        }
        let silent = |gate: &GateId| *gate != GateId::SERVER && !sealed.contains(gate);
        let writers = self.watch.writers().map(|(writer, _)| writer);
        findings.extend(writers.filter(silent).map(|gate| Finding::SealOld { gate: gate.0 }));
        Ok(findings)
    }

    async fn tag_lists(&mut self) -> anyhow::Result<Vec<Finding>> {
        let mut findings = Vec::new();
        for list in self.source.tag_lists().await? {
            // A list is judged once its own leaf is in what was followed.
            if list.number < self.lists || list.past > self.watch.size() {
                continue;
            }
            let rows = self.source.tags(list.number).await?;
            match self.watch.judge_list(&list, &rows) {
                None => self.lists = list.number + 1,
                Some(finding) => findings.push(finding),
            }
        }
        Ok(findings)
    }

    async fn ask_witnesses(&self) -> anyhow::Result<Vec<Finding>> {
        let own = self.source.checkpoint().await?;
        let Some(origin) = Checkpoint::parse(own.text()).map(|checkpoint| checkpoint.origin) else {
            return Ok(Vec::new());
        };
        let mut findings = Vec::new();
        for (name, url) in &self.arguments.witnesses {
            match self.source.witness(url, &origin_name(&origin)).await {
                Ok(Some(note)) => findings.extend(self.judge_other(&note, &own)?),
                Ok(None) => {}
                Err(error) => tracing::warn!(name, "a witness did not answer: {error:#}"),
            }
        }
        Ok(findings)
    }

    fn tell(&mut self, findings: &[Finding]) -> anyhow::Result<()> {
        let mut out = std::io::stdout().lock();
        for finding in findings {
            if self.told.insert(finding.clone()) {
                writeln!(out, "{}: {finding:?}", finding.code())?;
            }
        }
        if self.arguments.once {
            let copies: BTreeMap<u64, i64> = self.watch.open_copies().map(|(gate, open)| (gate.0, open)).collect();
            writeln!(
                out,
                "followed {} entries of {} writers; templates at gates by their journals: {copies:?}; findings: {}",
                self.watch.size(),
                self.watch.writers().count(),
                findings.len()
            )?;
        }
        Ok(())
    }
}

/// The portable proof that `first` is not in the history of `second`, whose entries were followed.
fn fork_between(trust: &Trust, first: &Note, second: &Note, followed: &Watch) -> Option<Fork> {
    let open = |note| trust.policy.open_unwitnessed(note).ok();
    let (one, other) = (open(first)?, open(second)?);
    if one.size == other.size {
        return (one.root != other.root).then(|| Fork::of(first, second, None));
    }
    // The smaller one first.
    if one.size > other.size {
        return None;
    }
    let root = followed.root(one.size).filter(|root| *root != one.root)?;
    let proof = followed.consistency(one.size, other.size)?;
    Some(Fork::of(first, second, Some((root, proof))))
}
