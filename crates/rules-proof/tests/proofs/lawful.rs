//! Requests that are lawful but for a few facts, so that a counterexample can be read.

use std::collections::BTreeSet;

use cedar_policy::{Context, Entities, EntityUid, PolicySet, Request, Schema};
use cedar_policy_symcc::Env;
use countenance_rules::{Act, Rulebook};
use serde_json::Value;

/// The facts of the rulebook's lawful example of this act, with its numbers.
pub(crate) fn lawful(rulebook: &Rulebook, act: Act) -> Value {
    let is_lawful = |name: &str| name.ends_with("/lawful");
    let case = rulebook
        .cases()
        .iter()
        .find(|case| case.act == act && is_lawful(&case.name))
        .unwrap();
    let mut facts = case.facts();
    facts["parameters"] = rulebook.judged_parameters();
    facts
}

/// The paths that a policy asks for.
pub(crate) fn asked(source: &str) -> BTreeSet<String> {
    let paths = source.match_indices("context has ").filter_map(|(at, has)| {
        let rest = source.get(at + has.len()..)?;
        let end = rest
            .find(|char: char| !char.is_ascii_alphanumeric() && char != '.' && char != '_')
            .unwrap_or(rest.len());
        rest.get(..end).map(str::to_owned)
    });
    paths.collect()
}

/// Whether `path` is one of these facts, or inside one.
pub(crate) fn within(path: &str, facts: &[&str]) -> bool {
    facts
        .iter()
        .any(|fact| path == *fact || path.strip_prefix(fact).is_some_and(|rest| rest.starts_with('.')))
}

/// The rules of this act that ask for one of these facts.
pub(crate) fn rules_about<'a>(rulebook: &'a Rulebook, set: &PolicySet, facts: &[&str]) -> Vec<&'a str> {
    let of_act = |id: &str| set.policy(&id.parse().unwrap()).is_some();
    let rules = rulebook.policies().iter().filter(|rule| !rule.permit && of_act(&rule.id));
    let about = rules.filter(|rule| asked(&rule.source).iter().any(|path| within(path, facts)));
    about.map(|rule| rule.id.as_str()).collect()
}

/// What these rules read is as in `lawful`, but for the facts in `but`; numbers and lists are the rulebook's.
pub(crate) fn pinned(rulebook: &Rulebook, lawful: &Value, rules: &[&str], but: &[&str]) -> String {
    let read = rules.iter().flat_map(|rule| asked(&rulebook.policy(rule).unwrap().source));
    let mut pins: BTreeSet<String> = BTreeSet::new();
    for path in read.filter(|path| !within(path, but)) {
        let value = lawful.pointer(&format!("/{}", path.replace('.', "/")));
        pins.extend(value.map(|value| {
            if value.is_object() {
                format!("context has {path}")
            } else {
                format!("context has {path} && context.{path} == {value}")
            }
        }));
    }
    for (name, value) in lawful["parameters"].as_object().unwrap() {
        if rules
            .iter()
            .any(|rule| rulebook.policy(rule).unwrap().source.contains(&format!("parameters.{name}")))
        {
            pins.insert(format!("context.parameters has {name} && context.parameters.{name} == {value}"));
        }
    }
    pins.insert("true".to_owned());
    pins.into_iter().collect::<Vec<_>>().join(" && ")
}

/// `lawful` with the facts at `paths` as in the counterexample, as a request and in words.
pub(crate) fn changed(lawful: &Value, found: &Env, paths: &[&str], act: Act, schema: &Schema) -> (Request, String) {
    let found = found.request.context().unwrap().to_json_value().unwrap();
    let mut facts = lawful.clone();
    let mut told = Vec::new();
    for path in paths {
        let (inside, name) = path.rsplit_once('.').unwrap_or(("", path));
        let pointer = |path: &str| {
            if path.is_empty() {
                String::new()
            } else {
                format!("/{}", path.replace('.', "/"))
            }
        };
        let record = facts.pointer_mut(&pointer(inside)).unwrap().as_object_mut().unwrap();
        match found.pointer(&pointer(path)) {
            Some(value) => {
                if record.insert(name.to_owned(), value.clone()).as_ref() != Some(value) {
                    told.push(format!("{path} = {value}"));
                }
            }
            None => {
                if record.remove(name).is_some() {
                    told.push(format!("no {path}"));
                }
            }
        }
    }
    let uid = |kind: &str, id: &str| EntityUid::from_type_name_and_id(kind.parse().unwrap(), id.parse().unwrap());
    let action = uid("Action", act.word());
    let context = Context::from_json_value(facts, Some((schema, &action))).unwrap();
    let site = uid("Site", "here");
    let request = Request::new(site.clone(), action, site, context, Some(schema)).unwrap();
    (request, told.join("; "))
}

/// Whether Cedar permits the request.
pub(crate) fn permits(set: &PolicySet, request: &Request) -> bool {
    let response = cedar_policy::Authorizer::new().is_authorized(request, set, &Entities::empty());
    assert_eq!(response.diagnostics().errors().count(), 0, "an error would refuse");
    response.decision() == cedar_policy::Decision::Allow
}
