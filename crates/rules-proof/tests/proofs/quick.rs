//! The shortened policies, by which nearly every request is asked, permit exactly what the whole ones permit.

use std::time::Instant;

use cedar_policy::PolicySet;
use countenance_rules::{Act, Parameters};

use crate::lawful::permits;
use crate::rulebook;
use crate::solver::{Prover, one, say, schema, schema_text, with_room};

/// Facts that few requests have: the shortened policies go on asking for them.
const RARE: [&str; 7] = [
    "under_minor_age?",
    "guardian?",
    "legal_opinion?",
    "filing_due?",
    "verified?",
    "special_rules?",
    "hash?",
];

/// The schema of requests that have every usual fact: nothing is optional but the rare ones.
fn usual_schema() -> String {
    let mut text = String::new();
    for line in schema_text().lines() {
        let kept = RARE.iter().any(|rare| line.contains(rare)) || line.contains("author?");
        text += &if kept { rarely(line) } else { line.replace("?:", ":") };
        text.push('\n');
    }
    text
}

/// A line with rare facts: those stay optional, the others on it do not; and what is inside a rare fact comes with it.
fn rarely(line: &str) -> String {
    let inside = ["verified?", "special_rules?", "hash?", "author?", "given?"];
    let mut line = line.to_owned();
    if line.starts_with("type Guardian") || line.starts_with("type LegalOpinion") {
        for name in inside {
            line = line.replace(name, name.trim_end_matches('?'));
        }
        return line;
    }
    line.replace("under_guardian_age?", "under_guardian_age")
}

/// The numbers of the rulebook, as a condition on `context.parameters`: the shortened policies have them written in.
fn numbers(parameters: &Parameters) -> String {
    let facts = [
        ("face_lease_hours", parameters.face_lease_hours),
        ("consent_max_days", parameters.consent_max_days),
        ("passage_retention_max_days", parameters.passage_retention_max_days),
        ("enrolment_code_minutes", parameters.enrolment_code_minutes),
        ("household_search_max", parameters.household_search_max),
        ("open_search_max", parameters.open_search_max),
        ("distance_max_mm", parameters.distance_max_mm),
        ("alternative_dead_hours", parameters.alternative_dead_hours),
        ("assessment_max_days", parameters.assessment_max_days),
        ("assessment_keep_days", parameters.assessment_keep_days),
        ("filing_threshold_persons", parameters.filing_threshold_persons.unwrap()),
        ("officer_threshold_persons", parameters.officer_threshold_persons.unwrap()),
    ];
    let equal = facts.iter().map(|(name, number)| format!("context.parameters.{name} == {number}"));
    equal.collect::<Vec<_>>().join(" && ")
}

/// Times that can be computed with. Beyond them policies err and the engine refuses, which Cedar by itself would not do.
fn times(act: Act) -> String {
    let assessment = ["now", "assessment.approved", "assessment.kept_until"];
    let of_face = ["consent.given", "consent.until"];
    let paths = match act {
        Act::DeclarePurpose | Act::SaveDoor => vec![],
        Act::ActivatePurpose => assessment.to_vec(),
        Act::EnrolFace => [assessment.as_slice(), &of_face].concat(),
        Act::MatchFace => [assessment.as_slice(), &of_face, &["other_way_worked"]].concat(),
    };
    let within = |path: &&str| format!("context.{path} >= 0 && context.{path} <= 253402300800");
    let all = paths.iter().map(within).collect::<Vec<_>>().join(" && ");
    if all.is_empty() { "true".to_owned() } else { all }
}

/// The set, refusing everything that does not meet `condition`.
fn within(set: &PolicySet, condition: &str) -> PolicySet {
    let mut set = set.clone();
    let bound = one(&format!("forbid (principal, action, resource) unless {{ {condition} }};"));
    let bound = bound.policies().next().unwrap().new_id("proof.bound".parse().unwrap());
    set.add(bound).unwrap();
    set
}

#[test]
fn the_quick_way_permits_what_the_whole_policies_permit() {
    with_room(same());
}

async fn same() {
    let rulebook = rulebook();
    let mut prover = Prover::new(schema(&usual_schema()));
    let numbers = numbers(rulebook.parameters());
    for act in Act::ALL {
        let begun = Instant::now();
        let (whole, quick) = (rulebook.policy_set(act).unwrap(), rulebook.usual_policy_set(act).unwrap());
        assert!(
            prover.permitted_only_by(&within(whole, &numbers), &quick, act).await.is_none(),
            "{}",
            act.word()
        );
        assert!(
            prover.permitted_only_by(&within(&quick, &numbers), whole, act).await.is_none(),
            "{}",
            act.word()
        );
        // The groups decide. Of one that errs Cedar alone would overlook the rest, and the engine refuses.
        let groups = rulebook.usual_policy_groups(act).unwrap();
        assert!(prover.permitted_only_by(&quick, &groups, act).await.is_none(), "{}", act.word());
        assert!(
            prover.permitted_only_by(&within(&groups, &times(act)), &quick, act).await.is_none(),
            "{}",
            act.word()
        );
        say(&format!(
            "proved for every {} with the usual facts: the quick way permits what the whole policies permit ({:.0?})",
            act.word(),
            begun.elapsed()
        ));
    }
}

#[test]
fn a_shortened_policy_too_few_is_found_out() {
    with_room(different());
}

async fn different() {
    let rulebook = rulebook();
    let mut prover = Prover::new(schema(&usual_schema()));
    let act = Act::MatchFace;
    let numbers = format!("{} && {}", numbers(rulebook.parameters()), times(act));
    let (whole, quick) = (rulebook.policy_set(act).unwrap(), rulebook.usual_policy_set(act).unwrap());
    for rule in ["consent.not_withdrawn", "match.search_size", "minor.guardian_signs"] {
        let mut short = quick.clone();
        short.remove_static(rule.parse().unwrap()).unwrap();
        let found = prover.permitted_only_by(&within(&short, &numbers), whole, act).await;
        let found = found.unwrap_or_else(|| panic!("nothing shows that {rule} is missing"));
        assert!(permits(&short, &found.request) && !permits(whole, &found.request), "{rule}");
    }
    // And a set that refuses too much.
    let strict = within(&quick, "context.search_size == 1");
    assert!(prover.permitted_only_by(&within(whole, &numbers), &strict, act).await.is_some());
}
