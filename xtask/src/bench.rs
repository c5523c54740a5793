//! `cargo xtask bench`: builds the bench for speed, brings its peers, runs what is asked for.

use std::path::PathBuf;

use anyhow::Context as _;

use crate::foreign;
use crate::phase::{cargo, root, run, run_in, say};

const REQUIREMENTS: &str = "bench/requirements.txt";
/// A log that others wrote, out of what the foreign verifiers bring, behind the bench's protocol.
const OTHER_LOG: &str = "tlog-scales, Python=python3 bench/append.py";
/// What is run when nothing is named; the others need pictures.
const WITHOUT_PICTURES: [&str; 8] = ["vision", "search", "ledger", "proof", "erasure", "rules", "gate", "server"];
/// What has peers in Python of its own.
const WITH_PEERS: [&str; 2] = ["vision", "search"];

/// `words`: what to measure, with its arguments; nothing for everything that needs no pictures of people.
pub(crate) fn all(words: &[&str]) -> anyhow::Result<()> {
    countenance_setup::models()?;
    run(&cargo(), &["build", "--quiet", "--release", "-p", "countenance-bench"])?;
    run(
        &cargo(),
        &[
            "build",
            "--quiet",
            "--release",
            "-p",
            "countenance-destruction",
            "--example",
            "ending",
        ],
    )?;
    // Apart: the programs are built without what the bench alone may have.
    run(
        &cargo(),
        &["build", "--quiet", "--release", "-p", "countenance", "-p", "countenance-gate"],
    )?;
    match words {
        [] => WITHOUT_PICTURES.iter().try_for_each(|what| measure(&[what])),
        words => measure(words),
    }
}

/// On one core, with everything it starts; a server with its gates, and a browser, are not a matter of one core.
fn measure(words: &[&str]) -> anyhow::Result<()> {
    let what = words.first().copied().unwrap_or_default();
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    let bench = target.join("release/countenance-bench").display().to_string();
    let cores = if matches!(what, "server" | "proof") { "0-1" } else { "1" };
    let mut arguments = vec!["-c".to_owned(), cores.to_owned(), bench];
    if WITH_PEERS.contains(&what) {
        arguments.extend(["--peers".to_owned(), peers()?.display().to_string()]);
    }
    arguments.extend(words.iter().map(|word| (*word).to_owned()));
    let mut environment = Vec::new();
    let packages;
    if what == "ledger" {
        packages = foreign::packages()?.display().to_string();
        environment.push(("PYTHONPATH", packages.as_str()));
        arguments.extend(["--beside".to_owned(), OTHER_LOG.to_owned()]);
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    run_in(&root(), "taskset", &arguments, &environment)
}

/// The peers' Python environment, made once for each list of packages.
fn peers() -> anyhow::Result<PathBuf> {
    let list = std::fs::read(root().join(REQUIREMENTS)).context(REQUIREMENTS)?;
    let folder = countenance_setup::cache_directory()?.join("bench-peers");
    let (python, done) = (folder.join("bin/python"), folder.join("requirements.txt"));
    if std::fs::read(&done).is_ok_and(|there| there == list) {
        return Ok(folder);
    }
    say(
        "fetching the bench's peers from the Python package index by pinned hash: 168 MB (face_recognition's dlib models are 100 of them), licences in bench/requirements.txt",
    );
    run("python3", &["-m", "venv", "--clear", &folder.display().to_string()])?;
    let python = python.display().to_string();
    let install = |more: &[&str]| {
        let mut arguments = vec![
            "-m",
            "pip",
            "install",
            "--quiet",
            "--require-hashes",
            "--no-deps",
            "--no-build-isolation",
        ];
        arguments.extend(more);
        run(&python, &arguments)
    };
    // The one source package needs setuptools to be there before it.
    let text = String::from_utf8(list.clone()).context(REQUIREMENTS)?;
    let line = text
        .lines()
        .find(|line| line.starts_with("setuptools"))
        .context("no setuptools in the list")?;
    let first = folder.join("setuptools.txt");
    std::fs::write(&first, line)?;
    install(&["-r", &first.display().to_string()])?;
    install(&["-r", &root().join(REQUIREMENTS).display().to_string()])?;
    std::fs::write(done, list)?;
    Ok(folder)
}
