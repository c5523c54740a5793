//! A ruling in plain words, for the command line and for packs that people read.

use countenance_base::Locale;

use crate::{Case, CaseOutcome, Finding, NoRulebook, Ruling, Shelf};

/// Act, decision, and each reason with what to do, article and confidence. Ends with a newline.
pub fn explain(ruling: &Ruling, locale: Locale) -> String {
    let words = Words::of(locale);
    let mut lines = vec![
        format!("{}{}", words.act, ruling.act.title(locale)),
        format!("{}{}{}", words.rulebook, ruling.rulebook, version(ruling, locale)),
        format!("{}{}", words.decision, decision(ruling, locale)),
    ];
    for (number, finding) in ruling.findings.iter().enumerate() {
        lines.push(String::new());
        lines.push(format!("{}. {}", number + 1, finding.text.get(locale)));
        lines.push(format!("   {}{}", words.remedy, finding.remedy.get(locale)));
        lines.push(format!(
            "   {}{}{}",
            words.article,
            finding.article.get(locale),
            standing(finding, locale)
        ));
        lines.push(format!("   {}{}", words.rule, finding.id));
    }
    lines.push(String::new());
    lines.join("\n")
}

/// A case with its title, what the rulebook says, and whether that was expected.
pub fn explain_case(case: &Case, outcome: &CaseOutcome, locale: Locale) -> String {
    let words = Words::of(locale);
    let text = format!(
        "{}{} · {}\n{}",
        words.case,
        case.title.get(locale),
        case.name,
        explain(&outcome.ruling, locale)
    );
    if outcome.as_expected {
        return text;
    }
    let expected: Vec<&str> = case.refused_by.iter().map(String::as_str).collect();
    let expected = if expected.is_empty() {
        words.permitted.to_owned()
    } else {
        expected.join(", ")
    };
    format!("{text}\n{}{expected}\n", words.unexpected)
}

/// Runs every example of every rulebook and draft: each one that surprises, then a count for each. The flag is true when none does.
pub fn explain_examples(shelf: &Shelf, locale: Locale) -> (String, bool) {
    let mut parts = Vec::new();
    let mut good = true;
    for rulebook in shelf.rulebooks() {
        // A case is judged by every rulebook that has it; one that names its day only once, where it stands.
        let judged = rulebook.cases().iter().map(|case| match case.on {
            None => (case, Ok(rulebook.judge(case))),
            Some(_) => (case, shelf.judge(case)),
        });
        good &= told(judged, rulebook.id(), rulebook.policies().len(), locale, &mut parts);
    }
    for draft in shelf.drafts() {
        let judged = draft.cases().iter().map(|case| (case, shelf.judge(case)));
        good &= told(judged, draft.id(), draft.policies().len(), locale, &mut parts);
    }
    // A shelf without examples has shown nothing.
    let any = shelf.rulebooks().iter().any(|rulebook| !rulebook.cases().is_empty());
    (parts.join("\n"), good && any)
}

fn told<'a>(
    judged: impl Iterator<Item = (&'a Case, Result<CaseOutcome, NoRulebook>)>,
    id: &str,
    rules: usize,
    locale: Locale,
    parts: &mut Vec<String>,
) -> bool {
    let (mut all, mut wrong) = (0_usize, 0_usize);
    for (case, outcome) in judged {
        all += 1;
        match outcome {
            Ok(outcome) if outcome.as_expected => {}
            Ok(outcome) => {
                wrong += 1;
                parts.push(explain_case(case, &outcome, locale));
            }
            Err(error) => {
                wrong += 1;
                parts.push(format!("{}: {error}\n", case.name));
            }
        }
    }
    parts.push(match locale {
        Locale::Zh => format!("{id}：{rules}条规则，{all}个案例，{wrong}个与预期不符\n"),
        Locale::En => format!("{id}: {rules} policies, {all} cases, {wrong} not as expected\n"),
    });
    wrong == 0
}

struct Words {
    case: &'static str,
    act: &'static str,
    rulebook: &'static str,
    decision: &'static str,
    remedy: &'static str,
    article: &'static str,
    rule: &'static str,
    permitted: &'static str,
    unexpected: &'static str,
}

impl Words {
    const fn of(locale: Locale) -> Self {
        match locale {
            Locale::Zh => Self {
                case: "案例：",
                act: "操作：",
                rulebook: "规则簿：",
                decision: "决定：",
                remedy: "怎么办：",
                article: "依据：",
                rule: "规则：",
                permitted: "允许",
                unexpected: "与预期不符，预期：",
            },
            Locale::En => Self {
                case: "Case: ",
                act: "Act: ",
                rulebook: "Rulebook: ",
                decision: "Decision: ",
                remedy: "What to do: ",
                article: "Source: ",
                rule: "Rule: ",
                permitted: "permitted",
                unexpected: "Not as expected; expected: ",
            },
        }
    }
}

fn decision(ruling: &Ruling, locale: Locale) -> String {
    let count = ruling.findings.len();
    match (locale, ruling.permitted) {
        (Locale::Zh, true) => "允许".to_owned(),
        (Locale::En, true) => "permitted".to_owned(),
        (Locale::Zh, false) => format!("不允许，理由{count}项"),
        (Locale::En, false) if count == 1 => "not permitted, for 1 reason".to_owned(),
        (Locale::En, false) => format!("not permitted, for {count} reasons"),
    }
}

fn version(ruling: &Ruling, locale: Locale) -> String {
    let short: String = ruling.version.chars().take(12).collect();
    match locale {
        Locale::Zh => format!("（版本 {short}）"),
        Locale::En => format!(" (version {short})"),
    }
}

fn standing(finding: &Finding, locale: Locale) -> String {
    let label = finding.confidence.label(locale);
    match (locale, finding.effective.is_empty()) {
        (Locale::Zh, true) => format!("（{label}）"),
        (Locale::En, true) => format!(" ({label})"),
        (Locale::Zh, false) => format!("（{}起施行；{label}）", finding.effective),
        (Locale::En, false) => format!(" (in force since {}; {label})", finding.effective),
    }
}
