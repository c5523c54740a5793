//! Where rulebooks come from: what the program was built with, or a folder.

use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

use anyhow::{Context as _, ensure};
use countenance_rules::{Rulebook, Shelf, Tightening, embedded_files, embedded_shelf};
use serde::Deserialize;

use super::From;

/// The rulebooks that a command works on.
pub(super) struct Shelves(Shelf);

impl Shelves {
    /// What is embedded was approved when the program was built; a folder is its author's business until it is built in.
    pub(super) fn open(from: &From) -> anyhow::Result<Self> {
        match &from.rulebooks {
            None => Ok(Self(embedded_shelf()?.clone())),
            Some(_) => Ok(Self(Shelf::read(&files(from)?)?)),
        }
    }

    pub(super) const fn shelf(&self) -> &Shelf {
        &self.0
    }

    /// The rulebook of this very day, or the newest one with this draft beside it.
    pub(super) fn named(&self, name: &str) -> anyhow::Result<Rulebook> {
        if let Some(draft) = self.0.draft(name) {
            return Ok(self.newest()?.tightened(draft)?);
        }
        self.0.rulebook(name).cloned().with_context(|| self.no_such(name))
    }

    pub(super) fn newest(&self) -> anyhow::Result<&Rulebook> {
        self.0.rulebooks().last().context("there is no rulebook")
    }

    pub(super) fn no_such(&self, name: &str) -> String {
        let rulebooks = self.0.rulebooks().iter().map(Rulebook::id);
        let names: Vec<&str> = rulebooks.chain(self.0.drafts().iter().map(Tightening::id)).collect();
        format!("there is no rulebook `{name}`\nhint: {}", names.join(", "))
    }
}

/// Every file by its path inside the folder.
pub(super) fn files(from: &From) -> anyhow::Result<BTreeMap<String, Vec<u8>>> {
    let Some(folder) = &from.rulebooks else {
        return Ok(embedded_files());
    };
    let mut files = BTreeMap::new();
    read_folder(folder, "", &mut files).with_context(|| format!("cannot read {}", folder.display()))?;
    let any = files
        .keys()
        .any(|path| path.split('/').count() == 3 && path.ends_with("/rulebook.toml"));
    ensure!(
        any,
        "{} holds no rulebook\nhint: name the folder that holds `cn/2025-06-01/rulebook.toml` and its like",
        folder.display()
    );
    Ok(files)
}

/// Names the drafts that a site follows beside the law.
const FOLLOW: &str = "follow.toml";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Follow {
    drafts: Vec<String>,
}

/// The embedded rulebooks, each with what the operator puts beside it: a folder with drafts to follow (`follow.toml`) and own rules
/// (`*.cedar`). Both can only refuse more than the law does; anything else is refused here, and nothing is served.
pub(crate) fn in_force(operator: &Path) -> anyhow::Result<Vec<Rulebook>> {
    let shelf = embedded_shelf().context("loading the rulebooks")?;
    let mut beside: Vec<Tightening> = Vec::new();
    let follow = operator.join(FOLLOW);
    if follow.exists() {
        let text = fs::read_to_string(&follow).with_context(|| format!("cannot read {}", follow.display()))?;
        let named: Follow = toml::from_str(&text).with_context(|| format!("{} is not readable", follow.display()))?;
        for name in named.drafts {
            let draft = shelf.draft(&name).cloned();
            beside.push(draft.with_context(|| format!("{} names `{name}`, which is no draft of this program", follow.display()))?);
        }
    }
    beside.extend(operator_rules(operator)?);
    let tightened = |rulebook: &Rulebook| beside.iter().try_fold(rulebook.clone(), |rulebook, more| rulebook.tightened(more));
    let rulebooks: Result<Vec<Rulebook>, _> = shelf.rulebooks().iter().map(tightened).collect();
    rulebooks.with_context(|| format!("the rules in {}", operator.display()))
}

/// An operator's own rules, if the folder is there and holds any.
pub(super) fn operator_rules(folder: &Path) -> anyhow::Result<Option<Tightening>> {
    if !folder.exists() {
        return Ok(None);
    }
    let mut files = BTreeMap::new();
    read_folder(folder, "", &mut files).with_context(|| format!("cannot read {}", folder.display()))?;
    files.remove(FOLLOW);
    Tightening::operator(&files).with_context(|| format!("the rules in {}", folder.display()))
}

fn read_folder(folder: &Path, inside: &str, files: &mut BTreeMap<String, Vec<u8>>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = format!("{inside}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            read_folder(&entry.path(), &format!("{path}/"), files)?;
        } else {
            files.insert(path, fs::read(entry.path())?);
        }
    }
    Ok(())
}
