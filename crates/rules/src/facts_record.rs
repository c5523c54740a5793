//! The facts of a case as written: a record as policies read it, which remembers which of its numbers are times.

use std::collections::BTreeSet;

use countenance_base::Timestamp;
use serde_json::{Map, Value};

/// A record of facts. A case keeps its meaning when all its times move by the same span.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct FactsRecord {
    record: Map<String, Value>,
    /// Dotted paths of the values that were written as times.
    times: BTreeSet<String>,
}

impl FactsRecord {
    pub(crate) fn read(table: &toml::Table) -> Result<Self, String> {
        let mut facts = Self::default();
        for (name, value) in table {
            facts.put(name, value)?;
        }
        Ok(facts)
    }

    pub(crate) const fn record(&self) -> &Map<String, Value> {
        &self.record
    }

    /// When the act happens, where the facts say so.
    pub(crate) fn now(&self) -> Option<Timestamp> {
        self.record.get("now").and_then(Value::as_i64).map(Timestamp::from_seconds)
    }

    /// Writes `value` at the dotted path.
    pub(crate) fn put(&mut self, path: &str, value: &toml::Value) -> Result<(), String> {
        self.forget_times(path);
        let value = plain(path, value, &mut self.times)?;
        let parts: Vec<&str> = path.split('.').collect();
        put(&mut self.record, &parts, value).ok_or_else(|| format!("`{path}` leads through something that is no record"))
    }

    /// Removes what stands at the dotted path; `None` when nothing does.
    pub(crate) fn take(&mut self, path: &str) -> Option<Value> {
        self.forget_times(path);
        take(&mut self.record, &path.split('.').collect::<Vec<_>>())
    }

    fn forget_times(&mut self, path: &str) {
        let inner = format!("{path}.");
        self.times.retain(|time| time != path && !time.starts_with(&inner));
    }

    /// The paths of everything in it, records included.
    pub(crate) fn paths(&self) -> Vec<String> {
        let mut paths = Vec::new();
        collect_paths(&self.record, "", &mut paths);
        paths
    }

    /// The same with every time moved by `seconds`.
    pub(crate) fn moved(mut self, seconds: i64) -> Self {
        for path in &self.times {
            let parts: Vec<&str> = path.split('.').collect();
            if let Some(at) = lookup(&self.record, &parts).and_then(Value::as_i64) {
                put(&mut self.record, &parts, at.saturating_add(seconds).into());
            }
        }
        self
    }
}

fn lookup<'a>(record: &'a Map<String, Value>, path: &[&str]) -> Option<&'a Value> {
    match path {
        [] => None,
        [name] => record.get(*name),
        [name, rest @ ..] => lookup(record.get(*name)?.as_object()?, rest),
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

fn take(record: &mut Map<String, Value>, path: &[&str]) -> Option<Value> {
    match path {
        [] => None,
        [name] => record.remove(*name),
        [name, rest @ ..] => take(record.get_mut(*name)?.as_object_mut()?, rest),
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

/// The value as policies read it: a time becomes seconds since 1970-01-01 UTC.
fn plain(path: &str, value: &toml::Value, times: &mut BTreeSet<String>) -> Result<Value, String> {
    Ok(match value {
        toml::Value::String(text) => Value::String(text.clone()),
        toml::Value::Integer(number) => (*number).into(),
        toml::Value::Boolean(yes) => (*yes).into(),
        toml::Value::Float(_) => return Err("a fact is never a fraction".to_owned()),
        toml::Value::Datetime(time) => {
            let at = Timestamp::parse_rfc3339(&time.to_string());
            let at = at.ok_or_else(|| format!("`{time}` is not a time as 2026-11-23T04:00:00Z"))?;
            times.insert(path.to_owned());
            at.seconds().into()
        }
        toml::Value::Array(values) => Value::Array(values.iter().map(|value| plain(path, value, times)).collect::<Result<_, _>>()?),
        toml::Value::Table(table) => {
            let mut record = Map::new();
            for (name, value) in table {
                record.insert(name.clone(), plain(&format!("{path}.{name}"), value, times)?);
            }
            Value::Object(record)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_move_together_and_numbers_stay() {
        let table: toml::Table = toml::from_str("now = 2021-08-10T00:00:00Z\ncount = 5\n[a.b]\nat = 2021-08-09T00:00:00Z\n").unwrap();
        let mut facts = FactsRecord::read(&table).unwrap();
        facts.put("a.c", &toml::Value::Integer(7)).unwrap();
        let later = facts.clone().moved(86_400);
        assert_eq!(later.now().map(Timestamp::rfc3339).as_deref(), Some("2021-08-11T00:00:00Z"));
        assert_eq!(later.record().get("count"), Some(&Value::from(5)));
        assert_eq!(later.paths().len(), facts.paths().len());
        assert_ne!(later.record().get("a"), facts.record().get("a"));
        assert_eq!(later.clone().moved(-86_400), facts);
        facts.put("a.b.at", &toml::Value::Integer(1)).unwrap();
        let still = facts.clone().moved(60);
        assert_eq!(
            still.record().get("a"),
            facts.record().get("a"),
            "what is written as a number is no time"
        );
        assert!(facts.take("a.b").is_some() && facts.take("a.b").is_none());
    }
}
