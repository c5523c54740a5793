//! `countenance keys-copy`: the one copy of the keys on another medium. A new one is whole and durable before the one of before is
//! overwritten: what the old one opened of erased people, nothing opens then.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use countenance_anchor::{AnchorFile, files};
use countenance_base::{Clock as _, SystemClock, SystemRng, Timestamp};
use countenance_keyring::Keyring;
use countenance_trace::Writer;

use crate::data::{Home, KEY_FILES};

/// Folders of copies, and what a copy that is not whole is called.
const COPY: &str = "copy-";
const UNFINISHED: &str = "unfinished";
/// In the data folder: when keys were copied last, and which state of the backup keyring.
const NOTE: &str = "keys-copied";
/// The state of a keyring in which there was never a key: no backup was made.
const UNUSED: u64 = 1;
/// A keyring that changes while it is copied is copied again.
const TRIES: usize = 8;

#[derive(Debug, clap::Args)]
pub(crate) struct KeysCopyArguments {
    #[command(flatten)]
    home: Home,
    /// Folder on another medium; copies that are there already are overwritten and removed
    #[arg(long, value_name = "FOLDER")]
    to: PathBuf,
}

/// Runs beside a server, too.
#[expect(clippy::print_stdout, reason = "where the copy is, is this command's output")]
pub(crate) fn run(arguments: &KeysCopyArguments) -> anyhow::Result<()> {
    let made = copy_keys(&arguments.home, &arguments.to, SystemClock.now())?;
    println!("{}", made.display());
    Ok(())
}

/// The folder of the new copy, the only one then.
pub(crate) fn copy_keys(home: &Home, to: &Path, now: Timestamp) -> anyhow::Result<PathBuf> {
    ensure!(
        Keyring::is_there(&home.keyring()) && Keyring::is_there(&home.backup_keys()),
        "`{}` holds no keyrings (keys.none)\nhint: keys are copied where the ledger is kept, once the server has been started there",
        home.folder().display()
    );
    files::private_folder(to)?;
    let (unfinished, made) = (to.join(UNFINISHED), to.join(format!("{COPY}{}", now.seconds())));
    ensure!(!made.exists(), "`{}` was made a moment ago (backup.exists)", made.display());
    wipe_folder(&unfinished)?;
    files::private_folder(&unfinished)?;
    for name in KEY_FILES {
        let bytes = files::read(&home.folder().join(name)).with_context(|| format!("reading `{name}`"))?;
        files::write_new(&unfinished.join(name), &bytes)?;
    }
    let mut generation = 0;
    for keyring in [home.keyring(), home.backup_keys()] {
        let name = keyring.file_name().context("a keyring has a name")?;
        generation = copy_keyring(&keyring, &unfinished.join(name))?;
    }
    files::sync_folder(&unfinished)?;
    fs::rename(&unfinished, &made).with_context(|| format!("naming `{}`", made.display()))?;
    files::sync_folder(to)?;
    for number in files::numbered(to, COPY)? {
        let copy = to.join(format!("{COPY}{number}"));
        if copy != made {
            wipe_folder(&copy)?;
        }
    }
    note(home, now, generation)?;
    Ok(made)
}

/// Copies the files of a keyring that somebody may be changing: a copy counts when the anchor stayed the same meanwhile and every page
/// of the copy opens. Its generation.
fn copy_keyring(from: &Path, to: &Path) -> anyhow::Result<u64> {
    for _ in 0..TRIES {
        wipe_folder(to)?;
        files::private_folder(to)?;
        if let Some(generation) = copy_once(from, to) {
            files::sync_folder(to)?;
            return Ok(generation);
        }
    }
    bail!(
        "`{}` changes too fast to be copied, or is damaged (keys.failed)\nhint: try again",
        from.display()
    )
}

fn copy_once(from: &Path, to: &Path) -> Option<u64> {
    let anchor = files::read(&AnchorFile::path(from)).ok()?;
    for entry in fs::read_dir(from).ok()? {
        let path = entry.ok()?.path();
        // What was there a moment ago may be gone: then the anchor is another one, too.
        files::write_new(&to.join(path.file_name()?), &files::read(&path).ok()?).ok()?;
    }
    let same = *files::read(&AnchorFile::path(from)).ok()? == *anchor;
    let copied = Keyring::open(to, &mut SystemRng).ok().filter(|_| same)?;
    copied.all().ok()?;
    Some(copied.generation())
}

/// Overwrites and removes every file below; a folder that is not there is wiped already.
fn wipe_folder(folder: &Path) -> anyhow::Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        entries => entries.with_context(|| format!("reading `{}`", folder.display()))?,
    };
    for entry in entries {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            wipe_folder(&entry.path())?;
        } else {
            files::wipe(&entry.path(), &mut SystemRng)?;
        }
    }
    fs::remove_dir(folder).with_context(|| format!("removing `{}`", folder.display()))
}

fn note(home: &Home, now: Timestamp, generation: u64) -> anyhow::Result<()> {
    let path = home.folder().join(NOTE);
    let next = path.with_extension("new");
    files::write_new(&next, format!("{} {generation}\n", now.rfc3339()).as_bytes())?;
    fs::rename(&next, &path).context("noting that keys were copied")?;
    Ok(files::sync_folder(home.folder())?)
}

/// What to do about the copy of the keys; `None` while it is good.
///
/// It is old when the backup keyring has changed since (somebody was erased, and the copy still opens older backups of them; or somebody
/// came, and the copy does not open newer ones), and when a month has begun since, whose secrets it holds though they have ended.
pub(crate) fn stale(home: &Home, writer: &Writer, now: Timestamp) -> Option<&'static str> {
    let generation = writer.backup_keys()?.generation();
    if generation == UNUSED {
        return None;
    }
    let Ok(note) = fs::read_to_string(home.folder().join(NOTE)) else {
        return Some("keys are in this folder only: without them no backup opens");
    };
    let noted = note.trim().split_once(' ').and_then(|(at, generation)| {
        let at = Timestamp::parse_rfc3339(at)?;
        Some((at.month(), generation.parse::<u64>().ok()?))
    });
    (noted != Some((now.month(), generation)))
        .then_some("keys have changed since they were copied: with the old copy older backups still open whoever was erased since")
}
