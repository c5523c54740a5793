//! The ledger on a real disk: what was told stays told, whatever ends the process or touches the files.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "helpers of tests may fail as tests do"
)]

mod crash;
mod damage;
mod flips;
mod growing;
mod race;
mod signing;
mod split;
mod witnessing;

use std::path::Path;

use countenance_base::SeededRng;
use countenance_ledger::{LedgerError, Log, Signer};

pub(crate) const ORIGIN: &str = "countenance.example/site";

/// Entry number `at`: its number, and as many bytes as a leaf.
pub(crate) fn entry(at: u64) -> Vec<u8> {
    [at.to_be_bytes().as_slice(), &[0x5a; 120]].concat()
}

pub(crate) fn entries(from: u64, count: u64) -> Vec<Vec<u8>> {
    (from..from + count).map(entry).collect()
}

pub(crate) fn signer(folder: &Path) -> Result<Signer, LedgerError> {
    Signer::open(folder, ORIGIN, &mut SeededRng::new(5))
}

/// A log of `size` entries, integrated.
pub(crate) fn log_of(folder: &Path, size: u64) -> Log {
    let mut log = Log::open(folder).unwrap();
    log.append(&entries(0, size)).unwrap();
    log.integrate(ORIGIN).unwrap();
    log
}

pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for item in std::fs::read_dir(from).unwrap() {
        let path = item.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &to);
        } else {
            std::fs::copy(&path, &to).unwrap();
        }
    }
}

/// A folder in memory where there is one: for tests that open a ledger a thousand times, and in which the disk is not in question.
pub(crate) fn scratch() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| tempfile::tempdir().unwrap())
}

pub(crate) fn files_below(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for item in std::fs::read_dir(folder).unwrap() {
        let path = item.unwrap().path();
        if path.is_dir() {
            found.extend(files_below(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}
