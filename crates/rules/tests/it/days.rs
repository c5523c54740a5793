//! An act is judged by the law of its day; each day's folder holds what begins, changes and ends on it.

use std::collections::{BTreeMap, BTreeSet};

use countenance_rules::{Case, NoRulebook, PolicyText, Rulebook, Shelf, embedded, embedded_files, embedded_shelf};

use crate::{edit, edited, rulebook_of, shelf};

const DAYS: [&str; 10] = [
    "2021-08-01",
    "2021-11-01",
    "2024-01-01",
    "2025-01-01",
    "2025-04-01",
    "2025-05-01",
    "2025-06-01",
    "2025-07-18",
    "2025-11-01",
    "2026-01-01",
];

#[test]
fn every_consolidated_day_is_there_and_judges_from_its_day_on() {
    let days: Vec<&str> = shelf().rulebooks().iter().map(Rulebook::from_day).collect();
    assert_eq!(days, DAYS);
    for (day, expected) in [
        ("2021-08-01", "cn/2021-08-01"),
        ("2021-10-31", "cn/2021-08-01"),
        ("2021-11-01", "cn/2021-11-01"),
        ("2025-05-31", "cn/2025-05-01"),
        ("2025-06-01", "cn/2025-06-01"),
        ("2025-12-31", "cn/2025-11-01"),
        ("2031-01-01", "cn/2026-01-01"),
    ] {
        assert_eq!(rulebook_of(day).id(), expected, "{day}");
    }
    let choose = |day| Rulebook::choose(shelf().rulebooks(), day).unwrap_err();
    assert_eq!(choose("2021-07-31"), NoRulebook::NotYet("2021-07-31".to_owned()));
    assert_eq!(choose("soon"), NoRulebook::NotADay("soon".to_owned()));
    assert_eq!(choose("2025-02-30"), NoRulebook::NotADay("2025-02-30".to_owned()));
}

#[test]
fn a_draft_is_never_chosen_by_date() {
    let draft = shelf().draft("draft-2023-08-08").unwrap();
    for day in ["2023-08-07", "2023-08-08", "2023-12-31"] {
        let rulebook = rulebook_of(day);
        assert_eq!(rulebook.id(), "cn/2021-11-01");
        assert!(rulebook.policies().iter().all(|rule| !rule.id.starts_with("draft.")));
    }
    assert!(shelf().rulebooks().iter().all(|rulebook| rulebook.id() != draft.id()));
    assert_eq!(embedded().unwrap().len(), DAYS.len());
}

/// The words of a rule that a person reads, with its condition.
fn said(rule: &PolicyText) -> [&str; 6] {
    let PolicyText { article, text, remedy, .. } = rule;
    [&article.zh, &article.en, &text.zh, &text.en, &remedy.zh, rule.condition()]
}

#[test]
fn a_rule_says_the_same_on_every_day_unless_its_folder_says_otherwise() {
    let mut amended = 0;
    let mut rewritten = 0;
    for pair in shelf().rulebooks().windows(2) {
        let (before, after) = (&pair[0], &pair[1]);
        for rule in after.policies() {
            let Some(old) = before.policy(&rule.id) else {
                assert_eq!(rule.rulebook, after.id(), "{} is new and stands elsewhere", rule.id);
                assert!(rule.effective.as_str() <= after.from_day());
                continue;
            };
            let changed = said(old) != said(rule) || old.confidence != rule.confidence || old.effective != rule.effective;
            let listed = rule.rulebook == after.id() || rule.amended.as_deref() == Some(after.id());
            assert_eq!(changed, listed, "{} on {}", rule.id, after.from_day());
            amended += usize::from(rule.amended.as_deref() == Some(after.id()));
            rewritten += usize::from(rule.rulebook == after.id());
        }
        // Nothing has ended yet.
        assert!(before.policies().iter().all(|rule| after.policy(&rule.id).is_some()));
    }
    assert!(amended > 50, "only {amended} amendments were seen");
    assert_eq!(rewritten, 3);
}

/// The heart of non-retroactivity, for every rule of law: what it refuses on its day, it did not refuse the day before.
#[test]
fn no_rule_refuses_before_its_own_day() {
    let mut tried = BTreeSet::new();
    for pair in shelf().rulebooks().windows(2) {
        let (before, after) = (&pair[0], &pair[1]);
        for rule in after.policies().iter().filter(|rule| before.policy(&rule.id).is_none()) {
            let cases = after
                .cases()
                .iter()
                .filter(|case| case.on.is_none() && case.refused_by.contains(&rule.id));
            for case in cases {
                let (late, early) = (after.judge(case).ruling, before.judge(case).ruling);
                assert!(late.refused_by(&rule.id), "{} does not refuse {}", rule.id, case.name);
                assert!(!early.refused_by(&rule.id));
                tried.insert(rule.id.clone());
            }
            assert!(tried.contains(&rule.id), "no example is refused by {}", rule.id);
            assert!(
                rule.effective.as_str() <= after.from_day() && rule.effective.as_str() > before.from_day(),
                "{}",
                rule.id
            );
        }
    }
    assert!(tried.len() > 40, "only {} rules began", tried.len());
}

#[test]
fn examples_of_the_day_before_and_the_day_stand_on_both_sides() {
    let cases: Vec<&Case> = shelf()
        .rulebooks()
        .iter()
        .flat_map(Rulebook::cases)
        .filter(|case| case.on.is_some())
        .collect();
    let outcomes: Vec<_> = cases.iter().map(|case| (case, shelf().judge(case).unwrap())).collect();
    for (case, outcome) in &outcomes {
        assert!(outcome.as_expected, "{}: {:?}", case.name, outcome.ruling.policies);
    }
    let permitted = outcomes.iter().filter(|(_, outcome)| outcome.ruling.permitted).count();
    assert_eq!((outcomes.len(), permitted), (18, 9));
    let days: BTreeSet<String> = cases.iter().filter_map(|case| case.on).map(|day| day.to_string()).collect();
    for day in ["2021-11-01", "2025-01-01", "2025-04-01", "2025-05-01", "2025-06-01"] {
        assert!(days.contains(day), "{day}");
    }
    // The facts happen on that day: nothing else about them is early or late.
    for (case, outcome) in &outcomes {
        let on = case.on.unwrap().to_string();
        assert!(case.at().is_none_or(|at| at.civil_day("UTC") == on), "{}", case.name);
        assert!(outcome.ruling.rulebook.as_str() <= format!("cn/{on}").as_str());
    }
}

#[test]
fn numbers_begin_on_their_days() {
    let at = |day: &str| rulebook_of(day).parameters();
    assert_eq!(
        (at("2025-05-31").filing_threshold_persons, at("2025-06-01").filing_threshold_persons),
        (None, Some(100_000))
    );
    assert_eq!(at("2025-06-01").filing_warning_persons, [80_000, 90_000, 100_000]);
    assert_eq!(
        at("2025-06-01").filing_warning_persons.last(),
        at("2025-06-01").filing_threshold_persons.as_ref()
    );
    assert_eq!(
        (
            at("2025-04-30").officer_threshold_persons,
            at("2025-05-01").officer_threshold_persons
        ),
        (None, Some(1_000_000))
    );
    assert_eq!(
        (at("2025-07-17").officer_report_workdays, at("2025-07-18").officer_report_workdays),
        (None, Some(30))
    );
    assert_eq!(
        (at("2025-10-31").incident_report_hours, at("2025-11-01").incident_report_hours),
        (None, Some(4))
    );
    assert_eq!(
        (at("2023-12-31").minor_under_age, at("2024-01-01").minor_under_age),
        (None, Some(18))
    );
    assert_eq!(
        (at("2025-12-31").minors_report_month, at("2026-01-01").minors_report_month),
        (None, Some(1))
    );
    assert_eq!(
        at("2025-06-01").filing_legacy_day.map(|day| day.to_string()).as_deref(),
        Some("2025-07-14")
    );
    assert_eq!(at("2021-11-01").assessment_heads.len(), 3);
    assert_eq!(at("2025-06-01").assessment_heads.len(), 4);
    let source = |day: &str| &rulebook_of(day).parameters().sources["network_log_keep_months"];
    assert!(source("2025-12-31").source.zh.contains("第二十一条") && source("2026-01-01").source.zh.contains("第二十三条"));
    for rulebook in shelf().rulebooks() {
        for (name, parameter) in &rulebook.parameters().sources {
            assert!(parameter.effective.to_string().as_str() <= rulebook.from_day(), "{name}");
        }
    }
}

#[test]
fn an_old_text_cannot_be_changed_without_a_new_approval_of_every_later_day() {
    let read = |files: &BTreeMap<String, Vec<u8>>| Shelf::read(files).unwrap();
    let touched = read(&edited(
        "cn/2025-01-01/policies/30-notice.cedar",
        "请填写投诉渠道。",
        "请填写投诉的渠道。",
    ));
    for (old, new) in shelf().rulebooks().iter().zip(touched.rulebooks()) {
        assert_eq!(old.version() == new.version(), old.from_day() < "2025-01-01", "{}", old.id());
    }
    let refused = touched.check_approved().unwrap_err();
    assert!(
        refused
            .to_string()
            .starts_with("approved.toml:1: nobody has approved the text of cn/2025-01-01"),
        "{refused}"
    );
    assert_eq!(refused.code(), "rulebook.not_approved");
    assert!(
        refused.remedy.contains("countenance rules approve 2025-01-01 --by NAME"),
        "{refused}"
    );
}

#[test]
fn what_is_embedded_is_approved() {
    let unapproved: Vec<String> = shelf()
        .rulebooks()
        .iter()
        .map(|rulebook| (rulebook.id(), rulebook.version()))
        .chain(shelf().drafts().iter().map(|draft| (draft.id(), draft.version())))
        .filter(|(id, version)| shelf().approval(id, version).is_none())
        .map(|(id, version)| format!("{id} {version}"))
        .collect();
    assert_eq!(
        unapproved,
        Vec::<String>::new(),
        "`countenance rules approve` prints what to add to rulebooks/approved.toml"
    );
    assert!(embedded_shelf().is_ok());
    // The lines that are asked for are lines that are read.
    let mut files = edited("cn/2025-01-01/policies/30-notice.cedar", "请填写投诉渠道。", "请填写投诉的渠道。");
    let changed = Shelf::read(&files).unwrap();
    let day = countenance_rules::Day::parse("2026-11-27").unwrap();
    let mut text = String::from_utf8(files["approved.toml"].clone()).unwrap();
    for rulebook in changed.rulebooks() {
        text += "\n";
        text += &countenance_rules::approval_lines(rulebook.id(), rulebook.version(), "somebody \"else\"", day);
    }
    files.insert("approved.toml".to_owned(), text.into_bytes());
    let approved = Shelf::read(&files).unwrap();
    assert!(approved.check_approved().is_ok());
    let newest = approved.rulebooks().last().unwrap();
    assert_eq!(approved.approval(newest.id(), newest.version()).unwrap().by, "somebody else");
}

#[test]
fn a_rule_can_end() {
    let header = "cn/2026-01-01/rulebook.toml";
    let files = edited(
        header,
        "title_zh",
        "ended = [\"purpose.owner\", \"declare-purpose/nobody-answers\"]\ntitle_zh",
    );
    let ended = Shelf::read(&files).unwrap();
    assert!(ended.rulebook("2025-11-01").unwrap().policy("purpose.owner").is_some());
    let newest = ended.rulebooks().last().unwrap();
    assert!(newest.policy("purpose.owner").is_none());
    assert!(
        newest
            .cases()
            .iter()
            .all(|case| newest.judge(case).as_expected || case.on.is_some())
    );
    // A case that expects the ended rule must end with it.
    let files = edit(files, header, ", \"declare-purpose/nobody-answers\"", "");
    assert!(Shelf::read(&files).unwrap_err().to_string().contains("the rule ended"));
}

#[test]
fn rulebooks_are_found_by_day_and_by_id() {
    for name in ["2025-06-01", "cn/2025-06-01"] {
        assert_eq!(shelf().rulebook(name).map(Rulebook::id), Some("cn/2025-06-01"));
    }
    assert!(shelf().rulebook("2025-06-02").is_none());
    assert_eq!(shelf().newest().map(Rulebook::id).collect::<Vec<_>>(), ["cn/2026-01-01"]);
    assert_eq!(embedded_files().keys().filter(|path| path.ends_with("rulebook.toml")).count(), 11);
}
