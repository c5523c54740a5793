//! What `rules lint` finds, each shown to be found.

use std::collections::BTreeMap;

use countenance_base::Locale;
use countenance_rules::{Chapter, Complaint, Day, Shelf, diff, embedded_files, lint};

use crate::{edit, edited, rulebook, rulebook_of};

fn today() -> Day {
    Day::parse("2026-12-31").unwrap()
}

/// Complaints other than that the edited text is not approved.
fn found(files: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let complaints = lint(files, today());
    let of_interest = complaints.iter().filter(|complaint| complaint.file != "approved.toml");
    of_interest.map(ToString::to_string).collect()
}

#[test]
fn the_committed_rulebooks_have_nothing_to_put_right() {
    assert_eq!(lint(&embedded_files(), today()), Vec::<Complaint>::new());
}

const NEW_RULE: &str = r#"
@id("purpose.quiet")
@article("《个人信息保护法》第六条")
@article_en("Personal Information Protection Law, article 6")
@effective("2026-01-01")
@confidence("O")
@zh("须安静。")
@en("It must be quiet.")
@remedy_zh("请安静。")
@remedy_en("Be quiet.")
forbid (principal, action == Action::"DeclarePurpose", resource) unless { context has purpose.owner };
"#;

fn with_new_rule(text: &str) -> BTreeMap<String, Vec<u8>> {
    let mut files = embedded_files();
    files.insert("cn/2026-01-01/policies/90-new.cedar".to_owned(), text.as_bytes().to_vec());
    files
}

#[test]
fn each_fault_is_found_with_file_line_and_remedy() {
    let door = "cn/2021-11-01/policies/60-door.cedar";
    let header = "cn/2026-01-01/rulebook.toml";
    let rewritten = {
        let owner = String::from_utf8(embedded_files()["cn/2021-11-01/policies/10-purpose.cedar"].clone()).unwrap();
        let owner = owner.split("@id(\"purpose.owner\")").nth(1).unwrap();
        let again = format!("@id(\"purpose.owner\"){}", owner.split("\n\n@id").next().unwrap());
        edit(
            with_new_rule(&again),
            header,
            "changed = [\n",
            "changed = [\n  \"purpose.owner\",\n",
        )
    };
    let cases = [
        ("a rule that no example refuses", with_new_rule(NEW_RULE)),
        (
            "an act that no example permits",
            edited(
                "cn/2026-01-01/rulebook.toml",
                "title_zh",
                "ended = [\"declare-purpose/lawful\", \"declare-purpose/open-search-apart\", \"declare-purpose/other-basis-on-record\"]\ntitle_zh",
            ),
        ),
        (
            "a misspelt fact",
            edited(
                door,
                "context has door.sign &&\n  (context.door.sizes_with_face.isEmpty() || context.door.sign)",
                "context has door.sing &&\n  (context.door.sizes_with_face.isEmpty() || context.door.sing)",
            ),
        ),
        (
            "a text in the wrong language",
            edited(door, "@en(\"A face recognition device needs", "@en(\"设备 needs"),
        ),
        (
            "a rule that came late",
            with_new_rule(&NEW_RULE.replace("2026-01-01", "2025-06-15")),
        ),
        ("a change that changes nothing", rewritten),
        ("no calendar", {
            let mut files = embedded_files();
            files.remove("cn/calendars/2024.toml");
            files
        }),
        ("two broken policies", {
            let files = edited(door, "@confidence(\"O\")", "@confidence(\"X\")");
            edit(files, "cn/2025-06-01/policies/80-site.cedar", "@remedy_en", "@remedy_fr")
        }),
    ];
    let told: Vec<String> = cases
        .iter()
        .map(|(name, files)| format!("{name}\n    {}", found(files).join("\n    ")))
        .collect();
    insta::assert_snapshot!("lint", told.join("\n"));
    // The next year's calendar is wanted once the year has come.
    let next = lint(&embedded_files(), Day::parse("2027-01-01").unwrap());
    assert_eq!(next.len(), 1);
    assert!(
        next[0]
            .to_string()
            .starts_with("cn/calendars/2027.toml:1: there is no calendar of 2027")
    );
    // A text that nobody approved is a complaint of its own.
    let unapproved = lint(&with_new_rule(NEW_RULE), today());
    let lines: Vec<&Complaint> = unapproved.iter().filter(|complaint| complaint.file == "approved.toml").collect();
    assert_eq!(lines.len(), 1);
    assert!(lines[0].line > 1 && lines[0].problem.contains("cn/2026-01-01"));
}

#[test]
fn a_difference_names_every_rule_and_number_that_is_not_the_same() {
    let (before, after) = (rulebook_of("2025-05-31"), rulebook_of("2025-06-01"));
    let text = diff(before, after, Locale::En);
    for rule in after.policies() {
        let same = before.policy(&rule.id).is_some_and(|old| {
            let said = |rule: &countenance_rules::PolicyText| (rule.text.clone(), rule.article.clone(), rule.source.clone());
            said(old) == said(rule)
        });
        let told = text
            .lines()
            .any(|line| line == format!("+ {}", rule.id) || line == format!("~ {}", rule.id));
        assert_eq!(told, !same, "{}", rule.id);
    }
    for (name, parameter) in &after.parameters().sources {
        let same = before
            .parameters()
            .sources
            .get(name)
            .is_some_and(|old| (&old.value, &old.source) == (&parameter.value, &parameter.source));
        let told = text
            .lines()
            .any(|line| line.starts_with(&format!("+ {name} =")) || line.starts_with(&format!("~ {name} =")));
        assert_eq!(told, !same, "{name}");
    }
    let edited = Shelf::read(&edited(
        "cn/2025-06-01/policies/70-limits.cedar",
        "!context.leaves_device ||",
        "context.leaves_device ||",
    ))
    .unwrap();
    let text = diff(after, edited.rulebook("2025-06-01").unwrap(), Locale::Zh);
    insta::assert_snapshot!("diff", text);
}

#[test]
fn a_book_holds_every_rule_once_and_under_its_article() {
    let rulebook = rulebook();
    let book = rulebook.book();
    let articles = || book.chapters.iter().flat_map(|chapter| &chapter.articles);
    let mut ids: Vec<&str> = articles()
        .flat_map(|article| &article.rules)
        .map(|rule| rule.rule.id.as_str())
        .collect();
    ids.sort_unstable();
    let mut all: Vec<&str> = rulebook.policies().iter().map(|rule| rule.id.as_str()).collect();
    all.sort_unstable();
    assert_eq!(ids, all);
    let numbers: std::collections::BTreeSet<&str> = articles().flat_map(|article| article.numbers.keys().copied()).collect();
    assert_eq!(numbers.len(), rulebook.parameters().sources.len());
    let chapter = |name: &str| -> &Chapter<'_> {
        let named = |chapter: &&Chapter<'_>| chapter.instrument.is_some_and(|instrument| instrument.name.en == name);
        book.chapters.iter().find(named).unwrap()
    };
    let article = |name: &str, number: u32| {
        chapter(name)
            .articles
            .iter()
            .find(|article| article.number == Some(number))
            .unwrap()
    };
    let filing = article("Measures on Face Recognition", 15);
    assert_eq!(filing.rules[0].rule.id, "site.filed");
    assert_eq!(
        filing.rules[0].reads.keys().copied().collect::<Vec<_>>(),
        ["filing_threshold_persons"]
    );
    assert!(filing.rules[0].against.len() > 1 && filing.rules[0].permitted > 3);
    assert!(filing.numbers.contains_key("filing_workdays"));
    let assessment = article("Personal Information Protection Law", 56);
    assert!(assessment.also.iter().any(|rule| rule.id == "assessment.kept"));
    // Laws before regulations before rules before courts; choices without an article last.
    let ranks: Vec<_> = book
        .chapters
        .iter()
        .map(|chapter| chapter.instrument.map(|instrument| instrument.rank))
        .collect();
    let mut sorted = ranks.clone();
    sorted.sort_by_key(|rank| (rank.is_none(), *rank));
    assert_eq!(ranks, sorted);
    assert!(ranks.last().unwrap().is_none());
}
