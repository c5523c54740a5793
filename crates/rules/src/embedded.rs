//! The rulebooks that this program was built with, so that a server needs no folder beside it.

use std::collections::BTreeMap;

use crate::{Rulebook, RulebookRefused};

mod files {
    // Written by `build.rs` from the folder `rulebooks/` of the repository.
    include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
}

/// The files of every embedded rulebook: folder (`cn/2025-06-01`), path inside it, content.
pub fn embedded_files() -> &'static [(&'static str, &'static str, &'static [u8])] {
    files::FILES
}

/// Loads every embedded rulebook, oldest first.
pub fn embedded() -> Result<Vec<Rulebook>, RulebookRefused> {
    let mut folders: BTreeMap<&str, BTreeMap<String, Vec<u8>>> = BTreeMap::new();
    for (folder, path, bytes) in embedded_files() {
        folders.entry(folder).or_default().insert((*path).to_owned(), bytes.to_vec());
    }
    let rulebooks: Vec<Rulebook> = folders.values().map(Rulebook::from_files).collect::<Result<_, _>>()?;
    Rulebook::check_overlap(&rulebooks)?;
    Ok(rulebooks)
}
