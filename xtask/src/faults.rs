//! Faults injected into the ledger: `strace` makes one system call of a working log or witness fail, or kills the process at it, and a
//! judge opens what is left. `crates/ledger/examples/torture` is the one that works and the one that judges.

mod order;
mod trace;

use std::collections::BTreeMap;
use std::fs::File;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context as _, bail, ensure};

use crate::debian::STRACE;
use crate::demo::built;
use crate::phase::{cargo, run, say};

/// Calls that are made to fail. Those of the first list write or make durable: after an error in one of them nothing may go on.
const WRITING: [&str; 10] = [
    "write",
    "pwrite64",
    "fsync",
    "fdatasync",
    "rename",
    "renameat",
    "renameat2",
    "ftruncate",
    "mkdir",
    "mkdirat",
];
const OTHER: [&str; 5] = ["openat", "close", "unlink", "unlinkat", "read"];
/// Of each line one at least must have been hit, so that a change of library cannot empty the test. Machines differ in which they use.
const EXPECTED: [&[&str]; 8] = [
    &["write", "pwrite64"],
    &["fsync"],
    &["fdatasync"],
    &["rename", "renameat", "renameat2"],
    &["mkdir", "mkdirat"],
    &["openat"],
    &["close"],
    &["unlink", "unlinkat"],
];
/// The quick run hits every one of this many.
const QUICK: usize = 9;
const STOPPED: i32 = 3;
const NOT_OPENED: i32 = 5;
const WENT_ON: i32 = 6;
const PANIC: i32 = 101;
const SIGKILL: i32 = 9;

/// Who works: the word for the program, its judge, and how far it works.
struct Work {
    name: &'static str,
    word: &'static str,
    judge: &'static str,
    last: &'static str,
    /// How far another life got before this one; it left a torn tail and files that were never named.
    before: Option<&'static str>,
}

const WORKS: [Work; 3] = [
    Work {
        name: "a new log",
        word: "log",
        judge: "judge-log",
        last: "520",
        before: None,
    },
    Work {
        name: "a log after a crash",
        word: "log",
        judge: "judge-log",
        last: "801",
        before: Some("301"),
    },
    Work {
        name: "a witness",
        word: "witness",
        judge: "judge-witness",
        last: "42",
        before: None,
    },
];

/// Every fault, or every ninth.
pub(crate) fn all(every: bool) -> anyhow::Result<()> {
    STRACE.bring()?;
    run(&cargo(), &["build", "--quiet", "-p", "countenance-ledger", "--example", "torture"])?;
    let aside = memory_folder().join(format!("countenance-faults-{}", std::process::id()));
    std::fs::create_dir_all(&aside)?;
    let mut hit: BTreeMap<String, usize> = BTreeMap::new();
    let done = WORKS
        .iter()
        .try_for_each(|work| torture(work, if every { 1 } else { QUICK }, &aside, &mut hit));
    done.with_context(|| format!("kept {}", aside.display()))?;
    std::fs::remove_dir_all(&aside)?;
    let missing: Vec<_> = EXPECTED
        .iter()
        .filter(|calls| calls.iter().all(|call| !hit.contains_key(*call)))
        .collect();
    ensure!(missing.is_empty(), "no fault was injected into {missing:?}");
    Ok(())
}

/// Faults come from `strace`, not from the disk, so that a file system in memory does.
fn memory_folder() -> PathBuf {
    let memory = PathBuf::from("/dev/shm");
    if memory.is_dir() { memory } else { std::env::temp_dir() }
}

fn torture(work: &Work, step: usize, aside: &Path, hit: &mut BTreeMap<String, usize>) -> anyhow::Result<()> {
    let template = aside.join("template");
    prepare(work, &template)?;
    let (begun, calls) = without_faults(work, &template, aside)?;
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut number = 0;
    for call in WRITING.into_iter().chain(OTHER) {
        let before = begun.get(call).copied().unwrap_or(0);
        let all = calls.get(call).copied().unwrap_or(0);
        for fault in faults(call) {
            for when in before + 1..=all {
                number += 1;
                if number % step == 0 || when == before + 1 {
                    one(work, &template, aside, &Fault { call, kind: fault, when })?;
                    *hit.entry(call.to_owned()).or_default() += 1;
                    *counts.entry(fault).or_default() += 1;
                }
            }
        }
    }
    let counts: Vec<String> = counts
        .iter()
        .map(|(fault, count)| format!("{count} {}", fault.trim_start_matches("error=")))
        .collect();
    say(&format!(
        "   {}: {} of {number} faults; after each what was promised held",
        work.name,
        counts.join(", ")
    ));
    std::fs::remove_dir_all(template)?;
    Ok(())
}

fn faults(call: &str) -> &'static [&'static str] {
    match call {
        _ if call == "openat" || WRITING.contains(&call) => &["error=EIO", "error=ENOSPC", "signal=SIGKILL"],
        _ => &["error=EIO", "signal=SIGKILL"],
    }
}

/// What a life before this one left; nothing for the first life. `told` lies beside `folder`.
fn prepare(work: &Work, template: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(template.join("folder"))?;
    let Some(before) = work.before else {
        std::fs::write(template.join("told"), "")?;
        return Ok(());
    };
    let told = File::create(template.join("told"))?;
    let mut command = Command::new(built("examples/torture"));
    command.arg(work.word).arg(template.join("folder")).arg(before).stdout(told);
    ensure!(command.status()?.success(), "{} does not work", work.name);
    // A batch of which the half reached the disk, and a bundle that was written and never named.
    let wal = template.join("folder/log/wal");
    let mut segments: Vec<PathBuf> = std::fs::read_dir(&wal)?
        .map(|item| Ok(item?.path()))
        .collect::<anyhow::Result<_>>()?;
    segments.sort();
    let last = segments.pop().context("no segment")?;
    let bytes = std::fs::read(&last)?;
    let torn = bytes.get(..100).context("a short segment")?;
    std::fs::write(&last, [bytes.as_slice(), torn].concat())?;
    std::fs::write(template.join("folder/log/tmp-0"), torn)?;
    std::fs::write(template.join("folder/signer/signer.tmp"), torn)?;
    Ok(())
}

/// First without a fault: the judge accepts, and refuses each planted breach; names are durable before anything is told. How often each
/// call was made before the work began, and in all.
fn without_faults(work: &Work, template: &Path, aside: &Path) -> anyhow::Result<(trace::Counts, trace::Counts)> {
    let place = aside.join("sound");
    copy(template, &place)?;
    let left = paths(&place.join("folder"))?;
    let log = aside.join("trace");
    let mut options = vec!["-y", "-s", "4096", "-e"];
    let names = format!("trace={},writev", WRITING.into_iter().chain(OTHER).collect::<Vec<_>>().join(","));
    // Kinds of calls that this machine does not have are left out.
    let names = names.replace("trace=", "trace=?").replace(',', ",?");
    options.push(&names);
    let ended = traced(work, &place, &log, &options)?;
    ensure!(ended.success(), "{} does not work without a fault: {ended}", work.name);
    ensure!(judged(work, &place)?, "{}: the judge refuses what is sound", work.name);
    let text = std::fs::read_to_string(&log)?;
    let late = order::late(&text, &place.join("folder"), &left);
    ensure!(late.is_empty(), "{}: told before it was durable: {}", work.name, late.join("; "));
    ensure!(
        order::finds_what_is_late(&text, &place.join("folder")),
        "a promise that came too early would not be found"
    );
    planted(work, &place)?;
    std::fs::remove_dir_all(&place)?;
    Ok(trace::counts(&text))
}

fn planted(work: &Work, sound: &Path) -> anyhow::Result<()> {
    let mut command = Command::new(built("examples/torture"));
    let planting = command.arg("plant").arg(sound.join("folder")).arg(sound.join("told")).status()?;
    ensure!(planting.success(), "nothing could be planted");
    let mut found = 0;
    for item in std::fs::read_dir(sound.join("planted"))? {
        let place = item?.path();
        ensure!(!judged(work, &place)?, "{}: the judge overlooks {}", work.name, place.display());
        found += 1;
    }
    ensure!(found >= 3, "only {found} breaches were planted");
    Ok(())
}

struct Fault {
    call: &'static str,
    kind: &'static str,
    /// The how manyth call of the process.
    when: usize,
}

fn one(work: &Work, template: &Path, aside: &Path, fault: &Fault) -> anyhow::Result<()> {
    let Fault { call, kind: fault, when } = fault;
    let what = format!("{}, {fault} at {call} number {when}", work.name);
    let (place, log) = (aside.join("broken"), aside.join("trace"));
    copy(template, &place)?;
    let (only, inject) = (format!("trace={call}"), format!("inject={call}:{fault}:when={when}"));
    let ended = traced(work, &place, &log, &["-e", &only, "-e", &inject])?;
    let text = std::fs::read_to_string(&log)?;
    let killed = fault.starts_with("signal");
    let injected = if killed {
        ended.signal() == Some(SIGKILL)
    } else {
        text.contains("(INJECTED)")
    };
    ensure!(injected, "{what}: was not injected; it ended with {ended}");
    match ended.code() {
        None => ensure!(killed, "{what}: {ended}"),
        Some(STOPPED | NOT_OPENED) => {}
        // Rust's library panics when a folder that was listed cannot be closed.
        Some(PANIC) => ensure!(*call == "close", "{what}: it panicked"),
        // What only reads, or gives back, may fail without harm.
        Some(0 | WENT_ON) => ensure!(!WRITING.contains(call), "{what}: it went on"),
        Some(_) => bail!("{what}: it ended with {ended}"),
    }
    ensure!(judged(work, &place)?, "{what}: a promise is broken");
    Ok(std::fs::remove_dir_all(place)?)
}

/// Runs the work below `place/folder` under `strace`; what it tells is added to `place/told`.
fn traced(work: &Work, place: &Path, log: &Path, options: &[&str]) -> anyhow::Result<ExitStatus> {
    let told = File::options().append(true).open(place.join("told"))?;
    let mut command = Command::new("strace");
    command
        .args(["-f", "-qq", "-o"])
        .arg(log)
        .args(options)
        .arg(built("examples/torture"));
    command.arg(work.word).arg(place.join("folder")).arg(work.last);
    command.stdin(Stdio::null()).stdout(told).stderr(Stdio::null());
    command.status().context("`strace` could not be started")
}

fn judged(work: &Work, place: &Path) -> anyhow::Result<bool> {
    let mut command = Command::new(built("examples/torture"));
    command.arg(work.judge).arg(place.join("folder")).arg(place.join("told"));
    let output = command.output()?;
    std::fs::write(place.join("verdict"), &output.stderr)?;
    Ok(output.status.success())
}

/// Everything below a folder.
fn paths(folder: &Path) -> anyhow::Result<Vec<String>> {
    let mut found = Vec::new();
    for item in std::fs::read_dir(folder)? {
        let path = item?.path();
        found.push(path.display().to_string());
        if path.is_dir() {
            found.extend(paths(&path)?);
        }
    }
    Ok(found)
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(to)?;
    for item in std::fs::read_dir(from)? {
        let path = item?.path();
        let to = to.join(path.file_name().context("no name")?);
        if path.is_dir() {
            copy(&path, &to)?;
        } else {
            std::fs::copy(&path, &to)?;
        }
    }
    Ok(())
}
