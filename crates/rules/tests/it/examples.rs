//! Every example decides as it says, and every rule is tried both ways.

use std::collections::{BTreeMap, BTreeSet};

use countenance_rules::{Act, Case, CaseOutcome, ENGINE_ERROR, Ruling};

use crate::rulebook;

#[test]
fn every_example_decides_as_it_says() {
    let rulebook = rulebook();
    let outcomes: Vec<CaseOutcome> = rulebook.cases().iter().map(|case| rulebook.judge(case)).collect();
    let wrong: Vec<String> = outcomes
        .iter()
        .filter(|outcome| !outcome.as_expected)
        .map(|outcome| format!("{}: {:?}", outcome.name, outcome.ruling.policies))
        .collect();
    assert!(outcomes.len() > 100, "only {} examples were found", outcomes.len());
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn an_example_with_a_wrong_expectation_is_seen() {
    let rulebook = rulebook();
    let text = rulebook_case("declare-purpose", "purpose.owner\" = \"\"", "purpose.owner\" = \"someone\"");
    let cases = Case::read("examples/declare-purpose.toml", &text).unwrap();
    let wrong: Vec<&str> = cases
        .iter()
        .filter(|case| !rulebook.judge(case).as_expected)
        .map(|case| case.name.as_str())
        .collect();
    assert_eq!(wrong, ["declare-purpose/nobody-answers"]);
}

fn rulebook_case(name: &str, from: &str, to: &str) -> String {
    let files = crate::files("cn/2025-06-01");
    let text = String::from_utf8(files.get(&format!("examples/{name}.toml")).unwrap().clone()).unwrap();
    assert!(text.contains(from));
    text.replace(from, to)
}

#[test]
fn every_rule_has_an_example_for_and_one_against() {
    let rulebook = rulebook();
    let cases = rulebook.cases();
    let permitted: BTreeSet<Act> = cases
        .iter()
        .filter(|case| case.refused_by.is_empty())
        .map(|case| case.act)
        .collect();
    assert_eq!(permitted, BTreeSet::from(Act::ALL), "each act is permitted by some example");
    let against: BTreeSet<&str> = cases.iter().flat_map(|case| &case.refused_by).map(String::as_str).collect();
    let untried: Vec<&str> = rulebook
        .policies()
        .iter()
        .filter(|rule| !rule.permit)
        .map(|rule| rule.id.as_str())
        .filter(|id| !against.contains(id))
        .collect();
    assert_eq!(untried, Vec::<&str>::new(), "no example is refused by these rules");
    assert!(against.contains(ENGINE_ERROR));
}

/// Takes away each fact of each permitted example in turn: never permitted, and a refusing rule reads that very fact.
#[test]
fn a_missing_fact_refuses_by_the_rule_that_needs_it() {
    let rulebook = rulebook();
    let sources: BTreeMap<&str, &str> = rulebook
        .policies()
        .iter()
        .map(|rule| (rule.id.as_str(), rule.source.as_str()))
        .collect();
    let mut tried = 0;
    let mut wrong = Vec::new();
    for case in rulebook.cases().iter().filter(|case| case.refused_by.is_empty()) {
        for (path, without) in case.each_fact_left_out() {
            let ruling: Ruling = rulebook.judge(&without).ruling;
            tried += 1;
            let names_it = ruling.findings.iter().any(|finding| {
                finding.id != ENGINE_ERROR && sources.get(finding.id.as_str()).is_some_and(|source| asks_for(source, &path))
            });
            if ruling.permitted || !names_it {
                wrong.push(format!("{} without {path}: {:?}", case.name, ruling.policies));
            }
        }
    }
    assert!(tried > 500, "only {tried} facts were left out");
    assert_eq!(wrong, Vec::<String>::new());
}

/// Whether the policy asks `has` for the fact at `path`, or for something inside it.
fn asks_for(source: &str, path: &str) -> bool {
    source.match_indices(&format!("context has {path}")).any(|(at, found)| {
        source
            .as_bytes()
            .get(at + found.len())
            .is_none_or(|next| !next.is_ascii_alphanumeric() && *next != b'_')
    })
}

#[test]
fn asking_for_a_fact_is_recognised() {
    let source = "unless { context has door.sign_set && context has consent.given };";
    for (path, expected) in [
        ("door.sign_set", true),
        ("door", true),
        ("door.sign", false),
        ("consent.given", true),
        ("given", false),
    ] {
        assert_eq!(asks_for(source, path), expected, "{path}");
    }
}
