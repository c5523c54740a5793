//! The files of a rulebook's folder and its header.

use std::collections::{BTreeMap, BTreeSet};

use countenance_base::to_hex;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::Day;
use crate::load::{Problem, RulebookRefused, line_of, toml_file};

pub(crate) const HEADER: &str = "rulebook.toml";
pub(crate) const SCHEMA: &str = "schema.cedarschema";
pub(crate) const PARAMETERS: &str = "parameters.toml";
pub(crate) const INSTRUMENTS: &str = "instruments.toml";
pub(crate) const AMENDED: &str = "amended.toml";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Header {
    pub(crate) id: String,
    pub(crate) jurisdiction: String,
    pub(crate) from: String,
    /// The day of the rulebook on which this one builds; only the first of a jurisdiction has none.
    pub(crate) after: Option<String>,
    /// Rules, numbers (by name) and cases (`file/name`) that this folder writes anew.
    #[serde(default)]
    pub(crate) changed: Vec<String>,
    /// Rules, numbers and cases that hold no longer.
    #[serde(default)]
    pub(crate) ended: Vec<String>,
    pub(crate) title_zh: String,
    pub(crate) title_en: String,
}

impl Header {
    pub(crate) fn read(files: &Files<'_>) -> Result<Self, RulebookRefused> {
        let text = files.text(HEADER)?;
        let header: Self = toml_file(HEADER, text)?;
        let refuse = |key: &str, value: &str, remedy: &str| {
            let problem = Problem::Header(value.to_owned());
            Err(RulebookRefused::new(HEADER, line_of(text, &format!("{key} =")), problem, remedy))
        };
        if Day::parse(&header.from).is_none() {
            return refuse("from", &header.from, "write a day as 2025-06-01");
        }
        if header.id != format!("{}/{}", header.jurisdiction, header.from) {
            return refuse("id", &header.id, "write the id as jurisdiction, `/`, day");
        }
        Ok(header)
    }

    /// What this day changes and ends, to be ticked off while it is applied.
    pub(crate) fn ticks(&self) -> Ticks<'_> {
        let names = |list: &'static str, names: &'_ [String]| names.iter().map(|name| (name.clone(), list)).collect::<Vec<_>>();
        Ticks {
            changed: self.changed.iter().map(String::as_str).collect(),
            ended: self.ended.iter().map(String::as_str).collect(),
            open: names("changed", &self.changed)
                .into_iter()
                .chain(names("ended", &self.ended))
                .collect(),
        }
    }
}

/// The header's lists of what is changed and ended. A name that nothing meets is a mistake of the author.
pub(crate) struct Ticks<'a> {
    changed: BTreeSet<&'a str>,
    ended: BTreeSet<&'a str>,
    open: BTreeMap<String, &'static str>,
}

impl Ticks<'_> {
    /// Whether `name`, which the rulebook before has too, may be written anew here.
    pub(crate) fn replaces(&mut self, name: &str) -> bool {
        self.open.remove(name);
        self.changed.contains(name)
    }

    /// Whether `name` of the rulebook before ends here.
    pub(crate) fn ends(&mut self, name: &str) -> bool {
        let ends = self.ended.contains(name);
        if ends {
            self.open.remove(name);
        }
        ends
    }

    pub(crate) fn close(self, files: &Files<'_>) -> Result<(), RulebookRefused> {
        let Some((name, list)) = self.open.into_iter().next() else {
            return Ok(());
        };
        let line = line_of(files.text(HEADER)?, &format!("\"{name}\""));
        let (problem, remedy) = if list == "changed" {
            (
                Problem::NothingChanged(name),
                "write the new text in this folder under the same name, or take the name off `changed`",
            )
        } else {
            (Problem::NothingEnded(name), "correct the name, or take it off `ended`")
        };
        Err(RulebookRefused::new(HEADER, line, problem, remedy))
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

    /// The text of a file that a folder may lack.
    pub(crate) fn optional(&self, path: &str) -> Result<Option<&'a str>, RulebookRefused> {
        if self.0.contains_key(path) {
            self.text(path).map(Some)
        } else {
            Ok(None)
        }
    }

    /// The files `folder/*.ending` in the order of their names.
    pub(crate) fn folder(&self, folder: &'a str, ending: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.keys().map(String::as_str).filter(move |path| is_in(path, folder, ending))
    }

    pub(crate) fn check_names(&self, single: &[&str], folders: &[(&str, &str)]) -> Result<(), RulebookRefused> {
        let known = |path: &str| single.contains(&path) || folders.iter().any(|(folder, ending)| is_in(path, folder, ending));
        match self.0.keys().find(|path| !known(path)) {
            None => Ok(()),
            Some(path) => {
                let folders: Vec<String> = folders.iter().map(|(folder, ending)| format!("{folder}/*.{ending}")).collect();
                let remedy = format!("keep only {}, {}", folders.join(", "), single.join(", "));
                Err(RulebookRefused::new(path, 1, Problem::UnknownFile, remedy))
            }
        }
    }

    /// SHA-256 over the version of the rulebook before, then path, length and content of every file.
    pub(crate) fn version(&self, before: Option<&str>) -> String {
        let mut hash = Sha256::new();
        hash.update(format!("after {}\n", before.unwrap_or("nothing")));
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
