//! What the rulebook never permits, for every request that there could be: proved by a solver, with rulebooks that it must see through.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail, ensure};

use crate::phase::{cargo, root, run_in, say};

/// Debian's solver. The rulebook's analyser speaks to it over a pipe.
const PACKAGE: &str = "cvc5";
/// Measured on Debian 12, with the libraries that it brings along.
const SIZE: &str = "7 MB to download, 27 MB unpacked, GPL-3: a tool of the tests, never linked and never shipped";
const CRATE: [&str; 4] = ["-p", "countenance-rules-proof", "--features", "solver"];

/// Sets up the solver, then lints and runs the proofs; each is said as it is found.
pub(crate) fn run() -> anyhow::Result<()> {
    let solver = solver()?.display().to_string();
    let environment = [("CVC5", solver.as_str())];
    let lints = [&["clippy", "--quiet", "--all-targets"], CRATE.as_slice(), &["--", "-D", "warnings"]].concat();
    run_in(&root(), &cargo(), &lints, &environment)?;
    let tests = [&["test", "--quiet"], CRATE.as_slice(), &["--", "--nocapture"]].concat();
    run_in(&root(), &cargo(), &tests, &environment)
}

/// The solver on the `PATH`, or unpacked into the cache: nothing is installed.
fn solver() -> anyhow::Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut on_path = std::env::split_paths(&path).map(|folder| folder.join(PACKAGE));
    if let Some(found) = on_path.find(|program| program.is_file()) {
        return Ok(found);
    }
    let folder = countenance_setup::cache_directory()?.join(PACKAGE);
    let program = folder.join(PACKAGE);
    if !program.exists() {
        unpack(&folder)
            .with_context(|| format!("setting up {PACKAGE}\nhint: as root: apt-get install -y --no-install-recommends {PACKAGE}"))?;
    }
    Ok(program)
}

/// Downloads Debian's packages and unpacks them beside each other, with a program that finds its libraries there.
fn unpack(folder: &Path) -> anyhow::Result<()> {
    say(&format!("   fetching Debian's {PACKAGE} into {} ({SIZE})", folder.display()));
    let packages = missing_packages()?;
    let part = folder.with_extension("part");
    if part.exists() {
        std::fs::remove_dir_all(&part)?;
    }
    std::fs::create_dir_all(&part)?;
    let packages: Vec<&str> = packages.iter().map(String::as_str).collect();
    told(Command::new("apt-get").arg("download").args(&packages).current_dir(&part))?;
    for entry in std::fs::read_dir(&part)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "deb") {
            told(Command::new("dpkg-deb").arg("-x").arg(&path).arg(&part))?;
            std::fs::remove_file(path)?;
        }
    }
    let program = part.join(PACKAGE);
    std::fs::write(&program, START)?;
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&program, executable)?;
    told(Command::new(&program).arg("--version"))?;
    std::fs::rename(&part, folder).with_context(|| format!("cannot make {}", folder.display()))
}

const START: &str = r#"#!/bin/sh
here=$(dirname "$0")
LD_LIBRARY_PATH=$(ls -d "$here"/usr/lib/*-linux-gnu):$here/usr/lib exec "$here/usr/bin/cvc5" "$@"
"#;

/// The packages that would have to be installed for the solver, itself included.
fn missing_packages() -> anyhow::Result<Vec<String>> {
    let simulated = told(Command::new("apt-get").args(["install", "--simulate", "--no-install-recommends", PACKAGE]))?;
    let names = simulated.lines().filter_map(|line| line.strip_prefix("Inst ")?.split(' ').next());
    let names: Vec<String> = names.map(str::to_owned).collect();
    ensure!(
        names.iter().any(|name| name == PACKAGE),
        "apt-get knows no {PACKAGE}\nhint: apt-get update"
    );
    Ok(names)
}

/// What the command printed; an error with its last words when it failed.
fn told(command: &mut Command) -> anyhow::Result<String> {
    let shown = format!("{command:?}");
    let output = command.output().with_context(|| format!("{shown} could not be started"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!(
            "{shown} ended with {}: {}",
            output.status,
            said.trim().lines().last().unwrap_or_default()
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
