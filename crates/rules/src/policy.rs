//! Policies with their annotations: what stands in `policies/*.cedar`.

use std::collections::BTreeMap;
use std::str::FromStr as _;

use cedar_policy::{ActionConstraint, Effect, Policy, PolicyId};
use countenance_base::Text;
use miette::Diagnostic as _;

use crate::load::{Problem, RulebookRefused, line_at, one_line};
use crate::{Act, Confidence, Day, Finding};

/// What kind of rule a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Law of a day, with article, date and confidence.
    Law,
    /// A draft of a law, with article.
    Draft,
    /// An operator's own rule.
    Operator,
}

impl Standing {
    /// The annotations that each policy has, and no other.
    const fn annotations(self) -> &'static [&'static str] {
        match self {
            Self::Law => &[
                "id",
                "zh",
                "en",
                "remedy_zh",
                "remedy_en",
                "article",
                "article_en",
                "effective",
                "confidence",
            ],
            Self::Draft => &["id", "zh", "en", "remedy_zh", "remedy_en", "article", "article_en"],
            Self::Operator => &["id", "zh", "en", "remedy_zh", "remedy_en"],
        }
    }

    /// The first part of every id, where it is fixed, so that no rule can take a law's name.
    const fn area(self) -> Option<&'static str> {
        match self {
            Self::Law => None,
            Self::Draft => Some("draft"),
            Self::Operator => Some("operator"),
        }
    }
}

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
    /// `2025-06-01`; empty for what is not law.
    pub effective: String,
    /// The rulebook whose folder holds the text, e.g. `cn/2021-11-01`.
    pub rulebook: String,
    /// The rulebook that last gave it another wording or source.
    pub amended: Option<String>,
    /// Inside that folder.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// Annotations and policy as written.
    pub source: String,
    /// The acts it is about.
    pub acts: Vec<Act>,
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

    /// The policy alone, without its annotations.
    pub fn condition(&self) -> &str {
        let at = |word: &str| self.source.find(word).map(|at| at + 1);
        let begin = at("\npermit").or_else(|| at("\nforbid")).unwrap_or(0);
        self.source.get(begin..).unwrap_or_default()
    }
}

/// Reads every policy of one file of the folder `rulebook`.
pub(crate) fn read(rulebook: &str, file: &str, text: &str, standing: Standing) -> Result<Vec<(PolicyText, Policy)>, RulebookRefused> {
    read_each(rulebook, file, text, standing).collect()
}

/// The same, going on after a policy that cannot be read.
pub(crate) fn read_each<'a>(
    rulebook: &'a str,
    file: &'a str,
    text: &str,
    standing: Standing,
) -> impl Iterator<Item = Result<(PolicyText, Policy), RulebookRefused>> + 'a {
    statements(text).into_iter().map(move |(line, source)| {
        Statement {
            file,
            line,
            source: &source,
        }
        .read(rulebook, standing)
    })
}

/// One policy with its annotations, where it stands.
struct Statement<'a> {
    file: &'a str,
    line: usize,
    source: &'a str,
}

impl Statement<'_> {
    fn refuse(&self, problem: Problem, remedy: impl Into<String>) -> RulebookRefused {
        RulebookRefused::new(self.file, self.line, problem, remedy)
    }

    fn read(&self, rulebook: &str, standing: Standing) -> Result<(PolicyText, Policy), RulebookRefused> {
        let policy = self.parse()?;
        let mut annotations = self.annotations(&policy, standing)?;
        let mut take = |name: &str| annotations.remove(name).unwrap_or_default();
        let id = take("id");
        if standing != Standing::Law && policy.effect() == Effect::Permit {
            return Err(self.refuse(Problem::Loosens(id), "write a forbid, or leave it out"));
        }
        self.check_id(&id, standing)?;
        let bad = |name: &str, remedy: &str| {
            let (id, name) = (id.clone(), name.to_owned());
            self.refuse(Problem::BadAnnotation { id, name }, remedy)
        };
        let (article, confidence, effective) = match standing {
            Standing::Law => {
                let confidence = Confidence::from_letter(&take("confidence"));
                let effective = Day::parse(&take("effective")).ok_or_else(|| bad("effective", "write a day as 2025-06-01"))?;
                (
                    Text::new(take("article"), take("article_en")),
                    confidence.ok_or_else(|| bad("confidence", "write O, S, W, M, R or D"))?,
                    effective.to_string(),
                )
            }
            Standing::Draft => (Text::new(take("article"), take("article_en")), Confidence::Draft, String::new()),
            Standing::Operator => (
                Text::new("本处自定的规则", "this operator's own rule"),
                Confidence::Operator,
                String::new(),
            ),
        };
        let text = PolicyText {
            permit: policy.effect() == Effect::Permit,
            article,
            text: Text::new(take("zh"), take("en")),
            remedy: Text::new(take("remedy_zh"), take("remedy_en")),
            confidence,
            effective,
            rulebook: rulebook.to_owned(),
            amended: None,
            file: self.file.to_owned(),
            line: self.line,
            source: self.source.to_owned(),
            acts: acts(&policy),
            id: id.clone(),
        };
        let name = PolicyId::from_str(&id).map_err(|_| bad("id", "write it as `area.name`"))?;
        Ok((text, policy.new_id(name)))
    }

    fn parse(&self) -> Result<Policy, RulebookRefused> {
        Policy::parse(None, self.source).map_err(|errors| {
            let offset = errors
                .labels()
                .and_then(|mut labels| labels.next())
                .map_or(0, |label| label.offset());
            let line = self.line + line_at(self.source, offset) - 1;
            let problem = Problem::Cedar(one_line(&errors.to_string()));
            RulebookRefused::new(self.file, line, problem, "correct the policy; each ends with `;`")
        })
    }

    /// Exactly the annotations of its standing, none of them blank.
    fn annotations(&self, policy: &Policy, standing: Standing) -> Result<BTreeMap<String, String>, RulebookRefused> {
        let found: BTreeMap<String, String> = policy
            .annotations()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let id = found.get("id").cloned().unwrap_or_else(|| "policy without id".to_owned());
        let known = standing.annotations();
        if let Some(name) = found.keys().find(|name| !known.contains(&name.as_str())) {
            let name = name.clone();
            return Err(self.refuse(Problem::UnknownAnnotation { id, name }, "correct its name, or leave it out"));
        }
        let blank = |name: &&&str| found.get(**name).is_none_or(|value| value.trim().is_empty());
        if let Some(name) = known.iter().find(blank) {
            let name = (*name).to_owned();
            return Err(self.refuse(Problem::MissingAnnotation { id, name }, "write it above the policy"));
        }
        Ok(found)
    }

    fn check_id(&self, id: &str, standing: Standing) -> Result<(), RulebookRefused> {
        if !is_id(id) {
            let problem = Problem::BadAnnotation {
                id: id.to_owned(),
                name: "id".to_owned(),
            };
            return Err(self.refuse(problem, "write small letters, digits and `_` in two parts: `area.name`"));
        }
        let own = id.split('.').next();
        let others = [Standing::Draft, Standing::Operator]
            .iter()
            .any(|other| *other != standing && own == other.area());
        match standing.area() {
            Some(area) if own != Some(area) => {
                let problem = Problem::ForeignArea {
                    id: id.to_owned(),
                    area: area.to_owned(),
                };
                Err(self.refuse(problem, format!("call it `{area}.…`: no rule may take the name of a law's")))
            }
            None if others => {
                let problem = Problem::BadAnnotation {
                    id: id.to_owned(),
                    name: "id".to_owned(),
                };
                Err(self.refuse(problem, "choose another area: `draft.` and `operator.` are for what is not law"))
            }
            _ => Ok(()),
        }
    }
}

/// The acts that the policy's scope names.
fn acts(policy: &Policy) -> Vec<Act> {
    let act = |uid: &cedar_policy::EntityUid| Act::from_word(uid.id().unescaped());
    match policy.action_constraint() {
        ActionConstraint::Any => Act::ALL.to_vec(),
        ActionConstraint::Eq(uid) => act(&uid).into_iter().collect(),
        ActionConstraint::In(uids) => uids.iter().filter_map(act).collect(),
    }
}

/// Each act has exactly one permit without condition, so that whatever refuses is a rule with an article. What is wrong is named
/// where it stands in the folder of `rulebook`: what it builds on was looked at before.
pub(crate) fn check_permits(rulebook: &str, policies: &[(PolicyText, Policy)]) -> Result<(), RulebookRefused> {
    let mut permitted: BTreeMap<Act, &PolicyText> = BTreeMap::new();
    for (text, policy) in policies.iter().filter(|(text, _)| text.permit) {
        let act = match policy.action_constraint() {
            ActionConstraint::Eq(action) => Act::from_word(action.id().unescaped()),
            ActionConstraint::Any | ActionConstraint::In(_) => None,
        };
        let Some(act) = act.filter(|_| !policy.has_non_scope_constraint()) else {
            let remedy = "write `permit (principal, action == Action::\"…\", resource);` and put conditions into a forbid";
            let problem = Problem::ConditionalPermit(text.id.clone());
            return Err(RulebookRefused::new(&text.file, text.line, problem, remedy));
        };
        if let Some(other) = permitted.insert(act, text) {
            let here = if text.rulebook == rulebook { text } else { other };
            let problem = Problem::SecondPermit(act.word().to_owned());
            return Err(RulebookRefused::new(&here.file, here.line, problem, "leave one of the two out"));
        }
    }
    match Act::ALL.into_iter().find(|act| !permitted.contains_key(act)) {
        None => Ok(()),
        Some(act) => {
            let remedy = format!("add `permit (principal, action == Action::\"{}\", resource);`", act.word());
            Err(RulebookRefused::new(
                "policies/",
                1,
                Problem::NoPermit(act.word().to_owned()),
                remedy,
            ))
        }
    }
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
}
