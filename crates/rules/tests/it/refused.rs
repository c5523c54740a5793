//! Rulebooks that must not be used: each is refused with file, line, problem and remedy.

use std::collections::BTreeMap;

use countenance_rules::{Problem, Rulebook, Shelf, embedded_files};

use crate::{edited, shelf};

type Files = BTreeMap<String, Vec<u8>>;

/// Each shelf is refused, and the refusals are those of the snapshot.
pub(crate) fn assert_refusals(snapshot: &str, cases: &[(&str, Files)]) {
    let refusals: Vec<String> = cases
        .iter()
        .map(|(name, files)| match Shelf::read(files) {
            Ok(_) => format!("{name}: ACCEPTED"),
            Err(error) => format!("{name}\n    {error}"),
        })
        .collect();
    insta::assert_snapshot!(snapshot, refusals.join("\n"));
}

const PERMITS: &str = "cn/2021-08-01/policies/00-permits.cedar";
const PURPOSE: &str = "cn/2021-11-01/policies/10-purpose.cedar";
const ASSESSMENT: &str = "cn/2021-11-01/policies/20-assessment.cedar";
const OTHER_WAY: &str = "cn/2021-11-01/policies/50-other-way.cedar";
const DOOR: &str = "cn/2021-08-01/policies/60-door.cedar";
const LIMITS: &str = "cn/2021-08-01/policies/70-limits.cedar";
const PARAMETERS: &str = "cn/2021-08-01/parameters.toml";
const NOTICE: &str = "cn/2025-06-01/notices/face-at-door-1.toml";
const DOORS: &str = "cn/2021-11-01/examples/save-door.toml";
const HEADER: &str = "cn/2025-06-01/rulebook.toml";
const AMENDED: &str = "cn/2025-06-01/amended.toml";

#[test]
#[expect(clippy::too_many_lines, reason = "one table of everything that can be wrong")]
fn a_broken_policy_says_where_and_what_to_do() {
    let enrol = "action == Action::\"EnrolFace\", resource);";
    let cases = [
        (
            "broken Cedar",
            edited(DOOR, "unless {\n  context has door.area", "unless {{\n  context has door.area"),
        ),
        (
            "an optional fact read without has",
            edited(OTHER_WAY, "context has other_way.opens_this_door && ", ""),
        ),
        (
            "a fact that does not exist",
            edited(LIMITS, "context.code_minutes > 0", "context.code_hours > 0"),
        ),
        (
            "a number of the law read without has",
            edited(
                "cn/2025-06-01/policies/80-site.cedar",
                "context.parameters has filing_threshold_persons &&",
                "",
            ),
        ),
        (
            "a rule that compares a number with a word",
            edited(LIMITS, "context.code_minutes > 0", "context.code_minutes == \"0\""),
        ),
        (
            "no English text",
            edited(ASSESSMENT, "@en(\"The assessment must treat", "@note(\"The assessment must treat"),
        ),
        (
            "an empty remedy",
            edited(ASSESSMENT, "@remedy_zh(\"请由另一人阅读并批准。\")", "@remedy_zh(\" \")"),
        ),
        (
            "a missing article",
            edited(ASSESSMENT, "@article(\"《个人信息保护法》第五十六条\")\n", ""),
        ),
        (
            "an unknown confidence",
            edited(PURPOSE, "@confidence(\"O\")", "@confidence(\"certain\")"),
        ),
        ("an id in one word", edited(PURPOSE, "@id(\"purpose.owner\")", "@id(\"owner\")")),
        (
            "an id of a draft's",
            edited(PURPOSE, "@id(\"purpose.owner\")", "@id(\"draft.owner\")"),
        ),
        (
            "the same id twice",
            edited(PURPOSE, "@id(\"purpose.owner\")", "@id(\"purpose.basis_named\")"),
        ),
        (
            "a day that is none",
            edited(PURPOSE, "@effective(\"2021-11-01\")", "@effective(\"2021-11-31\")"),
        ),
        (
            "a rule of the future",
            edited(PURPOSE, "@effective(\"2021-11-01\")", "@effective(\"2025-07-01\")"),
        ),
        (
            "a second permit",
            edited(PERMITS, "action == Action::\"DeclarePurpose\"", "action == Action::\"MatchFace\""),
        ),
        (
            "a permit under a condition",
            edited(
                PERMITS,
                enrol,
                "action == Action::\"EnrolFace\", resource) when { context has now };",
            ),
        ),
        (
            "a permit for everything",
            edited(PERMITS, "action == Action::\"EnrolFace\"", "action"),
        ),
        (
            "a permit too few",
            edited(
                PERMITS,
                "permit (principal, action == Action::\"EnrolFace\"",
                "forbid (principal, action == Action::\"EnrolFace\"",
            ),
        ),
        (
            "an article that the languages name differently",
            edited(
                PURPOSE,
                "Personal Information Protection Law, article 13",
                "Personal Information Protection Law, article 31",
            ),
        ),
        (
            "an article that cannot be read",
            edited(
                PURPOSE,
                "@article(\"《个人信息保护法》第十三条\")",
                "@article(\"《个人信息保护法》第13条\")",
            ),
        ),
        (
            "a law that nobody listed",
            edited(
                &PURPOSE.replace("2021-11-01", "2021-08-01"),
                "@article(\"《民法典》第一千零三十五条\")\n@article_en(\"Civil Code",
                "@article(\"《某法》第一千零三十五条\")\n@article_en(\"Some Law",
            ),
        ),
        (
            "a schema that is broken",
            edited("cn/2021-08-01/schema.cedarschema", "entity Site;", "entity Site"),
        ),
    ];
    assert_refusals("broken_policies", &cases);
}

#[test]
fn a_broken_text_says_where_and_what_to_do() {
    let cases = [
        ("a missing number", edited(PARAMETERS, "[face_lease_hours]", "[open_hours]")),
        (
            "a misspelt number",
            edited("cn/2025-06-01/parameters.toml", "[filing_workdays]", "[filing_workday]"),
        ),
        (
            "a number in words",
            edited("cn/2025-06-01/parameters.toml", "value = 100000\n", "value = [\"many\"]\n"),
        ),
        (
            "a day in quotes",
            edited("cn/2025-06-01/parameters.toml", "value = 2025-07-14", "value = [\"2025-07-14\"]"),
        ),
        (
            "a number of the future",
            edited("cn/2025-06-01/parameters.toml", "effective = 2025-05-30", "effective = 2025-06-30"),
        ),
        (
            "a misspelt private area",
            edited(PARAMETERS, "\"changing_room\"", "\"changingroom\""),
        ),
        (
            "a number without source",
            edited(
                PARAMETERS,
                "source_en = \"design choice: how long an enrolment code lives\"",
                "source_en = \"\"",
            ),
        ),
        ("broken TOML", edited(PARAMETERS, "value = 10\n", "value = \n")),
        ("an unknown placeholder", edited(NOTICE, "{other_ways}", "{other_lanes}")),
        (
            "an open brace",
            edited(
                NOTICE,
                "一、您可以不用人脸。这些门还可以用：{other_ways}。不用人脸不收费，不减少时段，也不需要说明理由。",
                "一、{other_ways",
            ),
        ),
        (
            "an example by an unknown rule",
            edited(DOORS, "refused_by = [\"door.sign\"]", "refused_by = [\"door.sing\"]"),
        ),
        (
            "an example of an unknown act",
            edited(DOORS, "act = \"SaveDoor\"", "act = \"OpenDoor\""),
        ),
        (
            "an example of another act",
            edited(DOORS, "act = \"SaveDoor\"", "act = \"EnrolFace\""),
        ),
        (
            "an example that expects both",
            edited(
                DOORS,
                "expect = \"refuse\"\nrefused_by = [\"door.sign\"]",
                "expect = \"permit\"\nrefused_by = [\"door.sign\"]",
            ),
        ),
        ("an example twice", edited(DOORS, "name = \"no-sign\"", "name = \"shop\"")),
        ("an approval by nobody", edited("approved.toml", "by = \"", "by = \"\" #")),
    ];
    assert_refusals("broken_texts", &cases);
}

#[test]
fn a_broken_order_says_where_and_what_to_do() {
    let folder = |from: &str, to: &str| -> Files {
        let rename = |(path, bytes): (String, Vec<u8>)| (path.replace(from, to), bytes);
        embedded_files().into_iter().map(rename).collect()
    };
    let gap: Files = embedded_files()
        .into_iter()
        .filter(|(path, _)| !path.starts_with("cn/2025-04-01/"))
        .collect();
    let twin = {
        let mut files = embedded_files();
        let purpose = files[PURPOSE].clone();
        files.insert("cn/2025-06-01/policies/10-old.cedar".to_owned(), purpose);
        files
    };
    let cases = [
        (
            "an id that is not its folder",
            edited(HEADER, "id = \"cn/2025-06-01\"", "id = \"cn/2025-06-02\""),
        ),
        ("a folder that is not its id", folder("cn/2026-01-01/", "cn/2026-02-01/")),
        (
            "a day that is none",
            edited(HEADER, "from = \"2025-06-01\"", "from = \"2025-06-31\""),
        ),
        ("a day left out", gap),
        (
            "two days after one",
            edited(HEADER, "after = \"2025-05-01\"", "after = \"2025-04-01\""),
        ),
        (
            "a first day that follows",
            edited("cn/2021-08-01/rulebook.toml", "from =", "after = \"2020-01-01\"\nfrom ="),
        ),
        ("an unchanged rule written again", twin),
        (
            "a change that is not listed",
            edited("cn/2025-01-01/rulebook.toml", "  \"notice.retention\",\n", ""),
        ),
        ("a number's change that is not listed", edited(HEADER, "  \"private_areas\",\n", "")),
        (
            "a case's change that is not listed",
            edited("cn/2021-11-01/rulebook.toml", "  \"save-door/face-only-at-work\",\n", ""),
        ),
        (
            "a change that is none",
            edited(HEADER, "  \"private_areas\",\n", "  \"private_areas\",\n  \"purpose.owner\",\n"),
        ),
        (
            "an end of nothing",
            edited(HEADER, "title_zh", "ended = [\"purpose.colour\"]\ntitle_zh"),
        ),
        (
            "an amendment of nothing",
            edited(AMENDED, "[\"purpose.mode\"]", "[\"purpose.mood\"]"),
        ),
        (
            "an amendment of a new rule",
            edited(AMENDED, "[\"purpose.mode\"]", "[\"purpose.open_search\"]"),
        ),
        (
            "an amendment with a law of the future",
            edited(
                "cn/2021-11-01/amended.toml",
                "article = \"《个人信息保护法》第六条；最高人民法院法释〔2021〕15号第二条第二项\"\narticle_en = \"Personal Information Protection Law, article 6",
                "article = \"《网络数据安全管理条例》第六条；最高人民法院法释〔2021〕15号第二条第二项\"\narticle_en = \"Network Data Regulations, article 6",
            ),
        ),
        (
            "an empty amendment",
            edited(AMENDED, "article = \"《个人信息保护法》第五十五条", "article = \"\" # "),
        ),
        (
            "a law listed twice",
            edited(
                "cn/2025-06-01/instruments.toml",
                "zh = \"《人脸识别技术应用安全管理办法》\"",
                "zh = \"《个人信息保护法》\"",
            ),
        ),
    ];
    assert_refusals("broken_order", &cases);
}

#[test]
fn a_file_too_few_or_too_many_is_refused() {
    let whole = embedded_files();
    assert!(Shelf::read(&whole).is_ok());
    for path in [HEADER, PARAMETERS, "cn/2021-08-01/schema.cedarschema"] {
        let mut files = whole.clone();
        files.remove(path);
        let error = Shelf::read(&files).unwrap_err();
        assert_eq!((error.file.as_str(), error.problem), (path, Problem::MissingFile));
    }
    for path in ["policies/late.ceder", "notes.txt", "policies/old/10-purpose.cedar"] {
        let path = format!("cn/2025-06-01/{path}");
        let mut files = whole.clone();
        files.insert(path.clone(), Vec::new());
        let error = Shelf::read(&files).unwrap_err();
        assert_eq!((error.file, error.problem), (path, Problem::UnknownFile));
    }
    let mut files = whole;
    files.insert(PURPOSE.to_owned(), vec![b'\n', 0xff]);
    let error = Shelf::read(&files).unwrap_err();
    assert_eq!((error.line, error.problem), (2, Problem::NotUtf8));
}

#[test]
fn two_rulebooks_of_one_day_are_refused() {
    let one = shelf().rulebooks()[0].clone();
    let twins = [one.clone(), one];
    assert!(Rulebook::check_overlap(&twins[..1]).is_ok());
    let error = Rulebook::check_overlap(&twins).unwrap_err();
    assert!(matches!(error.problem, Problem::Overlap { .. }));
    assert!(Rulebook::choose(&twins, "2026-11-23").is_err());
}
