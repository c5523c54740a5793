//! A rulebook out of its folder and the rulebook before: what begins, what is written anew, what ends.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cedar_policy::{Policy, PolicySet, Schema, ValidationMode, Validator};
use countenance_base::Text;
use serde::Deserialize;

use crate::cite::{citations, read_instruments};
use crate::examples::CaseFacts;
use crate::folder::{AMENDED, Files, HEADER, Header, INSTRUMENTS, PARAMETERS, SCHEMA, Ticks};
use crate::load::{Problem, RulebookRefused, line_at, line_of, one_line, toml_file};
use crate::notice::NoticeText;
use crate::policy::{self, Standing};
use crate::{Act, Case, Confidence, Day, ENGINE_ERROR, Instrument, Parameters, PolicyText, Rulebook};

/// Text for people beside the compiled policy, in the order of the rulebook.
pub(crate) type Rules = Vec<(PolicyText, Policy)>;

const SINGLE: [&str; 5] = [HEADER, PARAMETERS, SCHEMA, INSTRUMENTS, AMENDED];
const FOLDERS: [(&str, &str); 3] = [("policies", "cedar"), ("notices", "toml"), ("examples", "toml")];

/// Reads the rulebook of a folder that builds on `before`, by path inside the folder (`policies/10-purpose.cedar`).
pub(crate) fn rulebook(files: &BTreeMap<String, Vec<u8>>, before: Option<&Rulebook>) -> Result<Rulebook, RulebookRefused> {
    let files = Files(files);
    files.check_names(&SINGLE, &FOLDERS)?;
    let header = Header::read(&files)?;
    check_order(&files, &header, before)?;
    let mut ticks = header.ticks();
    let from = Day::parse(&header.from).ok_or_else(|| {
        let problem = Problem::Header(header.from.clone());
        RulebookRefused::new(HEADER, 1, problem, "write a day as 2025-06-01")
    })?;
    let schema = match before {
        Some(before) => before.schema.clone(),
        None => Arc::new(read_schema(files.text(SCHEMA)?)?),
    };
    let parameters = match before {
        Some(before) if files.optional(PARAMETERS)?.is_none() => before.parameters.clone(),
        _ => Parameters::read(
            files.text(PARAMETERS)?,
            before.map(|before| &before.parameters),
            (&header.id, from),
            &mut ticks,
        )?,
    };
    let instruments = instruments(&files, before)?;
    let rules = match before {
        Some(before) if changes_no_rule(&files, &header) => before.rules.clone(),
        _ => Arc::new(rules(&files, &header, before, &schema, &mut ticks)?),
    };
    check_citations(&files, &header, from, &rules, &instruments)?;
    let notices = notices(&files, before, &parameters)?;
    let (cases, facts) = cases(&files, (&header.id, from), before, &mut ticks)?;
    check_case_rules(&files, &header.id, &cases, &rules)?;
    ticks.close(&files)?;
    let sets = match before {
        Some(before) if Arc::ptr_eq(&rules, &before.rules) => before.sets.clone(),
        _ => Arc::new(sets(&rules)?),
    };
    Ok(Rulebook {
        lists: crate::judge::lists(&parameters),
        quick: Arc::default(),
        version: files.version(before.map(|before| before.version.as_str())),
        texts: rules.iter().map(|(text, _)| text.clone()).collect(),
        id: header.id,
        jurisdiction: header.jurisdiction,
        from: header.from,
        after: header.after,
        title: Text::new(header.title_zh, header.title_en),
        parameters,
        instruments,
        rules,
        notices,
        cases: cases.into(),
        facts,
        sets,
        schema,
    })
}

/// A rulebook builds on the one before it, so that the days of a jurisdiction are one chain and none is judged by two.
fn check_order(files: &Files<'_>, header: &Header, before: Option<&Rulebook>) -> Result<(), RulebookRefused> {
    let text = files.text(HEADER)?;
    let (named, before) = (header.after.as_deref().unwrap_or_default(), before.map_or("", Rulebook::from_day));
    if named == before && before < header.from.as_str() {
        return Ok(());
    }
    let shown = |day: &str| if day.is_empty() { "nothing".to_owned() } else { day.to_owned() };
    let problem = Problem::After {
        named: shown(named),
        before: shown(before),
    };
    let remedy = "write `after` as the day of the rulebook before this one; the first has none";
    Err(RulebookRefused::new(HEADER, line_of(text, "after ="), problem, remedy))
}

fn changes_no_rule(files: &Files<'_>, header: &Header) -> bool {
    // Names of rules have a dot, those of numbers none, those of cases a slash.
    let of_rule = |name: &String| name.contains('.');
    let quiet = files.folder("policies", "cedar").next().is_none() && !files.0.contains_key(AMENDED);
    quiet && !header.changed.iter().any(of_rule) && !header.ended.iter().any(of_rule)
}

pub(crate) fn read_schema(text: &str) -> Result<Schema, RulebookRefused> {
    use miette::Diagnostic as _;
    let (schema, warnings) = Schema::from_cedarschema_str(text).map_err(|error| {
        let line = error
            .labels()
            .and_then(|mut labels| labels.next())
            .map_or(1, |label| line_at(text, label.offset()));
        let problem = Problem::Cedar(one_line(&error.to_string()));
        RulebookRefused::new(SCHEMA, line, problem, "correct the schema")
    })?;
    match warnings.map(|warning| warning.to_string()).next() {
        None => Ok(schema),
        Some(warning) => {
            let problem = Problem::Cedar(one_line(&warning));
            Err(RulebookRefused::new(SCHEMA, 1, problem, "correct the schema"))
        }
    }
}

fn instruments(files: &Files<'_>, before: Option<&Rulebook>) -> Result<BTreeMap<String, Instrument>, RulebookRefused> {
    let mut instruments = before.map(|before| before.instruments.clone()).unwrap_or_default();
    if let Some(text) = files.optional(INSTRUMENTS)? {
        for (name, instrument) in read_instruments(INSTRUMENTS, text)? {
            if instruments.insert(name.clone(), instrument).is_some() {
                let line = line_of(text, &name);
                let problem = Problem::DoubleId(name);
                return Err(RulebookRefused::new(
                    INSTRUMENTS,
                    line,
                    problem,
                    "an earlier rulebook lists it; leave it out",
                ));
            }
        }
    }
    Ok(instruments)
}

fn rules(
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

/// Strict validation; a warning (a rule that can never apply, letters that look alike) refuses as well.
pub(crate) fn validate(rules: &Rules, schema: &Schema) -> Result<(), RulebookRefused> {
    let mut set = PolicySet::new();
    for (text, policy) in rules {
        if set.add(policy.clone()).is_err() {
            let problem = Problem::DoubleId(text.id.clone());
            return Err(RulebookRefused::new(
                &text.file,
                text.line,
                problem,
                "give each policy an id of its own",
            ));
        }
    }
    let result = Validator::new(schema.clone()).validate(&set, ValidationMode::Strict);
    let of_policy = |id: &str| -> BTreeSet<String> {
        let errors = result
            .validation_errors()
            .filter(|error| AsRef::<str>::as_ref(error.policy_id()) == id)
            .map(ToString::to_string);
        let warnings = result
            .validation_warnings()
            .filter(|warning| AsRef::<str>::as_ref(warning.policy_id()) == id);
        errors
            .chain(warnings.map(ToString::to_string))
            .map(|complaint| one_line(&complaint))
            .collect()
    };
    // Cedar reports in no fixed order; the first policy of the rulebook that it complains about is named.
    let found = rules
        .iter()
        .map(|(text, _)| (text, of_policy(&text.id)))
        .find(|(_, complaints)| !complaints.is_empty());
    let Some((text, complaints)) = found else {
        return if result.validation_passed_without_warnings() {
            Ok(())
        } else {
            let problem = Problem::Invalid("complaint about no policy".to_owned());
            let remedy = "check schema and policies with the Cedar command line";
            Err(RulebookRefused::new("policies/", 1, problem, remedy))
        };
    };
    let complaints = complaints.into_iter().collect::<Vec<_>>().join(" · ");
    let remedy = "ask `has` before reading a fact, and use only facts of the schema";
    Err(RulebookRefused::new(&text.file, text.line, Problem::Invalid(complaints), remedy))
}

/// The first fact after a `has` of this rule that the schema does not know. Strict validation takes it for a fact that is never there.
pub(crate) fn unknown_fact<'a>(rule: &'a PolicyText, schema: &Schema) -> Option<&'a str> {
    let asked = rule.condition().match_indices(" has ").filter_map(|(at, has)| {
        let (before, after) = (rule.condition().get(..at)?, rule.condition().get(at + has.len()..)?);
        let root = before
            .rsplit(|char: char| !char.is_ascii_alphanumeric() && char != '.' && char != '_')
            .next()?;
        let end = after
            .find(|char: char| !char.is_ascii_alphanumeric() && char != '.' && char != '_')
            .unwrap_or(after.len());
        Some((root, after.get(..end)?))
    });
    // A comparison with itself reads the fact, and reading one that does not exist is an error.
    let mut known = asked.filter(|(root, path)| {
        let action = rule.acts.first().map_or("MatchFace", |act| act.word());
        let probe = format!(
            "permit (principal, action == Action::\"{action}\", resource) when {{ {root} has {path} && {root}.{path} == {root}.{path} }};"
        );
        let mut set = PolicySet::new();
        let added = Policy::parse(None, probe).is_ok_and(|policy| set.add(policy).is_ok());
        !added
            || !Validator::new(schema.clone())
                .validate(&set, ValidationMode::Strict)
                .validation_passed_without_warnings()
    });
    known.next().map(|(_, path)| path)
}

/// The policies of each act, so that a question is not put to those of another.
pub(crate) fn sets(rules: &Rules) -> Result<BTreeMap<Act, PolicySet>, RulebookRefused> {
    let mut sets: BTreeMap<Act, PolicySet> = Act::ALL.into_iter().map(|act| (act, PolicySet::new())).collect();
    for (text, policy) in rules {
        for act in &text.acts {
            let added = sets.get_mut(act).is_some_and(|set| set.add(policy.clone()).is_ok());
            if !added {
                let problem = Problem::DoubleId(text.id.clone());
                return Err(RulebookRefused::new(
                    &text.file,
                    text.line,
                    problem,
                    "give each policy an id of its own",
                ));
            }
        }
    }
    Ok(sets)
}

/// Every citation is readable in both languages alike and names an instrument in force. Only what this folder writes can be wrong.
fn check_citations(
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

fn notices(files: &Files<'_>, before: Option<&Rulebook>, parameters: &Parameters) -> Result<BTreeMap<String, NoticeText>, RulebookRefused> {
    let mut notices = before.map(|before| before.notices.clone()).unwrap_or_default();
    for path in files.folder("notices", "toml") {
        let notice = NoticeText::read(path, files.text(path)?, parameters)?;
        if let Some(twin) = notices.insert(notice.version.clone(), notice) {
            let problem = Problem::DoubleId(twin.version);
            return Err(RulebookRefused::new(path, 1, problem, "give each notice a version of its own"));
        }
    }
    Ok(notices)
}

type CasesAndFacts = (Vec<Case>, BTreeMap<String, CaseFacts>);

/// The cases of the rulebook before, each as long after this rulebook's first day as it was after that one's, and those of this folder.
fn cases(
    files: &Files<'_>,
    (id, from): (&str, Day),
    before: Option<&Rulebook>,
    ticks: &mut Ticks<'_>,
) -> Result<CasesAndFacts, RulebookRefused> {
    let (mut cases, mut facts) = (Vec::new(), BTreeMap::new());
    if let Some(before) = before {
        let later = Day::parse(before.from_day()).map_or(0, |day| from.since(day).saturating_mul(86_400));
        let goes_on = before.cases.iter().filter(|case| case.on.is_none() && !ticks.ends(&case.name));
        cases = goes_on.map(|case| case.clone().later(later)).collect();
        let moved = |(stem, (act, facts)): (&String, &CaseFacts)| (stem.clone(), (*act, facts.clone().moved(later)));
        facts = before.facts.iter().map(moved).collect();
    }
    for path in files.folder("examples", "toml") {
        let text = files.text(path)?;
        let refuse = |line, problem, remedy: &str| Err(RulebookRefused::new(path, line, problem, remedy));
        let read = match Case::read_file(path, text, id, &facts) {
            Ok(read) => read,
            Err(error) => return refuse(error.line, Problem::Case(error.message), "correct the case"),
        };
        facts.insert(read.stem, read.facts);
        for case in read.cases {
            let line = line_of(text, &format!("\"{}\"", case.name.rsplit('/').next().unwrap_or_default()));
            let twin = cases.iter().position(|known: &Case| known.name == case.name);
            match twin.map(|at| (at, cases.get(at).is_some_and(|twin| twin.rulebook == id))) {
                None => cases.push(case),
                Some((_, true)) => return refuse(line, Problem::DoubleId(case.name), "give each case a name of its own"),
                Some((at, false)) if ticks.replaces(&case.name) => {
                    if let Some(place) = cases.get_mut(at) {
                        *place = case;
                    }
                }
                Some(_) => {
                    let remedy = "list it as `changed` in rulebook.toml, or give it a name of its own";
                    return refuse(line, Problem::UnlistedChange(case.name), remedy);
                }
            }
        }
    }
    Ok((cases, facts))
}

fn check_case_rules(files: &Files<'_>, id: &str, cases: &[Case], rules: &Rules) -> Result<(), RulebookRefused> {
    let known: BTreeSet<&str> = rules
        .iter()
        .filter(|(text, _)| !text.permit)
        .map(|(text, _)| text.id.as_str())
        .collect();
    for case in cases {
        let Some(rule) = case
            .refused_by
            .iter()
            .find(|rule| *rule != ENGINE_ERROR && !known.contains(rule.as_str()))
        else {
            continue;
        };
        let problem = Problem::UnknownRule {
            case: case.name.clone(),
            rule: rule.clone(),
        };
        let (path, line, remedy) = if case.rulebook == id {
            let path = format!("examples/{}.toml", case.name.split('/').next().unwrap_or_default());
            let line = line_of(files.text(&path)?, &format!("\"{rule}\""));
            (path, line, "name a rule of this rulebook")
        } else {
            (HEADER.to_owned(), 1, "the rule ended; write the case anew or end it too")
        };
        return Err(RulebookRefused::new(&path, line, problem, remedy));
    }
    Ok(())
}
