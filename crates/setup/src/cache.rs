//! The cache directory: one lock, files that appear whole or not at all.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::SetupError;

/// `$XDG_CACHE_HOME/countenance`, by default `~/.cache/countenance`.
pub fn directory() -> Result<PathBuf, SetupError> {
    let named = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    named("XDG_CACHE_HOME")
        .filter(|path| path.is_absolute())
        .or_else(|| named("HOME").map(|home| home.join(".cache")))
        .map(|cache| cache.join("countenance"))
        .ok_or(SetupError::NoHome)
}

pub(crate) fn failed(path: &Path) -> impl FnOnce(std::io::Error) -> SetupError {
    let path = path.to_owned();
    move |source| SetupError::Cache { path, source }
}

/// Holds the cache for this process until dropped; others wait. Test binaries of several crates start at the same time.
pub(crate) fn lock(cache: &Path) -> Result<File, SetupError> {
    fs::create_dir_all(cache).map_err(failed(cache))?;
    let path = cache.join("lock");
    let file = File::options().create(true).append(true).open(&path).map_err(failed(&path))?;
    file.lock().map_err(failed(&path))?;
    Ok(file)
}

/// SHA-256 of the file in hexadecimal; `None` when there is no such file.
pub(crate) fn hash(path: &Path) -> Result<Option<String>, SetupError> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(path)(error)),
    };
    let mut hasher = Sha256::new();
    let mut block = vec![0u8; 1 << 16];
    loop {
        let read = file.read(&mut block).map_err(failed(path))?;
        let Some(block) = block.get(..read).filter(|block| !block.is_empty()) else {
            break;
        };
        hasher.update(block);
    }
    Ok(Some(hex(&hasher.finalize())))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        write!(text, "{byte:02x}").ok();
        text
    })
}

/// Writes `content` under `path` by way of a neighbour and a rename.
pub(crate) fn place(path: &Path, content: &[u8]) -> Result<(), SetupError> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(failed(parent))?;
    }
    let part = path.with_added_extension("part");
    let write = || {
        let mut file = File::create(&part)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&part, path)
    };
    write().map_err(failed(path))
}

/// Moves a file that is not what it should be out of the way, for whoever wants to look at it.
pub(crate) fn move_aside(path: &Path, cache: &Path) -> Result<PathBuf, SetupError> {
    let aside = cache.join("refused").join(path.file_name().unwrap_or_default());
    if let Some(parent) = aside.parent() {
        fs::create_dir_all(parent).map_err(failed(parent))?;
    }
    fs::rename(path, &aside).map_err(failed(path))?;
    Ok(aside)
}
