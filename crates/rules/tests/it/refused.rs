//! Rulebooks that must not be used: each is refused with file, line, problem and remedy.

use std::collections::BTreeMap;

use countenance_rules::{Problem, Rulebook};

use crate::{files, rulebook};

const FOLDER: &str = "cn/2025-06-01";

fn edited(path: &str, from: &str, to: &str) -> BTreeMap<String, Vec<u8>> {
    let mut files = files(FOLDER);
    let text = String::from_utf8(files.get(path).unwrap().clone()).unwrap();
    assert!(text.contains(from), "`{from}` is not in {path}");
    files.insert(path.to_owned(), text.replacen(from, to, 1).into_bytes());
    files
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table of everything that can be wrong")]
fn a_broken_rulebook_says_where_and_what_to_do() {
    let cases = [
        (
            "broken Cedar",
            edited(
                "policies/60-door.cedar",
                "unless {\n  context has door.area",
                "unless {{\n  context has door.area",
            ),
        ),
        (
            "an optional fact read without has",
            edited("policies/50-other-way.cedar", "context has other_way.opens_this_door && ", ""),
        ),
        (
            "a fact that does not exist",
            edited("policies/70-limits.cedar", "context.code_minutes > 0", "context.code_hours > 0"),
        ),
        (
            "a rule that compares a number with a word",
            edited(
                "policies/70-limits.cedar",
                "context.lease_hours > 0",
                "context.lease_hours == \"0\"",
            ),
        ),
        (
            "no English text",
            edited(
                "policies/20-assessment.cedar",
                "@en(\"The assessment must treat",
                "@note(\"The assessment must treat",
            ),
        ),
        (
            "an empty remedy",
            edited(
                "policies/20-assessment.cedar",
                "@remedy_zh(\"请由另一人阅读并批准。\")",
                "@remedy_zh(\" \")",
            ),
        ),
        (
            "a missing article",
            edited(
                "policies/20-assessment.cedar",
                "@article(\"《人脸识别技术应用安全管理办法》第九条第二款；《个人信息保护法》第五十六条\")\n",
                "",
            ),
        ),
        (
            "an unknown confidence",
            edited("policies/10-purpose.cedar", "@confidence(\"S\")", "@confidence(\"certain\")"),
        ),
        (
            "an id in one word",
            edited("policies/10-purpose.cedar", "@id(\"purpose.owner\")", "@id(\"owner\")"),
        ),
        (
            "the same id twice",
            edited("policies/10-purpose.cedar", "@id(\"purpose.owner\")", "@id(\"purpose.mode\")"),
        ),
        (
            "a rule of the future",
            edited(
                "policies/10-purpose.cedar",
                "@effective(\"2025-06-01\")",
                "@effective(\"2025-07-01\")",
            ),
        ),
        (
            "a second permit",
            edited(
                "policies/00-permits.cedar",
                "action == Action::\"DeclarePurpose\"",
                "action == Action::\"MatchFace\"",
            ),
        ),
        (
            "a permit under a condition",
            edited(
                "policies/00-permits.cedar",
                "action == Action::\"EnrolFace\", resource);",
                "action == Action::\"EnrolFace\", resource) when { context has now };",
            ),
        ),
        (
            "a permit for everything",
            edited("policies/00-permits.cedar", "action == Action::\"EnrolFace\"", "action"),
        ),
        (
            "a missing number",
            edited("parameters.toml", "[face_lease_hours]", "[face_lease_minutes]"),
        ),
        (
            "an unknown number",
            edited(
                "parameters.toml",
                "[private_areas]",
                "[gold_members]\nvalue = 1\nsource_zh = \"无\"\nsource_en = \"none\"\nconfidence = \"D\"\n\n[private_areas]",
            ),
        ),
        (
            "a misspelt private area",
            edited("parameters.toml", "\"changing_room\"", "\"changingroom\""),
        ),
        (
            "a number without source",
            edited(
                "parameters.toml",
                "source_en = \"design choice: how long an enrolment code lives\"",
                "source_en = \"\"",
            ),
        ),
        ("broken TOML", edited("parameters.toml", "value = 10\n", "value = \n")),
        (
            "an unknown placeholder",
            edited("notices/face-at-door-1.toml", "{other_ways}", "{other_lanes}"),
        ),
        (
            "an open brace",
            edited(
                "notices/face-at-door-1.toml",
                "一、您可以不用人脸。这些门还可以用：{other_ways}。不用人脸不收费，不减少时段，也不需要说明理由。",
                "一、{other_ways",
            ),
        ),
        (
            "an example by an unknown rule",
            edited(
                "examples/save-door.toml",
                "refused_by = [\"door.sign\"]",
                "refused_by = [\"door.sing\"]",
            ),
        ),
        (
            "an example of an unknown act",
            edited("examples/save-door.toml", "act = \"SaveDoor\"", "act = \"OpenDoor\""),
        ),
        (
            "an example that expects both",
            edited(
                "examples/save-door.toml",
                "expect = \"permit\"",
                "expect = \"permit\"\nrefused_by = [\"door.sign\"]",
            ),
        ),
        (
            "an id that is not its folder",
            edited("rulebook.toml", "id = \"cn/2025-06-01\"", "id = \"cn/2025-06-02\""),
        ),
        (
            "a schema that is broken",
            edited("schema.cedarschema", "entity Site;", "entity Site"),
        ),
    ];
    let refusals: Vec<String> = cases
        .into_iter()
        .map(|(name, files)| match Rulebook::from_files(&files) {
            Ok(_) => format!("{name}: ACCEPTED"),
            Err(error) => format!("{name}\n    {error}"),
        })
        .collect();
    insta::assert_snapshot!(refusals.join("\n"));
}

#[test]
fn a_file_too_few_or_too_many_is_refused() {
    let whole = files(FOLDER);
    assert!(Rulebook::from_files(&whole).is_ok());
    for path in ["rulebook.toml", "parameters.toml", "schema.cedarschema"] {
        let mut files = whole.clone();
        files.remove(path);
        let error = Rulebook::from_files(&files).unwrap_err();
        assert_eq!((error.file.as_str(), error.problem), (path, Problem::MissingFile));
    }
    for path in ["policies/late.ceder", "notes.txt", "policies/old/10-purpose.cedar"] {
        let mut files = whole.clone();
        files.insert(path.to_owned(), Vec::new());
        let error = Rulebook::from_files(&files).unwrap_err();
        assert_eq!((error.file.as_str(), error.problem), (path, Problem::UnknownFile));
    }
    let mut files = whole;
    files.insert("policies/10-purpose.cedar".to_owned(), vec![b'\n', 0xff]);
    let error = Rulebook::from_files(&files).unwrap_err();
    assert_eq!((error.line, error.problem), (2, Problem::NotUtf8));
}

#[test]
fn two_rulebooks_of_one_day_are_refused() {
    let twins = [rulebook(), rulebook()];
    assert!(Rulebook::check_overlap(&twins[..1]).is_ok());
    let error = Rulebook::check_overlap(&twins).unwrap_err();
    assert!(matches!(error.problem, Problem::Overlap { .. }));
    assert!(Rulebook::choose(&twins, "2026-11-23").is_err());
}

#[test]
fn an_act_is_judged_by_the_rulebook_of_its_day() {
    let mut later = files(FOLDER);
    let header = String::from_utf8(later.get("rulebook.toml").unwrap().clone()).unwrap();
    later.insert("rulebook.toml".to_owned(), header.replace("2025-06-01", "2026-07-01").into_bytes());
    let rulebooks = [Rulebook::from_files(&later).unwrap(), rulebook()];
    for (day, expected) in [
        ("2025-05-31", None),
        ("2025-06-01", Some("cn/2025-06-01")),
        ("2026-06-30", Some("cn/2025-06-01")),
        ("2026-07-01", Some("cn/2026-07-01")),
        ("2031-01-01", Some("cn/2026-07-01")),
        ("soon", None),
    ] {
        assert_eq!(Rulebook::choose(&rulebooks, day).ok().map(Rulebook::id), expected, "{day}");
    }
    assert_ne!(rulebooks[0].version(), rulebooks[1].version());
}
