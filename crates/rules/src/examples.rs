//! Cases: facts of an act with the expected decision. A rulebook's `examples/` are its tests.

use std::collections::{BTreeMap, BTreeSet};

use countenance_base::{Text, Timestamp};
use serde::Deserialize;

use crate::facts_record::FactsRecord;
use crate::load::{line_at, line_of, one_line};
use crate::{Act, Day, Ruling};

/// One act with its facts, and what the rulebook should say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// File and name, e.g. `enrol-face/lawful`.
    pub name: String,
    pub title: Text,
    pub act: Act,
    /// Ids of the rules that should refuse; none when the act should be permitted.
    pub refused_by: BTreeSet<String>,
    /// The rulebook whose folder holds the case; empty for a case that somebody brings.
    pub rulebook: String,
    /// The day on which the act happens, whose rulebook judges it, where that is the point of the case. Such a case is tried
    /// once; every other holds for its rulebook and all after it.
    pub on: Option<Day>,
    pub(crate) facts: FactsRecord,
}

/// A case and what the rulebook said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseOutcome {
    pub name: String,
    pub ruling: Ruling,
    /// Decision and refusing rules are exactly the expected ones.
    pub as_expected: bool,
}

/// A file of cases cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct InvalidCase {
    /// From 1.
    pub line: usize,
    pub message: String,
}

/// The act and the shared facts of a file of cases.
pub(crate) type CaseFacts = (Act, FactsRecord);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseFile {
    act: String,
    /// What all cases share. A file that has none goes on with those of the same name in the rulebook before.
    facts: Option<toml::Table>,
    case: Vec<CaseEntry>,
}

/// What a file of cases holds.
pub(crate) struct ReadCases {
    /// The file's name without ending.
    pub(crate) stem: String,
    pub(crate) facts: CaseFacts,
    pub(crate) cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseEntry {
    name: String,
    zh: String,
    en: String,
    on: Option<toml::value::Datetime>,
    /// Facts changed against the file's `[facts]`, by dotted path.
    #[serde(default)]
    set: BTreeMap<String, toml::Value>,
    /// Facts that are not there.
    #[serde(default)]
    unset: Vec<String>,
    expect: Expect,
    #[serde(default)]
    refused_by: BTreeSet<String>,
}

#[derive(Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Expect {
    Permit,
    Refuse,
}

impl Case {
    /// Reads a file of cases that somebody brings; `path` is only used for their names.
    pub fn read(path: &str, text: &str) -> Result<Vec<Self>, InvalidCase> {
        Self::read_file(path, text, "", &BTreeMap::new()).map(|read| read.cases)
    }

    /// Reads a file of cases of `rulebook`; `before` holds the shared facts of earlier rulebooks by file.
    pub(crate) fn read_file(
        path: &str,
        text: &str,
        rulebook: &str,
        before: &BTreeMap<String, CaseFacts>,
    ) -> Result<ReadCases, InvalidCase> {
        let file: CaseFile = toml::from_str(text).map_err(|error| InvalidCase {
            line: error.span().map_or(1, |span| line_at(text, span.start)),
            message: one_line(error.message()),
        })?;
        let bad = |word: &str, message: String| InvalidCase {
            line: line_of(text, word),
            message,
        };
        let act = Act::from_word(&file.act).ok_or_else(|| bad("act", format!("unknown act `{}`", file.act)))?;
        let stem = path.rsplit('/').next().unwrap_or(path).trim_end_matches(".toml").to_owned();
        let facts = match (&file.facts, before.get(&stem)) {
            (Some(table), _) => FactsRecord::read(table).map_err(|message| bad("[facts]", message))?,
            (None, Some((known, facts))) if *known == act => facts.clone(),
            (None, _) => return Err(bad("act", format!("no `[facts]` here, and none of a file `{stem}` before"))),
        };
        let build = |entry: CaseEntry| {
            let quoted = format!("\"{}\"", entry.name);
            let case = entry.build(&stem, act, facts.clone()).map_err(|message| bad(&quoted, message))?;
            Ok(Self {
                rulebook: rulebook.to_owned(),
                ..case
            })
        };
        let cases = file.case.into_iter().map(build).collect::<Result<_, InvalidCase>>()?;
        Ok(ReadCases {
            stem,
            facts: (act, facts),
            cases,
        })
    }

    /// The facts as policies read them.
    pub fn facts(&self) -> serde_json::Value {
        serde_json::Value::Object(self.facts.record().clone())
    }

    /// When the act happens, where its facts say so.
    pub fn at(&self) -> Option<Timestamp> {
        self.facts.now()
    }

    /// This case again and again, each time without one of its facts, with that fact's path.
    pub fn each_fact_left_out(&self) -> Vec<(String, Self)> {
        let without = |path: String| {
            let mut without = self.clone();
            without.facts.take(&path);
            (path, without)
        };
        self.facts.paths().into_iter().map(without).collect()
    }

    /// The same act so many seconds later.
    #[must_use]
    pub(crate) fn later(mut self, seconds: i64) -> Self {
        self.facts = self.facts.moved(seconds);
        self
    }

    pub(crate) fn outcome(&self, ruling: Ruling) -> CaseOutcome {
        let said: BTreeSet<String> = ruling.findings.iter().map(|finding| finding.id.clone()).collect();
        let as_expected = ruling.permitted == self.refused_by.is_empty() && said == self.refused_by;
        CaseOutcome {
            name: self.name.clone(),
            ruling,
            as_expected,
        }
    }
}

impl CaseEntry {
    fn build(self, stem: &str, act: Act, mut facts: FactsRecord) -> Result<Case, String> {
        for (path, value) in &self.set {
            facts.put(path, value)?;
        }
        for path in &self.unset {
            facts.take(path).ok_or_else(|| format!("`{path}` is not there to be left out"))?;
        }
        if (self.expect == Expect::Permit) != self.refused_by.is_empty() {
            return Err("a permitted case names no rule in `refused_by`, a refused one at least one".to_owned());
        }
        let on = match &self.on {
            None => None,
            Some(written) => Some(Day::parse(&written.to_string()).ok_or_else(|| format!("`{written}` is not a day as 2025-06-01"))?),
        };
        if let (Some(day), Some(now)) = (on, facts.now()) {
            facts = facts.moved(day.noon().seconds().saturating_sub(now.seconds()));
        }
        Ok(Case {
            name: format!("{stem}/{}", self.name),
            title: Text::new(self.zh, self.en),
            act,
            refused_by: self.refused_by,
            rulebook: String::new(),
            on,
            facts,
        })
    }
}
