//! The committed rulebooks, as programs embed them.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test")]

mod examples;
mod refused;
mod requests;
mod texts;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use countenance_rules::{Rulebook, embedded_files};

/// The files of one embedded rulebook, to load or to break.
fn files(folder: &str) -> BTreeMap<String, Vec<u8>> {
    let of_folder = embedded_files().iter().filter(|(name, _, _)| *name == folder);
    of_folder.map(|(_, path, bytes)| ((*path).to_owned(), bytes.to_vec())).collect()
}

fn rulebook() -> Rulebook {
    static LOADED: OnceLock<Rulebook> = OnceLock::new();
    let load = || Rulebook::from_files(&files("cn/2025-06-01")).unwrap_or_else(|error| panic!("{error}"));
    LOADED.get_or_init(load).clone()
}
