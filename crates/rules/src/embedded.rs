//! The rulebooks that this program was built with, so that a server needs no folder beside it.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::{Rulebook, RulebookRefused, Shelf};

mod files {
    // Written by `build.rs` from the folder `rulebooks/` of the repository.
    include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
}

/// Every embedded file by its path: `cn/2025-06-01/rulebook.toml`.
pub fn embedded_files() -> BTreeMap<String, Vec<u8>> {
    files::FILES
        .iter()
        .map(|(path, bytes)| ((*path).to_owned(), bytes.to_vec()))
        .collect()
}

/// All that is embedded, read once. A text that nobody approved is refused.
pub fn embedded_shelf() -> Result<&'static Shelf, RulebookRefused> {
    static SHELF: OnceLock<Result<Shelf, RulebookRefused>> = OnceLock::new();
    let load = || {
        let shelf = Shelf::read(&embedded_files())?;
        shelf.check_approved()?;
        Ok(shelf)
    };
    SHELF.get_or_init(load).as_ref().map_err(Clone::clone)
}

/// Every embedded rulebook that is or was in force, oldest first.
pub fn embedded() -> Result<Vec<Rulebook>, RulebookRefused> {
    embedded_shelf().map(|shelf| shelf.rulebooks().to_vec())
}
