//! The ways in which the ledger touches files. What is written once is never written over.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

use crate::error::{LedgerError, failed};

const TEMPORARY: &str = "tmp";

/// Makes a folder whose name is durable: also when it was there, for who made it may have been killed before it was.
pub(crate) fn folder(path: &Path) -> Result<(), LedgerError> {
    let missing: Vec<&Path> = path.ancestors().take_while(|path| !path.exists()).collect();
    make_folder(path)?;
    let made = missing.iter().copied().skip(1);
    for folder in std::iter::once(path).chain(made) {
        sync_folder(parent(folder))?;
    }
    Ok(())
}

fn make_folder(path: &Path) -> Result<(), LedgerError> {
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(failed("make a folder"))
}

fn parent(path: &Path) -> &Path {
    path.parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
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
/// `after_opening`: a life before this one may have been killed between naming a file and syncing its folder, so that the names of files
/// and folders that are there are made durable, too.
pub(crate) fn write_immutable(root: &Path, files: &[(String, Vec<u8>)], after_opening: bool) -> Result<(), LedgerError> {
    let mut folders = BTreeSet::new();
    let mut renames = Vec::new();
    for (number, (name, bytes)) in files.iter().enumerate() {
        let path = root.join(name);
        let folder = parent(&path);
        let is_new = !folder.is_dir();
        if is_new {
            make_folder(folder)?;
        }
        if is_new || after_opening {
            folders.extend(folder.ancestors().take_while(|path| path.starts_with(root)).map(Path::to_owned));
        }
        if let Some(there) = read(&path)? {
            if there == *bytes {
                continue;
            }
            return Err(LedgerError::Corrupt(name.clone()));
        }
        let temporary = root.join(format!("{TEMPORARY}-{number}"));
        write_new(&temporary, bytes)?;
        folders.insert(folder.to_owned());
        renames.push((temporary, path));
    }
    for (from, to) in renames {
        fs::rename(&from, &to).map_err(failed("name a file"))?;
    }
    // The deepest first: a name is durable when the folder that holds it is.
    for folder in folders.iter().rev() {
        sync_folder(folder)?;
    }
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

/// Whether this is what [`replace`] left when it was broken off.
pub(crate) fn is_left_over(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension == TEMPORARY)
}

/// Puts a file in the place of another one, durably.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), LedgerError> {
    let temporary = path.with_extension(TEMPORARY);
    write_new(&temporary, bytes)?;
    fs::rename(&temporary, path).map_err(failed("name a file"))?;
    sync_folder(parent(path))
}
