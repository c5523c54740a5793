//! The commands say what the rulebooks say.

use std::fs;
use std::path::{Path, PathBuf};

use super::shelves::operator_rules;
use super::*;

fn said(command: &RulesCommand) -> (String, bool) {
    let mut out = Vec::new();
    let good = run(command, &mut out).unwrap();
    (String::from_utf8(out).unwrap(), good)
}

fn rulebooks() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rulebooks")
}

/// A copy of the committed rulebooks, to be changed.
fn copied() -> tempfile::TempDir {
    fn copy(from: &Path, to: &Path) {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            let target = to.join(entry.file_name());
            if entry.file_type().unwrap().is_dir() {
                copy(&entry.path(), &target);
            } else {
                fs::copy(entry.path(), target).unwrap();
            }
        }
    }
    let folder = tempfile::tempdir().unwrap();
    copy(&rulebooks(), folder.path());
    folder
}

fn edit(folder: &Path, path: &str, from: &str, to: &str) {
    let path = folder.join(path);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from));
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

fn from(folder: &Path) -> From {
    From {
        rulebooks: Some(folder.to_owned()),
    }
}

fn explaining(case: &str) -> explain::Explain {
    explain::Explain {
        case: case.to_owned(),
        only: None,
        day: None,
        draft: None,
        operator: None,
        from: From::default(),
        lang: Locale::En,
    }
}

#[test]
fn a_folder_and_the_embedded_rulebooks_say_the_same() {
    let lang = Locale::En;
    let embedded = said(&RulesCommand::Test {
        from: From::default(),
        lang,
    });
    let folder = said(&RulesCommand::Test {
        from: from(&rulebooks()),
        lang,
    });
    assert!(embedded.0.starts_with("cn/2021-08-01: "), "{}", embedded.0);
    assert!(embedded.1);
    assert_eq!(embedded, folder);
    let nothing = tempfile::tempdir().unwrap();
    let error = run(
        &RulesCommand::Test {
            from: from(nothing.path()),
            lang,
        },
        &mut Vec::new(),
    );
    assert!(error.unwrap_err().to_string().contains("holds no rulebook"));
}

#[test]
fn an_example_is_explained_by_name_and_day() {
    let (text, as_expected) = said(&RulesCommand::Explain(explaining("match-face/withdrawn")));
    assert!(as_expected && text.contains("Rulebook: cn/2026-01-01"), "{text}");
    assert!(text.contains("Personal Information Protection Law, article 15"), "{text}");
    let earlier = explain::Explain {
        day: Some("2022-05-01".to_owned()),
        ..explaining("match-face/withdrawn")
    };
    assert!(said(&RulesCommand::Explain(earlier)).0.contains("Rulebook: cn/2021-11-01"));
    let unknown = run(&RulesCommand::Explain(explaining("match-face/nobody")), &mut Vec::new());
    assert!(unknown.unwrap_err().to_string().contains("no example `match-face/nobody`"));
}

#[test]
fn a_case_that_decides_otherwise_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let first = fs::read_to_string(rulebooks().join("cn/2021-08-01/examples/save-door.toml")).unwrap();
    let path = folder.path().join("mine.toml");
    let facts = first.split("[[case]]").next().unwrap();
    let case = "[[case]]\nname = \"changing-room\"\nzh = \"更衣室\"\nen = \"a changing room\"\nset = { \"door.area\" = \"lobby\" }\n\
                expect = \"refuse\"\nrefused_by = [\"door.no_camera_in_private_area\"]\n";
    fs::write(&path, format!("{facts}{case}")).unwrap();
    let (text, as_expected) = said(&RulesCommand::Explain(explain::Explain {
        only: Some("changing-room".to_owned()),
        ..explaining(&path.display().to_string())
    }));
    assert!(!as_expected);
    assert!(text.contains("Not as expected; expected: door.no_camera_in_private_area"), "{text}");
}

#[test]
fn a_draft_and_an_operators_rules_refuse_more() {
    let operator = tempfile::tempdir().unwrap();
    let rule = "@id(\"operator.closed\")\n@zh(\"今天不登记。\")\n@en(\"No enrolment today.\")\n@remedy_zh(\"请改天再来。\")\n\
                @remedy_en(\"Come another day.\")\nforbid (principal, action == Action::\"EnrolFace\", resource);\n";
    fs::write(operator.path().join("today.cedar"), rule).unwrap();
    let (text, as_expected) = said(&RulesCommand::Explain(explain::Explain {
        draft: Some("draft-2023-08-08".to_owned()),
        operator: Some(operator.path().to_owned()),
        ..explaining("enrol-face/lawful")
    }));
    assert!(!as_expected);
    assert!(text.contains("Rulebook: cn/2026-01-01 + cn/draft-2023-08-08 + operator"), "{text}");
    assert!(
        text.contains("No enrolment today.") && text.contains("draft.no_pictures_kept"),
        "{text}"
    );
    fs::write(operator.path().join("follow.toml"), "drafts = [\"draft-2023-08-08\"]\n").unwrap();
    let ids: Vec<String> = in_force(operator.path())
        .unwrap()
        .iter()
        .map(|rulebook| rulebook.id().to_owned())
        .collect();
    assert_eq!(ids.first().unwrap(), "cn/2021-08-01 + cn/draft-2023-08-08 + operator");
    assert_eq!(ids.len(), 10);
    fs::write(operator.path().join("follow.toml"), "drafts = [\"cn/2025-06-01\"]\n").unwrap();
    assert!(
        in_force(operator.path())
            .unwrap_err()
            .to_string()
            .contains("no draft of this program")
    );
    fs::remove_file(operator.path().join("follow.toml")).unwrap();
    fs::write(operator.path().join("today.cedar"), rule.replace("forbid", "permit")).unwrap();
    assert!(in_force(operator.path()).is_err());
    let error = operator_rules(operator.path()).unwrap_err();
    assert!(
        format!("{error:#}").contains("operator/today.cedar:1: `operator.closed` would permit"),
        "{error:#}"
    );
    let nowhere = Path::new("/nowhere/at/all");
    assert!(operator_rules(nowhere).unwrap().is_none());
    assert_eq!(in_force(nowhere).unwrap().last().unwrap().id(), "cn/2026-01-01");
}

#[test]
fn a_difference_is_told_in_both_languages() {
    let told = |before: &str, after: &str, lang| {
        said(&RulesCommand::Diff {
            before: before.to_owned(),
            after: after.to_owned(),
            from: From::default(),
            lang,
        })
        .0
    };
    let en = told("2025-05-01", "2025-06-01", Locale::En);
    for expected in [
        "cn/2025-05-01 → cn/2025-06-01",
        "New rules\n",
        "+ door.no_face_in_private_area",
        "Changed rules\n",
        "~ notice.handler",
        "New numbers and lists\n",
        "+ filing_threshold_persons = 100000",
        "~ assessment_heads = necessity, impact, safeguards → necessity, impact, risk, safeguards",
    ] {
        assert!(en.contains(expected), "{expected} is not in\n{en}");
    }
    let zh = told("2024-01-01", "2025-01-01", Locale::Zh);
    assert!(
        zh.contains("有变化的规则") && zh.contains("条件变了：") && zh.contains("+ notice.complaints"),
        "{zh}"
    );
    assert!(
        zh.contains("      − unless { context.notice.fields.contains(\"retention\") };"),
        "{zh}"
    );
    assert!(told("2025-06-01", "2025-06-01", Locale::Zh).contains("没有变化"));
    assert!(told("2026-01-01", "draft-2023-08-08", Locale::En).contains("+ draft.nothing_profiled"));
    // Back again, what was new has ended.
    assert!(told("2025-06-01", "2025-05-01", Locale::En).contains("Rules that ended\n"));
}

#[test]
fn lint_finds_nothing_in_the_committed_rulebooks_and_something_in_broken_ones() {
    let good = RulesCommand::Lint { from: From::default() };
    let mut out = Vec::new();
    assert!(complain(&From::default(), Day::parse("2026-12-31").unwrap(), &mut out).unwrap());
    assert_eq!(String::from_utf8(out).unwrap(), "0 complaints\n");
    assert!(said(&good).0.ends_with("complaints\n"));
    let folder = copied();
    edit(
        folder.path(),
        "cn/2025-01-01/policies/30-notice.cedar",
        "@confidence(\"O\")",
        "@confidence(\"?\")",
    );
    edit(folder.path(), "cn/2025-06-01/policies/60-door.cedar", "unless {", "unless {{");
    let (text, clean) = said(&RulesCommand::Lint { from: from(folder.path()) });
    assert!(!clean);
    assert!(text.contains("cn/2025-01-01/policies/30-notice.cedar:3: "), "{text}");
    assert!(
        text.contains("cn/2025-06-01/policies/60-door.cedar:"),
        "both faults are named\n{text}"
    );
}

#[test]
fn a_changed_text_is_approved_by_the_lines_that_are_printed() {
    let folder = copied();
    edit(
        folder.path(),
        "cn/2025-01-01/policies/30-notice.cedar",
        "请填写投诉渠道。",
        "请填写投诉的渠道。",
    );
    let tested = said(&RulesCommand::Test {
        from: from(folder.path()),
        lang: Locale::Zh,
    });
    assert!(
        tested.1 && tested.0.contains("countenance rules approve 2025-01-01 --by NAME"),
        "{}",
        tested.0
    );
    let lint = RulesCommand::Lint { from: from(folder.path()) };
    let (text, clean) = said(&lint);
    assert!(!clean && text.matches("nobody has approved the text of").count() == 7, "{text}");
    let (lines, _) = said(&RulesCommand::Approve {
        day: "2025-01-01".to_owned(),
        by: "某律师".to_owned(),
        from: from(folder.path()),
    });
    assert_eq!(lines.matches("[[approved]]").count(), 7);
    let approved = folder.path().join("approved.toml");
    fs::write(&approved, fs::read_to_string(&approved).unwrap() + "\n" + &lines).unwrap();
    let (text, clean) = said(&lint);
    let calendar = text.lines().filter(|line| line.contains("there is no calendar of")).count();
    assert_eq!(text.lines().count(), calendar + 1, "{text}");
    assert!(clean || calendar > 0);
}

#[test]
fn a_rulebook_is_printed_as_one_page() {
    for (day, lang, words) in [
        (
            "2025-06-01",
            Locale::Zh,
            ["第 15 条", "待确认", "已核对条文原文", "它拒绝的案例", "filing_threshold_persons"],
        ),
        (
            "2021-08-01",
            Locale::En,
            [
                "Article 1033",
                "to be confirmed",
                "article text read",
                "Cases that it refuses",
                "private_areas",
            ],
        ),
    ] {
        let (page, _) = said(&RulesCommand::Book {
            day: day.to_owned(),
            from: From::default(),
            lang,
        });
        for word in words {
            assert!(page.contains(word), "{word} is not in the page of {day}");
        }
        let shelves = Shelves::open(&From::default()).unwrap();
        let rulebook = shelves.named(day).unwrap();
        for rule in rulebook.policies() {
            assert_eq!(
                page.matches(&format!("id=\"{}\"", rule.id)).count(),
                1,
                "{} stands once in full",
                rule.id
            );
        }
        for name in rulebook.parameters().sources.keys() {
            assert!(page.contains(name), "{name}");
        }
        assert!(!page.contains('⟦') && page.contains("<style>"));
    }
}
