//! The rules of a day: those of the rulebook before, and what its folder begins, changes, amends and ends.

use std::collections::{BTreeMap, BTreeSet};

use cedar_policy::{Policy, Schema};
use serde::Deserialize;

use crate::assemble::Rules;
use crate::cite::citations;
use crate::folder::{AMENDED, Files, Header, Ticks};
use crate::load::{Problem, RulebookRefused, line_of, toml_file};
use crate::policy::{self, Standing};
use crate::validate::validate;
use crate::{Confidence, Day, Instrument, PolicyText, Rulebook};

pub(crate) fn rules(
    files: &Files<'_>,
    header: &Header,
    before: Option<&Rulebook>,
    schema: &Schema,
    ticks: &mut Ticks<'_>,
) -> Result<Rules, RulebookRefused> {
    let mut rules: Rules = before.map(|before| before.rules.to_vec()).unwrap_or_default();
    rules.retain(|(text, _)| !ticks.ends(&text.id));
    let mut own = BTreeSet::new();
    for path in files.folder("policies", "cedar") {
        for (text, policy) in policy::read(&header.id, path, files.text(path)?, Standing::Law)? {
            place(&mut rules, (text, policy), header, ticks, &mut own)?;
        }
    }
    rules.sort_by(|(one, _), (other, _)| one.file.cmp(&other.file));
    amend(files, header, &mut rules, &own)?;
    policy::check_permits(&header.id, &rules)?;
    let new: Rules = rules.iter().filter(|(text, _)| own.contains(&text.id)).cloned().collect();
    validate(&new, schema)?;
    Ok(rules)
}

/// Puts a policy of this folder at its place: anew where the rulebook before has it, else at the end.
fn place(
    rules: &mut Rules,
    (text, policy): (PolicyText, Policy),
    header: &Header,
    ticks: &mut Ticks<'_>,
    own: &mut BTreeSet<String>,
) -> Result<(), RulebookRefused> {
    let (file, line) = (text.file.clone(), text.line);
    let refuse = |problem, remedy: &str| Err(RulebookRefused::new(&file, line, problem, remedy));
    if text.effective > header.from {
        let (id, effective) = (text.id, text.effective);
        let problem = Problem::NotYetInForce { id, effective };
        return refuse(problem, "move the rule into a rulebook of that day or later");
    }
    if !own.insert(text.id.clone()) {
        return refuse(Problem::DoubleId(text.id), "give each policy an id of its own");
    }
    match rules.iter().position(|(known, _)| known.id == text.id) {
        None => rules.push((text, policy)),
        Some(at) if ticks.replaces(&text.id) => {
            // It keeps its place among the rules even when it now stands in another file.
            if let Some(place) = rules.get_mut(at) {
                *place = (text, policy);
            }
        }
        Some(_) => {
            let remedy = "list it as `changed` in rulebook.toml, or leave it out: an unchanged rule is not written twice";
            return refuse(Problem::UnlistedChange(text.id), remedy);
        }
    }
    Ok(())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Amendment {
    article: Option<String>,
    article_en: Option<String>,
    zh: Option<String>,
    en: Option<String>,
    remedy_zh: Option<String>,
    remedy_en: Option<String>,
    confidence: Option<String>,
}

/// Another source or wording for rules that ask for the same as before.
fn amend(files: &Files<'_>, header: &Header, rules: &mut Rules, own: &BTreeSet<String>) -> Result<(), RulebookRefused> {
    let Some(text) = files.optional(AMENDED)? else { return Ok(()) };
    for (id, amendment) in toml_file::<BTreeMap<String, Amendment>>(AMENDED, text)? {
        let line = line_of(text, &format!("[\"{id}\"]"));
        let refuse = |problem, remedy: &str| RulebookRefused::new(AMENDED, line, problem, remedy);
        let rule = rules
            .iter_mut()
            .map(|(rule, _)| rule)
            .find(|rule| rule.id == id && !own.contains(&id));
        let Some(rule) = rule else {
            let remedy = "correct the id; a rule that this folder writes is corrected where it stands";
            return Err(refuse(Problem::NothingAmended(id), remedy));
        };
        let mut blank = None;
        let mut put = |place: &mut String, name: &str, value: Option<String>| match value {
            Some(value) if value.trim().is_empty() => blank = Some(name.to_owned()),
            Some(value) => *place = value,
            None => {}
        };
        put(&mut rule.article.zh, "article", amendment.article);
        put(&mut rule.article.en, "article_en", amendment.article_en);
        put(&mut rule.text.zh, "zh", amendment.zh);
        put(&mut rule.text.en, "en", amendment.en);
        put(&mut rule.remedy.zh, "remedy_zh", amendment.remedy_zh);
        put(&mut rule.remedy.en, "remedy_en", amendment.remedy_en);
        if let Some(name) = blank {
            return Err(refuse(Problem::MissingAnnotation { id, name }, "write it, or leave the line out"));
        }
        if let Some(letter) = amendment.confidence {
            let name = "confidence".to_owned();
            rule.confidence = Confidence::from_letter(&letter)
                .ok_or_else(|| refuse(Problem::BadAnnotation { id: id.clone(), name }, "write O, S, W, M, R or D"))?;
        }
        rule.amended = Some(header.id.clone());
    }
    Ok(())
}

/// Every citation is readable in both languages alike and names an instrument in force. Only what this folder writes can be wrong.
pub(crate) fn check_citations(
    files: &Files<'_>,
    header: &Header,
    from: Day,
    rules: &Rules,
    instruments: &BTreeMap<String, Instrument>,
) -> Result<(), RulebookRefused> {
    for (text, _) in rules {
        let amended = text.amended.as_ref() == Some(&header.id);
        if text.rulebook != header.id && !amended {
            continue;
        }
        let (file, line) = if amended {
            let amendments = files.optional(AMENDED)?.unwrap_or_default();
            (AMENDED, line_of(amendments, &format!("[\"{}\"]", text.id)))
        } else {
            (text.file.as_str(), text.line)
        };
        let id = text.id.clone();
        let refuse = |problem, remedy: &str| Err(RulebookRefused::new(file, line, problem, remedy));
        let cited = match citations(&text.article) {
            Ok(cited) => cited,
            Err(citation) => {
                let remedy = "write `《…》第九条第二款` and `…, article 9, paragraph 2`, parts between `；` and `; `, in the same order";
                return refuse(Problem::Citation { id, citation }, remedy);
            }
        };
        let unknown = cited.iter().filter_map(|part| part.instrument.as_ref()).find(|name| {
            let known = instruments.get(&name.zh);
            known.is_none_or(|known| known.name != **name || known.effective > from)
        });
        if let Some(name) = unknown {
            let instrument = format!("{} / {}", name.zh, name.en);
            let remedy = "list it in instruments.toml of the day since which it is in force, and name it alike";
            return refuse(Problem::UnknownInstrument { id, instrument }, remedy);
        }
    }
    Ok(())
}
