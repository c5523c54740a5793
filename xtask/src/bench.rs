//! `cargo xtask bench`: builds the bench for speed, brings its peers, runs what is asked for.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::phase::{cargo, root, run, run_in, say};

const REQUIREMENTS: &str = "bench/requirements.txt";
/// What is run when nothing is named; the others need pictures.
const WITHOUT_PICTURES: [&str; 6] = ["vision", "search", "ledger", "rules", "gate", "server"];

/// `words`: what to measure, with its arguments; nothing for everything that needs no pictures of people.
pub(crate) fn all(words: &[&str]) -> anyhow::Result<()> {
    countenance_setup::models()?;
    run(&cargo(), &["build", "--quiet", "--release", "-p", "countenance-bench"])?;
    // Apart: the programs are built without what the bench alone may have.
    run(
        &cargo(),
        &["build", "--quiet", "--release", "-p", "countenance", "-p", "countenance-gate"],
    )?;
    let peers = peers()?;
    match words {
        [] => WITHOUT_PICTURES.iter().try_for_each(|what| measure(&peers, &[what])),
        words => measure(&peers, words),
    }
}

/// On one core, with everything it starts; a server and its gates are not a matter of one core.
fn measure(peers: &Path, words: &[&str]) -> anyhow::Result<()> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    let bench = target.join("release/countenance-bench").display().to_string();
    let peers = peers.display().to_string();
    let cores = if words.first() == Some(&"server") { "0-1" } else { "1" };
    let mut arguments = vec!["-c", cores, &bench, "--peers", &peers];
    arguments.extend(words);
    run_in(&root(), "taskset", &arguments, &[])
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
