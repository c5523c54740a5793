//! Broken promises, planted so that the judge can be seen to find them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, ensure};

/// For each thing that a judge looks at, a copy of `folder` and of what was told in which it is broken: `planted/NAME/{folder,told}`
/// beside the folder. The judge must refuse each.
pub(crate) fn plant(folder: &Path, told: &Path) -> anyhow::Result<ExitCode> {
    let told = fs::read_to_string(told)?;
    let is_log = folder.join("log").exists();
    let faults: &[Fault] = if is_log { &LOG } else { &WITNESS };
    for (name, fault) in faults {
        let place = folder.with_file_name("planted").join(name);
        let (copied, mut told) = (place.join("folder"), told.clone());
        copy(folder, &copied)?;
        fault(&copied, &mut told).with_context(|| (*name).to_owned())?;
        fs::write(place.join("told"), told)?;
    }
    Ok(ExitCode::SUCCESS)
}

type Fault = (&'static str, fn(&Path, &mut String) -> anyhow::Result<()>);

const LOG: [Fault; 6] = [
    ("an-entry-less", |_, told| {
        let size = number_after(told, "durable ")?;
        *told = format!("{told}durable {}\n", size + 1);
        Ok(())
    }),
    ("a-bit-in-a-bundle", |folder, _| {
        flip(&first_file(&folder.join("log/tile/entries"))?)
    }),
    ("a-bit-in-a-tile", |folder, _| flip(&first_file(&folder.join("log/tile/0"))?)),
    ("a-bit-in-the-wal", |folder, _| flip(&first_file(&folder.join("log/wal"))?)),
    ("another-root", |_, told| {
        // The first note's root, at the end of its third line, in another spelling is no root of any tree.
        let at = told.find("note ").context("no note was told")?;
        let (before, note) = told.split_at(at);
        let changed = note.replacen("=\\n\\n", "A=\\n\\n", 1);
        *told = format!("{before}{changed}");
        Ok(())
    }),
    ("another-key", |_, told| another_key(told)),
];

const WITNESS: [Fault; 3] = [
    ("a-memory-less", |folder, _| {
        let memory = fs::read_dir(folder.join("witness"))?.filter_map(Result::ok).map(|item| item.path());
        let memory = memory
            .into_iter()
            .find(|path| path.file_name().is_some_and(|name| name.len() == 64));
        Ok(fs::remove_file(memory.context("no memory")?)?)
    }),
    ("another-key", |_, told| another_key(told)),
    ("a-bit-in-the-key", |folder, _| flip(&folder.join("witness/witness.key"))),
];

fn another_key(told: &mut String) -> anyhow::Result<()> {
    let line = told
        .lines()
        .find(|line| line.starts_with("key "))
        .context("no key was told")?
        .to_owned();
    *told = told.replacen(&line, &format!("{line}A"), 1);
    Ok(())
}

fn number_after(told: &str, word: &str) -> anyhow::Result<u64> {
    let last = told
        .lines()
        .rev()
        .find_map(|line| line.strip_prefix(word))
        .context("nothing was told")?;
    Ok(last.parse()?)
}

fn first_file(folder: &Path) -> anyhow::Result<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)?.filter_map(|item| Some(item.ok()?.path())).collect();
    paths.sort();
    let file = paths.into_iter().find(|path| path.is_file());
    file.with_context(|| format!("no file in {}", folder.display()))
}

fn flip(path: &Path) -> anyhow::Result<()> {
    let mut bytes = fs::read(path)?;
    ensure!(bytes.len() > 40, "{} is too short", path.display());
    if let Some(byte) = bytes.get_mut(40) {
        *byte ^= 1;
    }
    Ok(fs::write(path, bytes)?)
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to)?;
    for item in fs::read_dir(from)? {
        let path = item?.path();
        let to = to.join(path.file_name().context("no name")?);
        if path.is_dir() {
            copy(&path, &to)?;
        } else {
            fs::copy(&path, &to)?;
        }
    }
    Ok(())
}
