//! The files of a rulebook's folder and its header.

use std::collections::BTreeMap;

use countenance_base::to_hex;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::load::{Problem, RulebookRefused, line_of, toml_file};
use crate::policy;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Header {
    pub(crate) id: String,
    pub(crate) jurisdiction: String,
    pub(crate) from: String,
    pub(crate) title_zh: String,
    pub(crate) title_en: String,
}

impl Header {
    pub(crate) fn read(files: &Files<'_>) -> Result<Self, RulebookRefused> {
        let text = files.text("rulebook.toml")?;
        let header: Self = toml_file("rulebook.toml", text)?;
        let refuse = |key: &str, value: &str, remedy: &str| {
            Err(RulebookRefused::new(
                "rulebook.toml",
                line_of(text, key),
                Problem::Header(value.to_owned()),
                remedy,
            ))
        };
        if !policy::is_day(&header.from) {
            return refuse("from", &header.from, "write a day as 2025-06-01");
        }
        if header.id != format!("{}/{}", header.jurisdiction, header.from) {
            return refuse("id", &header.id, "write the id as jurisdiction, `/`, day");
        }
        Ok(header)
    }
}

/// The files of a folder by their path inside it, with `/`.
pub(crate) struct Files<'a>(pub(crate) &'a BTreeMap<String, Vec<u8>>);

impl<'a> Files<'a> {
    pub(crate) fn text(&self, path: &str) -> Result<&'a str, RulebookRefused> {
        let bytes = self
            .0
            .get(path)
            .ok_or_else(|| RulebookRefused::new(path, 1, Problem::MissingFile, "add it to the rulebook's folder"))?;
        std::str::from_utf8(bytes).map_err(|error| {
            let line = bytes.iter().take(error.valid_up_to()).filter(|byte| **byte == b'\n').count() + 1;
            RulebookRefused::new(path, line, Problem::NotUtf8, "save it as UTF-8")
        })
    }

    /// The files `folder/*.ending` in the order of their names.
    pub(crate) fn folder(&self, folder: &'a str, ending: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.keys().map(String::as_str).filter(move |path| is_in(path, folder, ending))
    }

    pub(crate) fn check_names(&self) -> Result<(), RulebookRefused> {
        let known = |path: &str| {
            ["rulebook.toml", "parameters.toml", "schema.cedarschema"].contains(&path)
                || [("policies", "cedar"), ("notices", "toml"), ("examples", "toml")]
                    .iter()
                    .any(|(folder, ending)| is_in(path, folder, ending))
        };
        match self.0.keys().find(|path| !known(path)) {
            None => Ok(()),
            Some(path) => {
                let remedy = "keep policies/*.cedar, notices/*.toml, examples/*.toml and the three files beside them";
                Err(RulebookRefused::new(path, 1, Problem::UnknownFile, remedy))
            }
        }
    }

    /// SHA-256 over path, length and content of every file.
    pub(crate) fn version(&self) -> String {
        let mut hash = Sha256::new();
        for (path, bytes) in self.0 {
            hash.update(format!("{path}\n{}\n", bytes.len()));
            hash.update(bytes);
        }
        to_hex(&hash.finalize())
    }
}

fn is_in(path: &str, folder: &str, ending: &str) -> bool {
    path.split_once('/')
        .filter(|(first, _)| *first == folder)
        .and_then(|(_, name)| name.strip_suffix(ending))
        .and_then(|name| name.strip_suffix('.'))
        .is_some_and(|name| !name.is_empty() && !name.contains('/'))
}
