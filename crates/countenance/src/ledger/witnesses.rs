//! Who watches this ledger: `witnesses.toml`, and the policy that follows from it.

use std::path::Path;

use anyhow::{Context as _, ensure};
use countenance_tlog::{NoteKey, Policy};
use serde::Deserialize;

use super::NeighbourEntry;

/// Whom to ask, and how many must have seen a checkpoint before it is published.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Witnesses {
    /// With n witnesses of which one may be dishonest: more than half of n + 1.
    #[serde(default)]
    pub(crate) quorum: usize,
    #[serde(default, rename = "witness")]
    pub(crate) list: Vec<WitnessEntry>,
    /// Other sites, whose checkpoints this ledger records.
    #[serde(default, rename = "neighbour")]
    pub(crate) neighbours: Vec<NeighbourEntry>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WitnessEntry {
    /// One word, as the policy names it.
    pub(crate) name: String,
    /// `name+id+key`, as the witness prints it.
    pub(crate) key: String,
    pub(crate) url: String,
    /// Shown beside every cosignature.
    pub(crate) run_by: String,
    /// Whether that is the site's operator, whose word about the operator's own ledger counts for nothing.
    pub(crate) operator: bool,
}

impl Witnesses {
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| format!("reading `{}`", path.display()))?;
        let witnesses: Self = toml::from_str(&text).with_context(|| format!("`{}` is not a list of witnesses", path.display()))?;
        for neighbour in &witnesses.neighbours {
            NoteKey::parse(&neighbour.key).with_context(|| format!("`{}`: the key of `{}` is none", path.display(), neighbour.url))?;
        }
        let count = witnesses.list.len();
        if count == 0 && !witnesses.neighbours.is_empty() {
            return Ok(witnesses);
        }
        ensure!(
            witnesses.quorum * 2 > count + 1 || count <= 1,
            "`{}`: a quorum of {} among {count} lets one dishonest witness show two histories\nhint: quorum = {}",
            path.display(),
            witnesses.quorum,
            count.div_ceil(2) + 1
        );
        ensure!(
            (1..=count).contains(&witnesses.quorum),
            "`{}`: a quorum of {} among {count} witnesses\nhint: 3 of 4 is the usual choice",
            path.display(),
            witnesses.quorum
        );
        for witness in &witnesses.list {
            NoteKey::parse(&witness.key).with_context(|| format!("`{}`: the key of `{}` is none", path.display(), witness.name))?;
        }
        Ok(witnesses)
    }

    /// The policy in tlog-policy's words.
    pub(crate) fn policy_text(&self, log: &NoteKey) -> String {
        let witnesses: Vec<String> = self.list.iter().map(WitnessEntry::lines).collect();
        let text = format!("# Whom to trust about this site's ledger.\nlog {log}\n{}", witnesses.concat());
        if self.list.is_empty() {
            return text + "quorum none\n";
        }
        let names: Vec<&str> = self.list.iter().map(|witness| witness.name.as_str()).collect();
        text + &format!("group witnesses {} {}\nquorum witnesses\n", self.quorum, names.join(" "))
    }

    pub(crate) fn policy(&self, log: &NoteKey) -> anyhow::Result<Policy> {
        Policy::parse(&self.policy_text(log)).context("the witnesses make no policy")
    }
}

impl WitnessEntry {
    fn lines(&self) -> String {
        let Self {
            name, key, url, run_by, ..
        } = self;
        let by = if self.operator { "operator" } else { "independent" };
        format!("#: run-by {name} {by} {}\nwitness {name} {key} {url}\n", run_by.replace('\n', " "))
    }
}
