//! The committed rulebooks, as programs embed them.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test")]

mod calendars;
mod days;
mod examples;
mod lint;
mod properties;
mod refused;
mod requests;
mod texts;
mod tighten;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use countenance_rules::{Rulebook, Shelf, embedded_files};

/// Everything that is embedded, approved or not: whether it is approved is one test's question.
fn shelf() -> &'static Shelf {
    static LOADED: OnceLock<Shelf> = OnceLock::new();
    LOADED.get_or_init(|| Shelf::read(&embedded_files()).unwrap_or_else(|error| panic!("{error}")))
}

/// The newest rulebook.
fn rulebook() -> Rulebook {
    shelf().rulebooks().last().unwrap().clone()
}

fn rulebook_of(day: &str) -> &'static Rulebook {
    Rulebook::choose(shelf().rulebooks(), day).unwrap()
}

/// The embedded files with one text changed.
fn edited(path: &str, from: &str, to: &str) -> BTreeMap<String, Vec<u8>> {
    edit(embedded_files(), path, from, to)
}

fn edit(mut files: BTreeMap<String, Vec<u8>>, path: &str, from: &str, to: &str) -> BTreeMap<String, Vec<u8>> {
    let text = String::from_utf8(files.get(path).unwrap_or_else(|| panic!("no {path}")).clone()).unwrap();
    assert!(text.contains(from), "`{from}` is not in {path}");
    files.insert(path.to_owned(), text.replacen(from, to, 1).into_bytes());
    files
}
