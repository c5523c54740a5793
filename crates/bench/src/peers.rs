//! Peers in Python: scripts under `bench/`, one JSON line for each thing measured.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context as _;
use serde::Deserialize;

/// What a peer took, milliseconds a time.
#[derive(Debug, Deserialize)]
pub(crate) struct Peer {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) n: usize,
    pub(crate) ms: Vec<f64>,
}

/// Runs `bench/SCRIPT` with the peers' Python, on the core that this process runs on.
pub(crate) fn run(environment: &Path, script: &str, arguments: &[String]) -> anyhow::Result<Vec<Peer>> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let output = Command::new(environment.join("bin/python"))
        .arg(root.join("bench").join(script))
        .args(arguments)
        .env("OMP_NUM_THREADS", "1")
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("running {script}"))?;
    anyhow::ensure!(output.status.success(), "{script} failed");
    let text = String::from_utf8(output.stdout)?;
    text.lines()
        .map(|line| serde_json::from_str(line).with_context(|| format!("{script} said `{line}`")))
        .collect()
}
