//! Cases: facts of an act with the expected decision. A rulebook's `examples/` are its tests.

use std::collections::{BTreeMap, BTreeSet};

use countenance_base::{Text, Timestamp};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::load::{line_at, line_of, one_line};
use crate::{Act, Ruling};

/// One act with its facts, and what the rulebook should say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// File and name, e.g. `enrol-face/lawful`.
    pub name: String,
    pub title: Text,
    pub act: Act,
    /// Ids of the rules that should refuse; none when the act should be permitted.
    pub refused_by: BTreeSet<String>,
    pub(crate) facts: Map<String, Value>,
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseFile {
    act: String,
    facts: toml::Table,
    case: Vec<CaseEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseEntry {
    name: String,
    zh: String,
    en: String,
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
    /// Reads a file of cases; `path` is only used for their names.
    pub fn read(path: &str, text: &str) -> Result<Vec<Self>, InvalidCase> {
        let file: CaseFile = toml::from_str(text).map_err(|error| InvalidCase {
            line: error.span().map_or(1, |span| line_at(text, span.start)),
            message: one_line(error.message()),
        })?;
        let bad = |word: &str, message: String| InvalidCase {
            line: line_of(text, word),
            message,
        };
        let act = Act::from_word(&file.act).ok_or_else(|| bad("act", format!("unknown act `{}`", file.act)))?;
        let facts = plain_table(&file.facts).map_err(|message| bad("[facts]", message))?;
        let stem = path.rsplit('/').next().unwrap_or(path).trim_end_matches(".toml");
        file.case
            .into_iter()
            .map(|entry| {
                let quoted = format!("\"{}\"", entry.name);
                entry.build(stem, act, facts.clone()).map_err(|message| bad(&quoted, message))
            })
            .collect()
    }

    /// When the act happens, where its facts say so.
    pub fn at(&self) -> Option<Timestamp> {
        self.facts.get("now").and_then(Value::as_i64).map(Timestamp::from_seconds)
    }

    /// This case again and again, each time without one of its facts, with that fact's path.
    pub fn each_fact_left_out(&self) -> Vec<(String, Self)> {
        let mut paths = Vec::new();
        collect_paths(&self.facts, "", &mut paths);
        paths
            .into_iter()
            .map(|path| {
                let mut without = self.clone();
                take(&mut without.facts, &path.split('.').collect::<Vec<_>>());
                (path, without)
            })
            .collect()
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
    fn build(self, stem: &str, act: Act, mut facts: Map<String, Value>) -> Result<Case, String> {
        for (path, value) in &self.set {
            let parts: Vec<&str> = path.split('.').collect();
            put(&mut facts, &parts, plain(value)?).ok_or_else(|| format!("`{path}` leads through something that is no record"))?;
        }
        for path in &self.unset {
            let parts: Vec<&str> = path.split('.').collect();
            take(&mut facts, &parts).ok_or_else(|| format!("`{path}` is not there to be left out"))?;
        }
        if (self.expect == Expect::Permit) != self.refused_by.is_empty() {
            return Err("a permitted case names no rule in `refused_by`, a refused one at least one".to_owned());
        }
        Ok(Case {
            name: format!("{stem}/{}", self.name),
            title: Text::new(self.zh, self.en),
            act,
            refused_by: self.refused_by,
            facts,
        })
    }
}

fn put(record: &mut Map<String, Value>, path: &[&str], value: Value) -> Option<()> {
    match path {
        [] => None,
        [name] => {
            record.insert((*name).to_owned(), value);
            Some(())
        }
        [name, rest @ ..] => {
            let inner = record.entry((*name).to_owned()).or_insert_with(|| Value::Object(Map::new()));
            put(inner.as_object_mut()?, rest, value)
        }
    }
}

fn collect_paths(record: &Map<String, Value>, prefix: &str, paths: &mut Vec<String>) {
    for (name, value) in record {
        let path = format!("{prefix}{name}");
        if let Value::Object(inner) = value {
            collect_paths(inner, &format!("{path}."), paths);
        }
        paths.push(path);
    }
}

/// Removes what stands at `path`.
fn take(record: &mut Map<String, Value>, path: &[&str]) -> Option<Value> {
    match path {
        [] => None,
        [name] => record.remove(*name),
        [name, rest @ ..] => take(record.get_mut(*name)?.as_object_mut()?, rest),
    }
}

fn plain_table(table: &toml::Table) -> Result<Map<String, Value>, String> {
    table.iter().map(|(name, value)| Ok((name.clone(), plain(value)?))).collect()
}

/// The value as policies read it: a time becomes seconds since 1970-01-01 UTC.
fn plain(value: &toml::Value) -> Result<Value, String> {
    Ok(match value {
        toml::Value::String(text) => Value::String(text.clone()),
        toml::Value::Integer(number) => (*number).into(),
        toml::Value::Boolean(yes) => (*yes).into(),
        toml::Value::Float(_) => return Err("a fact is never a fraction".to_owned()),
        toml::Value::Datetime(time) => {
            let at = Timestamp::parse_rfc3339(&time.to_string());
            at.ok_or_else(|| format!("`{time}` is not a time as 2026-11-23T04:00:00Z"))?
                .seconds()
                .into()
        }
        toml::Value::Array(values) => Value::Array(values.iter().map(plain).collect::<Result<_, _>>()?),
        toml::Value::Table(table) => Value::Object(plain_table(table)?),
    })
}
