//! libFuzzer on one target or on all, where a nightly toolchain and `cargo-fuzz` are there.

use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};

use crate::phase::{root, run, say};

/// Seconds for each target when all are run.
const SECONDS: u32 = 60;

/// What is missing, each with the command that brings it.
const INSTALL: &str = "\
fuzzing needs a nightly toolchain and cargo-fuzz; on the stable one `cargo test -p countenance-fuzzing` replays the corpus. Install:
  rustup toolchain install nightly
  cargo install cargo-fuzz
  (and a C++ compiler, which libFuzzer is built with)";

/// Runs one target until it is stopped, or every target for a minute.
pub(crate) fn fuzz(target: Option<&str>) -> anyhow::Result<()> {
    if !is_there() {
        bail!(INSTALL);
    }
    let all = targets()?;
    match target {
        Some(target) if all.iter().any(|known| known == target) => one(target, None),
        Some(target) => bail!("no target `{target}`; there are: {}", all.join(", ")),
        None => all.iter().try_for_each(|target| one(target, Some(SECONDS))),
    }
}

fn is_there() -> bool {
    let status = Command::new("cargo")
        .args(["+nightly", "fuzz", "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status.is_ok_and(|status| status.success())
}

/// The programs of `fuzz/Cargo.toml`, without the package's own name.
fn targets() -> anyhow::Result<Vec<String>> {
    let manifest = std::fs::read_to_string(root().join("fuzz/Cargo.toml")).context("fuzz/Cargo.toml cannot be read")?;
    let names = manifest
        .lines()
        .filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
    Ok(names.skip(1).map(str::to_owned).collect())
}

/// New inputs go to `fuzz/corpus`, which git does not keep; the committed ones are read beside them.
fn one(target: &str, seconds: Option<u32>) -> anyhow::Result<()> {
    say(&format!("== {target}"));
    let found = root().join("fuzz/corpus").join(target);
    std::fs::create_dir_all(&found).with_context(|| format!("cannot make {}", found.display()))?;
    let (found, committed) = (
        found.display().to_string(),
        format!("{}/crates/fuzzing/corpus/{target}", root().display()),
    );
    let time = format!("-max_total_time={}", seconds.unwrap_or(0));
    run(
        "cargo",
        &[
            "+nightly",
            "fuzz",
            "run",
            "--fuzz-dir",
            "fuzz",
            target,
            &found,
            &committed,
            "--",
            &time,
            "-max_len=16384",
        ],
    )
}
