//! Beside a rulebook there may only be more reasons to refuse.

use std::collections::BTreeMap;

use countenance_base::Locale;
use countenance_rules::{Problem, RulebookRefused, Ruling, Shelf, Tightening, explain};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;

use crate::{edited, rulebook, shelf};

fn operator(text: &str) -> Result<Option<Tightening>, RulebookRefused> {
    Tightening::operator(&BTreeMap::from([("nights.cedar".to_owned(), text.as_bytes().to_vec())]))
}

const NIGHTS: &str = r#"// Nobody enrols at night.

@id("operator.short_consents")
@zh("本小区的同意书最长九十天。")
@en("Consents on this estate last ninety days at most.")
@remedy_zh("请缩短期限。")
@remedy_en("Choose a shorter term.")
forbid (principal, action == Action::"EnrolFace", resource) unless {
  context has consent.given && context has consent.until &&
  context.consent.until - context.consent.given <= 7776000
};
"#;

#[test]
fn an_operators_rule_refuses_with_its_own_name_and_standing() {
    let own = operator(NIGHTS).unwrap().unwrap();
    let tightened = rulebook().tightened(&own).unwrap();
    assert_eq!(tightened.id(), "cn/2026-01-01 + operator");
    assert_ne!(tightened.version(), rulebook().version());
    let base = rulebook();
    let case = base.cases().iter().find(|case| case.name == "enrol-face/lawful").unwrap();
    assert!(base.judge(case).ruling.permitted);
    let ruling = tightened.judge(case).ruling;
    assert_eq!(ruling.policies, ["operator.short_consents"]);
    let text = explain(&ruling, Locale::Zh) + &explain(&ruling, Locale::En);
    assert!(
        text.contains("本处自定的规则") && text.contains("this operator's own rule"),
        "{text}"
    );
    assert!(!text.contains("in force since"));
    // Everything that the law refuses is refused as before.
    for case in base.cases() {
        let (before, after) = (base.judge(case).ruling, tightened.judge(case).ruling);
        assert!(before.permitted || !after.permitted, "{}", case.name);
        assert!(before.findings.iter().all(|finding| after.refused_by(&finding.id)));
    }
}

#[test]
fn what_is_no_forbid_is_refused_with_file_and_line() {
    let broken: Vec<(&str, String)> = vec![
        ("a permit", NIGHTS.replace("forbid (", "permit (")),
        (
            "a permit after a forbid",
            format!("{NIGHTS}\n\n{}", NIGHTS.replace("forbid (", "permit (")),
        ),
        ("a name of the law's", NIGHTS.replace("operator.short_consents", "consent.finite")),
        ("a name of a draft's", NIGHTS.replace("operator.short_consents", "draft.short")),
        ("an article", NIGHTS.replace("@zh", "@article(\"《民法典》第一条\")\n@zh")),
        (
            "no English",
            NIGHTS.replace("@en(\"Consents on this estate last ninety days at most.\")\n", ""),
        ),
        ("not Cedar", NIGHTS.replace("unless {", "unless [")),
        ("a template", NIGHTS.replace("(principal,", "(principal == ?principal,")),
    ];
    let refusals: Vec<String> = broken
        .iter()
        .map(|(name, text)| format!("{name}\n    {}", operator(text).expect_err(name)))
        .collect();
    insta::assert_snapshot!("operator_refused", refusals.join("\n"));
    let fact = operator(&NIGHTS.replace("context has consent.given && ", "")).unwrap().unwrap();
    let error = rulebook().tightened(&fact).unwrap_err();
    assert_eq!((error.file.as_str(), error.line), ("operator/nights.cedar", 3));
    assert!(matches!(error.problem, Problem::Invalid(_)));
    let misspelt = operator(&NIGHTS.replace("consent.given", "consent.began")).unwrap().unwrap();
    let error = rulebook().tightened(&misspelt).unwrap_err();
    assert_eq!((error.file.as_str(), error.line), ("operator/nights.cedar", 3));
    assert!(
        error
            .to_string()
            .contains("asks for `consent.began`, which the schema does not know"),
        "{error}"
    );
    let twice = operator(&format!("{NIGHTS}{NIGHTS}")).unwrap().unwrap();
    assert!(matches!(rulebook().tightened(&twice).unwrap_err().problem, Problem::DoubleId(_)));
    let script = Tightening::operator(&BTreeMap::from([("run.sh".to_owned(), Vec::new())])).unwrap_err();
    assert_eq!((script.file.as_str(), script.problem), ("operator/run.sh", Problem::UnknownFile));
    assert!(Tightening::operator(&BTreeMap::new()).unwrap().is_none());
    assert!(operator("// nothing yet\n").unwrap().is_none());
}

#[test]
fn the_draft_is_stricter_and_warns_earlier() {
    let draft = shelf().draft("cn/draft-2023-08-08").unwrap();
    let strict = rulebook().tightened(draft).unwrap();
    assert_eq!(strict.id(), "cn/2026-01-01 + cn/draft-2023-08-08");
    assert_eq!(strict.parameters().filing_warning_persons, [10_000, 80_000, 90_000, 100_000]);
    assert_eq!(
        strict.parameters().filing_threshold_persons,
        rulebook().parameters().filing_threshold_persons
    );
    let against: Vec<&str> = draft.policies().iter().map(|rule| rule.id.as_str()).collect();
    for rule in &against {
        assert!(draft.cases().iter().any(|case| case.refused_by.contains(*rule)), "{rule}");
    }
    for rule in draft.policies() {
        assert!(rule.effective.is_empty() && rule.confidence.label(Locale::En).contains("never in force"));
    }
    // Both together: law, draft, and the operator's own.
    let own = operator(NIGHTS).unwrap().unwrap();
    let all = strict.tightened(&own).unwrap();
    assert_eq!(all.id(), "cn/2026-01-01 + cn/draft-2023-08-08 + operator");
    assert_eq!(all.policies().len(), rulebook().policies().len() + 5);
}

#[test]
fn a_broken_draft_says_where_and_what_to_do() {
    let (header, rules) = ("cn/draft-2023-08-08/rulebook.toml", "cn/draft-2023-08-08/policies/10-draft.cedar");
    let numbers = "cn/draft-2023-08-08/parameters.toml";
    let cases = [
        ("a status of force", edited(header, "status = \"draft\"", "status = \"in_force\"")),
        ("another day", edited(header, "published = 2023-08-08", "published = 2023-08-09")),
        (
            "a permit",
            edited(
                rules,
                "forbid (principal, action in [Action::\"SaveDoor\"",
                "permit (principal, action in [Action::\"SaveDoor\"",
            ),
        ),
        ("a day of force", edited(rules, "@zh(", "@effective(\"2023-08-08\")\n@zh(")),
        (
            "a number that loosens",
            edited(
                numbers,
                "[filing_warning_persons]\nvalue = [10000]",
                "[filing_threshold_persons]\nvalue = 1000000",
            ),
        ),
        (
            "a place that is none",
            edited(
                numbers,
                "[filing_warning_persons]\nvalue = [10000]",
                "[private_areas]\nvalue = [\"moon\"]",
            ),
        ),
        (
            "a broken example",
            edited(
                "cn/draft-2023-08-08/examples/save-door.toml",
                "expect = \"permit\"",
                "expect = \"maybe\"",
            ),
        ),
    ];
    crate::refused::assert_refusals("broken_draft", &cases);
}

/// One statement: whether it forbids, its actions, a condition over facts.
fn statement() -> impl Strategy<Value = (bool, String)> {
    let action = prop::sample::select(vec![
        "action",
        "action == Action::\"EnrolFace\"",
        "action == Action::\"MatchFace\"",
        "action in [Action::\"EnrolFace\", Action::\"MatchFace\"]",
        "action == Action::\"SaveDoor\"",
    ]);
    let condition = prop::sample::select(vec![
        "",
        "when { true }",
        "when { false }",
        "unless { true }",
        "when { 9223372036854775807 + 1 == 0 }",
        "unless { context.parameters.private_areas.contains(\"toilet\") }",
    ]);
    (any::<bool>(), action, condition, 0..1_000_u32).prop_map(|(forbid, action, condition, number)| {
        let effect = if forbid { "forbid" } else { "permit" };
        let notes = "@zh(\"甲\")\n@en(\"a\")\n@remedy_zh(\"乙\")\n@remedy_en(\"b\")";
        let text = format!("@id(\"operator.rule_{number}\")\n{notes}\n{effect} (principal, {action}, resource) {condition};\n");
        (forbid, text)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    /// Accepted if and only if everything forbids; and whatever is accepted permits nothing that the law refuses.
    #[test]
    fn generated_sets_never_loosen(statements in prop::collection::vec(statement(), 1..5), picks in prop::collection::vec(any::<prop::sample::Index>(), 3)) {
        let text: String = statements.iter().map(|(_, text)| text.as_str()).collect();
        let all_forbid = statements.iter().all(|(forbid, _)| *forbid);
        let read = operator(&text);
        prop_assert_eq!(read.is_ok(), all_forbid);
        if let Err(error) = &read {
            prop_assert!(matches!(error.problem, Problem::Loosens(_)));
            let first = statements.iter().position(|(forbid, _)| !forbid).unwrap();
            prop_assert_eq!(error.line, first * 6 + 1);
        }
        // A set that always errs is refused by validation or refuses everything; either way nothing is loosened.
        let base = rulebook();
        if let Some(tightened) = read.ok().flatten().and_then(|own| base.tightened(&own).ok()) {
            for pick in picks {
                let case = pick.get(base.cases());
                let (before, after): (Ruling, Ruling) = (base.judge(case).ruling, tightened.judge(case).ruling);
                prop_assert!(before.permitted || !after.permitted);
            }
        }
    }
}

#[test]
fn the_generated_sets_hold_both_kinds() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let drawn: Vec<(bool, String)> = (0..64).map(|_| statement().new_tree(&mut runner).unwrap().current()).collect();
    assert!(drawn.iter().any(|(forbid, _)| *forbid) && drawn.iter().any(|(forbid, _)| !forbid));
    let tightening = drawn.iter().filter(|(_, text)| {
        let own = operator(text).ok().flatten();
        own.is_some_and(|own| rulebook().tightened(&own).is_ok())
    });
    assert!(tightening.count() > 5, "some generated sets must be accepted");
    assert!(Shelf::read(&countenance_rules::embedded_files()).is_ok());
}
