//! Every example decides as it says, and every rule is tried both ways.

use std::collections::{BTreeMap, BTreeSet};

use countenance_base::Locale;
use countenance_rules::{Act, Case, ENGINE_ERROR, Rulebook, Ruling, Shelf, explain_examples};

use crate::{edited, rulebook, shelf};

#[test]
fn every_example_decides_as_it_says() {
    let (text, good) = explain_examples(shelf(), Locale::En);
    assert!(good, "{text}");
    assert_eq!(
        text.lines().filter(|line| line.contains(" 0 not as expected")).count(),
        11,
        "{text}"
    );
    assert!(rulebook().cases().len() > 150);
}

#[test]
fn an_example_with_a_wrong_expectation_is_seen() {
    let files = edited(
        "cn/2021-11-01/examples/declare-purpose.toml",
        "set = { \"purpose.owner\" = \"\" }",
        "set = { \"purpose.owner\" = \"someone\" }",
    );
    let first_two = |path: &String| path.starts_with("cn/2021-");
    let broken = Shelf::read(&files.into_iter().filter(|(path, _)| first_two(path)).collect()).unwrap();
    let wrong = |rulebook: &Rulebook| -> Vec<String> {
        let cases = rulebook.cases().iter().filter(|case| !broken.judge(case).unwrap().as_expected);
        cases.map(|case| case.name.clone()).collect()
    };
    assert_eq!(wrong(&broken.rulebooks()[0]), Vec::<String>::new());
    assert_eq!(wrong(&broken.rulebooks()[1]), ["declare-purpose/nobody-answers"]);
    assert!(!explain_examples(&broken, Locale::En).1);
}

#[test]
fn every_rule_of_every_day_has_an_example_for_and_one_against() {
    for rulebook in shelf().rulebooks() {
        let cases = rulebook.cases();
        let permitted: BTreeSet<Act> = cases
            .iter()
            .filter(|case| case.on.is_none() && case.refused_by.is_empty())
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
        assert_eq!(
            untried,
            Vec::<&str>::new(),
            "no example is refused by these rules in {}",
            rulebook.id()
        );
    }
    assert!(rulebook().cases().iter().any(|case| case.refused_by.contains(ENGINE_ERROR)));
}

/// A case without a day of its own happens within its rulebook's time, so that `explain` judges it by the same rulebook.
#[test]
fn examples_happen_in_the_time_of_their_rulebook() {
    let mut seen = 0;
    for rulebook in shelf().rulebooks() {
        for case in rulebook.cases().iter().filter(|case| case.on.is_none()) {
            let Some(at) = case.at() else { continue };
            assert!(
                at.civil_day("UTC").as_str() >= rulebook.from_day(),
                "{} in {}",
                case.name,
                rulebook.id()
            );
            seen += 1;
        }
    }
    assert!(seen > 500);
}

#[test]
fn a_file_that_somebody_brings_states_its_facts() {
    let error = Case::read("save-door.toml", "act = \"SaveDoor\"\n").unwrap_err();
    assert!(error.message.contains("case"), "{error}");
    let text = "act = \"SaveDoor\"\n[[case]]\nname = \"a\"\nzh = \"甲\"\nen = \"a\"\nexpect = \"permit\"\n";
    assert!(
        Case::read("save-door.toml", text)
            .unwrap_err()
            .message
            .contains("no `[facts]` here")
    );
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
    let permitted = |case: &&Case| case.on.is_none() && case.refused_by.is_empty();
    for case in rulebook.cases().iter().filter(permitted) {
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
pub(crate) fn asks_for(source: &str, path: &str) -> bool {
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
