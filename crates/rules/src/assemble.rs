//! A rulebook out of its folder and the rulebook before: what begins, what is written anew, what ends.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cedar_policy::Policy;
use countenance_base::Text;

use crate::cite::read_instruments;
use crate::examples::CaseFacts;
use crate::folder::{AMENDED, Files, HEADER, Header, INSTRUMENTS, PARAMETERS, SCHEMA, Ticks};
use crate::load::{Problem, RulebookRefused, line_of};
use crate::merge::{check_citations, rules};
use crate::notice::NoticeText;
use crate::validate::{read_schema, sets};
use crate::{Case, Day, ENGINE_ERROR, Instrument, Parameters, PolicyText, Rulebook};

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
