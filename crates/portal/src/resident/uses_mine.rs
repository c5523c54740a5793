//! What the ledger has about the person, found in the browser with the person's own keys.

use askama::Template;
use countenance_base::Text;
use fluent_bundle::FluentValue;

use crate::{Frame, messages};

/// Kinds of records that a person may find, and reasons that have words of their own.
const KINDS: [&str; 15] = [
    "opened",
    "refused",
    "searched",
    "enrolled",
    "erased",
    "copied",
    "window",
    "consented",
    "withdrawn",
    "looked",
    "exported",
    "changed",
    "evidence",
    "account.claimed",
    "looked.inspector",
];

/// The frame that the browser fills. The server knows nothing of what is found.
#[derive(Debug, Template)]
#[template(path = "resident/uses_mine.html")]
pub struct UsesMine {
    pub frame: Frame,
    /// Fingerprint of the account's signing key: which of the browser's keys to use.
    pub fingerprint: String,
    /// Id and words of every purpose that a record may name.
    pub purposes: Vec<(String, Text)>,
}

impl UsesMine {
    const fn kinds() -> [&'static str; 15] {
        KINDS
    }

    /// Words of the reasons for which a door did not open, by their keys.
    fn reasons(&self) -> Vec<(String, String)> {
        messages::with_prefix(self.frame.locale, "why-")
    }

    /// Three holes; the frame fills at most two.
    fn gap(&self) -> String {
        let holes = ["day", "where", "counts"].map(|name| (name, FluentValue::from(Self::hole(name))));
        messages::message(self.frame.locale, "mine-gap", &holes)
    }

    /// What the script fills in itself, as it stands in the words that it is given.
    fn hole(name: &str) -> String {
        format!("{{{name}}}")
    }
}
