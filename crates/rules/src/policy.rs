//! Policies with their annotations: what stands in `policies/*.cedar`.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr as _;

use cedar_policy::{ActionConstraint, Effect, Policy, PolicyId};
use countenance_base::Text;
use miette::Diagnostic as _;

use crate::load::{Problem, RulebookRefused, line_at, one_line};
use crate::{Act, Confidence, Finding};

const ANNOTATIONS: [&str; 9] = [
    "id",
    "article",
    "article_en",
    "effective",
    "confidence",
    "zh",
    "en",
    "remedy_zh",
    "remedy_en",
];

/// One policy as its author wrote it, for pages that show the rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyText {
    pub id: String,
    /// A permit says which act exists; all else is a requirement that can refuse.
    pub permit: bool,
    pub article: Text,
    pub text: Text,
    pub remedy: Text,
    pub confidence: Confidence,
    /// `2025-06-01`.
    pub effective: String,
    pub file: String,
    /// From 1.
    pub line: usize,
    pub source: String,
}

impl PolicyText {
    pub(crate) fn finding(&self) -> Finding {
        Finding {
            id: self.id.clone(),
            article: self.article.clone(),
            text: self.text.clone(),
            remedy: self.remedy.clone(),
            confidence: self.confidence,
            effective: self.effective.clone(),
        }
    }
}

/// Reads every policy of one file.
pub(crate) fn read(file: &str, text: &str) -> Result<Vec<(PolicyText, Policy)>, RulebookRefused> {
    statements(text)
        .into_iter()
        .map(|(line, source)| statement(file, line, &source))
        .collect()
}

fn statement(file: &str, line: usize, source: &str) -> Result<(PolicyText, Policy), RulebookRefused> {
    let policy = Policy::parse(None, source).map_err(|errors| {
        let offset = errors
            .labels()
            .and_then(|mut labels| labels.next())
            .map_or(0, |label| label.offset());
        let line = line + line_at(source, offset) - 1;
        RulebookRefused::new(
            file,
            line,
            Problem::Cedar(one_line(&errors.to_string())),
            "correct the policy; each ends with `;`",
        )
    })?;
    let refuse = |problem, remedy: &str| RulebookRefused::new(file, line, problem, remedy);
    let mut annotations: BTreeMap<String, String> = policy
        .annotations()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let id = annotations.get("id").cloned().unwrap_or_else(|| "policy without id".to_owned());
    if let Some(name) = annotations.keys().find(|name| !ANNOTATIONS.contains(&name.as_str())) {
        let problem = Problem::UnknownAnnotation { id, name: name.clone() };
        return Err(refuse(problem, "correct its name, or leave it out"));
    }
    let mut take = |name: &str| match annotations.remove(name) {
        Some(value) if !value.trim().is_empty() => Ok(value),
        _ => Err(refuse(
            Problem::MissingAnnotation {
                id: id.clone(),
                name: name.to_owned(),
            },
            "write it above the policy",
        )),
    };
    let bad = |name: &str, remedy: &str| {
        refuse(
            Problem::BadAnnotation {
                id: id.clone(),
                name: name.to_owned(),
            },
            remedy,
        )
    };
    let text = PolicyText {
        id: take("id")?,
        permit: policy.effect() == Effect::Permit,
        article: Text::new(take("article")?, take("article_en")?),
        text: Text::new(take("zh")?, take("en")?),
        remedy: Text::new(take("remedy_zh")?, take("remedy_en")?),
        confidence: Confidence::from_letter(&take("confidence")?).ok_or_else(|| bad("confidence", "write O, S, W, M or D"))?,
        effective: take("effective")?,
        file: file.to_owned(),
        line,
        source: source.to_owned(),
    };
    if !is_id(&text.id) {
        return Err(bad("id", "write small letters, digits and `_` in two parts: `area.name`"));
    }
    if !is_day(&text.effective) {
        return Err(bad("effective", "write a day as 2025-06-01"));
    }
    let name = PolicyId::from_str(&text.id).map_err(|_| bad("id", "write it as `area.name`"))?;
    Ok((text, policy.new_id(name)))
}

/// Each act has exactly one permit without condition, so that whatever refuses is a rule with an article.
pub(crate) fn check_permits(policies: &[(PolicyText, Policy)]) -> Result<(), RulebookRefused> {
    let mut permitted = BTreeSet::new();
    for (text, policy) in policies.iter().filter(|(text, _)| text.permit) {
        let refuse = |problem, remedy: &str| RulebookRefused::new(&text.file, text.line, problem, remedy);
        let act = match policy.action_constraint() {
            ActionConstraint::Eq(action) => Act::from_word(action.id().unescaped()),
            ActionConstraint::Any | ActionConstraint::In(_) => None,
        };
        let Some(act) = act.filter(|_| !policy.has_non_scope_constraint()) else {
            let remedy = "write `permit (principal, action == Action::\"…\", resource);` and put conditions into a forbid";
            return Err(refuse(Problem::ConditionalPermit(text.id.clone()), remedy));
        };
        if !permitted.insert(act) {
            return Err(refuse(Problem::SecondPermit(act.word().to_owned()), "leave one of the two out"));
        }
    }
    match Act::ALL.into_iter().find(|act| !permitted.contains(act)) {
        None => Ok(()),
        Some(act) => {
            let file = policies.first().map_or("policies/", |(text, _)| text.file.as_str());
            let remedy = format!("add `permit (principal, action == Action::\"{}\", resource);`", act.word());
            Err(RulebookRefused::new(file, 1, Problem::NoPermit(act.word().to_owned()), remedy))
        }
    }
}

/// `2025-06-01`: digits and dashes in their places, month and day in range.
pub(crate) fn is_day(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let number = |part: &str, digits: usize, range: std::ops::RangeInclusive<u32>| {
        part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit()) && part.parse().is_ok_and(|number| range.contains(&number))
    };
    matches!(parts.as_slice(), [year, month, day] if number(year, 4, 1900..=9999) && number(month, 2, 1..=12) && number(day, 2, 1..=31))
}

fn is_id(text: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    };
    text.split_once('.').is_some_and(|(area, name)| part(area) && part(name))
}

/// Cuts a file at each `;` outside text and comments; each piece with the line at which it begins.
/// Cedar's own policy set forgets lines, and refusals must name them.
fn statements(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut piece = String::new();
    let mut line = 1;
    let mut begin = None;
    let mut chars = text.chars().peekable();
    let mut in_text = false;
    while let Some(char) = chars.next() {
        if char == '\n' {
            line += 1;
        }
        if !in_text && char == '/' && chars.peek() == Some(&'/') {
            while chars.next_if(|char| *char != '\n').is_some() {}
            continue;
        }
        if begin.is_none() && char.is_whitespace() {
            continue;
        }
        begin.get_or_insert(line);
        piece.push(char);
        match char {
            '\\' if in_text => piece.extend(chars.next()),
            '"' => in_text = !in_text,
            ';' if !in_text => found.push((begin.take().unwrap_or(line), std::mem::take(&mut piece))),
            _ => {}
        }
    }
    if let Some(begin) = begin {
        found.push((begin, piece));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_end_at_semicolons_outside_text_and_comments() {
        let text = "// one; two\n@zh(\"a;\\\"b\")\npermit (principal);\n\n  forbid (x) // c;\n;\nrest";
        let found: Vec<(usize, String)> = statements(text);
        assert_eq!(
            found,
            [
                (2, "@zh(\"a;\\\"b\")\npermit (principal);".to_owned()),
                (5, "forbid (x) \n;".to_owned()),
                (7, "rest".to_owned()),
            ]
        );
    }

    #[test]
    fn days_have_one_form() {
        assert!(is_day("2025-06-01"));
        for bad in [
            "2025-6-1",
            "2025-13-01",
            "2025-06-00",
            "25-06-01",
            "2025-06-01 ",
            "+025-06-01",
            "2025-06",
        ] {
            assert!(!is_day(bad), "{bad}");
        }
    }
}
