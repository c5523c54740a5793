//! What Cedar says about policies before any of them is asked.

use std::collections::{BTreeMap, BTreeSet};

use cedar_policy::{Policy, PolicySet, Schema, ValidationMode, Validator};

use crate::assemble::Rules;
use crate::folder::SCHEMA;
use crate::load::{Problem, RulebookRefused, line_at, one_line};
use crate::{Act, PolicyText};

pub(crate) fn read_schema(text: &str) -> Result<Schema, RulebookRefused> {
    use miette::Diagnostic as _;
    let (schema, warnings) = Schema::from_cedarschema_str(text).map_err(|error| {
        let line = error
            .labels()
            .and_then(|mut labels| labels.next())
            .map_or(1, |label| line_at(text, label.offset()));
        let problem = Problem::Cedar(one_line(&error.to_string()));
        RulebookRefused::new(SCHEMA, line, problem, "correct the schema")
    })?;
    match warnings.map(|warning| warning.to_string()).next() {
        None => Ok(schema),
        Some(warning) => {
            let problem = Problem::Cedar(one_line(&warning));
            Err(RulebookRefused::new(SCHEMA, 1, problem, "correct the schema"))
        }
    }
}

/// Strict validation; a warning (a rule that can never apply, letters that look alike) refuses as well.
pub(crate) fn validate(rules: &Rules, schema: &Schema) -> Result<(), RulebookRefused> {
    let mut set = PolicySet::new();
    for (text, policy) in rules {
        if set.add(policy.clone()).is_err() {
            let problem = Problem::DoubleId(text.id.clone());
            return Err(RulebookRefused::new(
                &text.file,
                text.line,
                problem,
                "give each policy an id of its own",
            ));
        }
    }
    let result = Validator::new(schema.clone()).validate(&set, ValidationMode::Strict);
    let of_policy = |id: &str| -> BTreeSet<String> {
        let errors = result
            .validation_errors()
            .filter(|error| AsRef::<str>::as_ref(error.policy_id()) == id)
            .map(ToString::to_string);
        let warnings = result
            .validation_warnings()
            .filter(|warning| AsRef::<str>::as_ref(warning.policy_id()) == id);
        errors
            .chain(warnings.map(ToString::to_string))
            .map(|complaint| one_line(&complaint))
            .collect()
    };
    // Cedar reports in no fixed order; the first policy of the rulebook that it complains about is named.
    let found = rules
        .iter()
        .map(|(text, _)| (text, of_policy(&text.id)))
        .find(|(_, complaints)| !complaints.is_empty());
    let Some((text, complaints)) = found else {
        return if result.validation_passed_without_warnings() {
            Ok(())
        } else {
            let problem = Problem::Invalid("complaint about no policy".to_owned());
            let remedy = "check schema and policies with the Cedar command line";
            Err(RulebookRefused::new("policies/", 1, problem, remedy))
        };
    };
    let complaints = complaints.into_iter().collect::<Vec<_>>().join(" · ");
    let remedy = "ask `has` before reading a fact, and use only facts of the schema";
    Err(RulebookRefused::new(&text.file, text.line, Problem::Invalid(complaints), remedy))
}

/// The first fact after a `has` of this rule that the schema does not know. Strict validation takes it for a fact that is never there.
pub(crate) fn unknown_fact<'a>(rule: &'a PolicyText, schema: &Schema) -> Option<&'a str> {
    let asked = rule.condition().match_indices(" has ").filter_map(|(at, has)| {
        let (before, after) = (rule.condition().get(..at)?, rule.condition().get(at + has.len()..)?);
        let root = before
            .rsplit(|char: char| !char.is_ascii_alphanumeric() && char != '.' && char != '_')
            .next()?;
        let end = after
            .find(|char: char| !char.is_ascii_alphanumeric() && char != '.' && char != '_')
            .unwrap_or(after.len());
        Some((root, after.get(..end)?))
    });
    // A comparison with itself reads the fact, and reading one that does not exist is an error.
    let mut known = asked.filter(|(root, path)| {
        let action = rule.acts.first().map_or("MatchFace", |act| act.word());
        let probe = format!(
            "permit (principal, action == Action::\"{action}\", resource) when {{ {root} has {path} && {root}.{path} == {root}.{path} }};"
        );
        let mut set = PolicySet::new();
        let added = Policy::parse(None, probe).is_ok_and(|policy| set.add(policy).is_ok());
        !added
            || !Validator::new(schema.clone())
                .validate(&set, ValidationMode::Strict)
                .validation_passed_without_warnings()
    });
    known.next().map(|(_, path)| path)
}

/// The policies of each act, so that a question is not put to those of another.
pub(crate) fn sets(rules: &Rules) -> Result<BTreeMap<Act, PolicySet>, RulebookRefused> {
    let mut sets: BTreeMap<Act, PolicySet> = Act::ALL.into_iter().map(|act| (act, PolicySet::new())).collect();
    for (text, policy) in rules {
        for act in &text.acts {
            let added = sets.get_mut(act).is_some_and(|set| set.add(policy.clone()).is_ok());
            if !added {
                let problem = Problem::DoubleId(text.id.clone());
                return Err(RulebookRefused::new(
                    &text.file,
                    text.line,
                    problem,
                    "give each policy an id of its own",
                ));
            }
        }
    }
    Ok(sets)
}
