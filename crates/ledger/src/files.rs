//! The ways in which the ledger touches files. What is written once is never written over.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use crate::error::{LedgerError, failed};

const TEMPORARY: &str = "tmp";

pub(crate) fn folder(path: &Path) -> Result<(), LedgerError> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(failed("make a folder"))
}

/// Holds the folder for one process; given back when dropped, or when the process ends in any way.
pub(crate) fn lock(folder: &Path) -> Result<File, LedgerError> {
    let options = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(folder.join("lock"));
    let file = options.map_err(failed("open the lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(LedgerError::InUse),
        Err(TryLockError::Error(source)) => Err(LedgerError::Io { what: "lock", source }),
    }
}

pub(crate) fn sync_folder(folder: &Path) -> Result<(), LedgerError> {
    let folder = File::open(folder).map_err(failed("open a folder"))?;
    folder.sync_all().map_err(failed("sync a folder"))
}

/// `None` where no file is.
pub(crate) fn read(path: &Path) -> Result<Option<Vec<u8>>, LedgerError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(LedgerError::Io {
            what: "read a file",
            source,
        }),
    }
}

/// Names of what is in a folder; none where no folder is.
pub(crate) fn names(folder: &Path) -> Result<Vec<String>, LedgerError> {
    let failed = |source| LedgerError::Io {
        what: "list a folder",
        source,
    };
    let list = match fs::read_dir(folder) {
        Ok(list) => list,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(failed(source)),
    };
    list.map(|item| Ok(item.map_err(failed)?.file_name().to_string_lossy().into_owned()))
        .collect()
}

/// Files that never change, written together: contents durable, then names, then folders. A file that is there must be the same.
pub(crate) fn write_immutable(root: &Path, files: &[(String, Vec<u8>)]) -> Result<(), LedgerError> {
    let mut folders = BTreeSet::new();
    let mut renames = Vec::new();
    for (number, (name, bytes)) in files.iter().enumerate() {
        let path = root.join(name);
        if let Some(there) = read(&path)? {
            if there == *bytes {
                continue;
            }
            return Err(LedgerError::Corrupt(name.clone()));
        }
        let parent = path.parent().unwrap_or(root);
        make_folders(root, parent, &mut folders)?;
        let temporary = root.join(format!("{TEMPORARY}-{number}"));
        write_new(&temporary, bytes)?;
        renames.push((temporary, path));
    }
    for (from, to) in renames {
        fs::rename(&from, &to).map_err(failed("name a file"))?;
        if let Some(parent) = to.parent() {
            folders.insert(parent.to_owned());
        }
    }
    // The deepest first: a name is durable when the folder that holds it is.
    for folder in folders.iter().rev() {
        sync_folder(folder)?;
    }
    Ok(())
}

fn make_folders(root: &Path, wanted: &Path, touched: &mut BTreeSet<PathBuf>) -> Result<(), LedgerError> {
    if wanted.is_dir() {
        return Ok(());
    }
    folder(wanted)?;
    touched.extend(wanted.ancestors().take_while(|path| path.starts_with(root)).map(Path::to_owned));
    Ok(())
}

/// Drops a folder of partial tiles, once the whole one is durable. Where none is, nothing happens.
pub(crate) fn drop_folder(folder: &Path) -> Result<(), LedgerError> {
    match fs::remove_dir_all(folder) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(LedgerError::Io {
            what: "drop a folder",
            source,
        }),
    }
}

/// Writes and syncs a file of its own; what a crash left under this name is written anew.
fn write_new(path: &Path, bytes: &[u8]) -> Result<(), LedgerError> {
    let options = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(path);
    let mut file = options.map_err(failed("make a file"))?;
    file.write_all(bytes).map_err(failed("write a file"))?;
    file.sync_all().map_err(failed("sync a file"))
}

/// Puts a file in the place of another one, durably.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), LedgerError> {
    let parent = path.parent().unwrap_or(Path::new("."));
    let temporary = path.with_extension(TEMPORARY);
    write_new(&temporary, bytes)?;
    fs::rename(&temporary, path).map_err(failed("name a file"))?;
    sync_folder(parent)
}
