//! The few ways in which sealed files are touched. Folders 0700, files 0600; every buffer is zeroed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use countenance_base::Rng;
use zeroize::Zeroizing;

use crate::error::{AnchorError, failed};

/// Makes the folder, or takes an existing one into private use.
pub fn private_folder(path: &Path) -> Result<(), AnchorError> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(failed("make a folder"))?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o700)).map_err(failed("make a folder private"))
}

/// A new file, read and write, 0600; fails where one is.
pub fn create(path: &Path) -> Result<File, AnchorError> {
    let opened = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(path);
    opened.map_err(|source| {
        if source.kind() == io::ErrorKind::AlreadyExists {
            AnchorError::Exists
        } else {
            AnchorError::Io {
                what: "make a file",
                source,
            }
        }
    })
}

pub fn open(path: &Path) -> Result<File, AnchorError> {
    OpenOptions::new().read(true).write(true).open(path).map_err(|source| {
        if source.kind() == io::ErrorKind::NotFound {
            AnchorError::Corrupt("a file is missing")
        } else {
            AnchorError::Io {
                what: "open a file",
                source,
            }
        }
    })
}

pub fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, AnchorError> {
    let mut file = open(path)?;
    let length = file.metadata().map_err(failed("read a file"))?.len();
    // Sized before reading: a buffer that grows leaves its content behind in freed memory.
    let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(length).unwrap_or(0).saturating_add(1)));
    file.read_to_end(&mut bytes).map_err(failed("read a file"))?;
    Ok(bytes)
}

/// Writes a whole new file durably; its name is durable only after [`sync_folder`]. A leftover of that name, which nothing refers
/// to, makes way.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<(), AnchorError> {
    match fs::remove_file(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            return Err(AnchorError::Io {
                what: "replace a leftover",
                source,
            });
        }
        _ => {}
    }
    let mut file = create(path)?;
    file.write_all(bytes).map_err(failed("write a file"))?;
    file.sync_all().map_err(failed("write a file durably"))
}

pub fn sync_folder(path: &Path) -> Result<(), AnchorError> {
    File::open(path)
        .and_then(|folder| folder.sync_all())
        .map_err(failed("write a folder durably"))
}

/// Overwrites a file with random bytes and unlinks it; a file that is not there is wiped already.
pub fn wipe(path: &Path, rng: &mut dyn Rng) -> Result<(), AnchorError> {
    let mut file = match OpenOptions::new().write(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(source) => {
            return Err(AnchorError::Io {
                what: "overwrite a file",
                source,
            });
        }
    };
    let mut left = file.metadata().map_err(failed("overwrite a file"))?.len();
    let mut noise = [0u8; 4096];
    while left > 0 {
        rng.fill(&mut noise);
        let part = noise
            .get(..usize::try_from(left).unwrap_or(usize::MAX).min(noise.len()))
            .unwrap_or(&noise);
        file.write_all(part).map_err(failed("overwrite a file"))?;
        left = left.saturating_sub(part.len() as u64);
    }
    file.sync_data().map_err(failed("overwrite a file durably"))?;
    fs::remove_file(path).map_err(failed("unlink a file"))?;
    path.parent().map_or(Ok(()), sync_folder)
}

/// Names in a folder that begin with `prefix`, with the number after it.
pub fn numbered(folder: &Path, prefix: &str) -> Result<Vec<u64>, AnchorError> {
    let entries = fs::read_dir(folder).map_err(failed("read a folder"))?;
    let mut numbers = Vec::new();
    for entry in entries {
        let name = entry.map_err(failed("read a folder"))?.file_name();
        numbers.extend(name.to_str().and_then(|name| name.strip_prefix(prefix)?.parse::<u64>().ok()));
    }
    Ok(numbers)
}
