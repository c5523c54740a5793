//! What a rulebook's author should put right, all at once. Loading stops at the first fault; this goes on where it can.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::approval::APPROVED;
use crate::load::{RulebookRefused, line_of};
use crate::policy::{self, Standing};
use crate::shelf::folders;
use crate::{Act, Confidence, Day, PolicyText, Rulebook, Shelf, validate};

/// Something to put right: where, what, how.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Complaint {
    pub file: String,
    /// From 1.
    pub line: usize,
    pub problem: String,
    pub remedy: String,
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}; {}", self.file, self.line, self.problem, self.remedy)
    }
}

impl From<RulebookRefused> for Complaint {
    fn from(refused: RulebookRefused) -> Self {
        Self {
            problem: refused.problem.to_string(),
            file: refused.file,
            line: refused.line,
            remedy: refused.remedy,
        }
    }
}

/// Everything that is wrong with a folder in the form of `rulebooks/`. `today` is until when calendars are wanted.
pub fn lint(files: &BTreeMap<String, Vec<u8>>, today: Day) -> Vec<Complaint> {
    let mut found: BTreeSet<Complaint> = statements(files).collect();
    match Shelf::read(files) {
        Err(refused) => {
            found.insert(refused.into());
        }
        Ok(shelf) => {
            for rulebook in shelf.rulebooks() {
                found.extend(texts(rulebook));
                found.extend(facts(rulebook));
                found.extend(tried(rulebook));
            }
            found.extend(holes(&shelf));
            found.extend(calendars(&shelf, files, today));
            found.extend(approvals(&shelf, files));
        }
    }
    found.into_iter().collect()
}

/// Every policy that cannot be read, not only the first.
fn statements(files: &BTreeMap<String, Vec<u8>>) -> impl Iterator<Item = Complaint> {
    let mut found = Vec::new();
    for (path, bytes) in files.iter().filter(|(path, _)| path.ends_with("cedar")) {
        let [jurisdiction, folder, inside] = path.splitn(3, '/').collect::<Vec<_>>()[..] else {
            continue;
        };
        let standing = if folder.starts_with("draft-") {
            Standing::Draft
        } else {
            Standing::Law
        };
        let (id, text) = (format!("{jurisdiction}/{folder}"), String::from_utf8_lossy(bytes));
        let errors = policy::read_each(&id, inside, &text, standing).filter_map(Result::err);
        found.extend(errors.map(|error| Complaint::from(error.inside(&id))));
    }
    found.into_iter()
}

fn at(rule: &PolicyText, problem: String, remedy: &str) -> Complaint {
    Complaint {
        file: format!("{}/{}", rule.rulebook, rule.file),
        line: rule.line,
        problem,
        remedy: remedy.to_owned(),
    }
}

/// Each language in its own letters.
fn texts(rulebook: &Rulebook) -> Vec<Complaint> {
    let han = |char: char| ('\u{4e00}'..='\u{9fff}').contains(&char);
    let own = rulebook
        .policies()
        .iter()
        .filter(|rule| rule.rulebook == rulebook.id() || rule.amended.as_deref() == Some(rulebook.id()));
    let mixed = own.filter(|rule| {
        [&rule.text, &rule.remedy, &rule.article]
            .iter()
            .any(|text| !text.zh.chars().any(han) || text.en.chars().any(han))
    });
    mixed
        .map(|rule| {
            at(
                rule,
                format!("`{}` is not in Chinese and English", rule.id),
                "write each text in its own language",
            )
        })
        .collect()
}

/// Facts that the schema does not know: `has` asks for anything, so a misspelt fact would refuse always, or never.
fn facts(rulebook: &Rulebook) -> Vec<Complaint> {
    let own = rulebook.policies().iter().filter(|rule| rule.rulebook == rulebook.id());
    own.filter_map(|rule| validate::unknown_fact(rule, &rulebook.schema).map(|fact| (rule, fact)))
        .map(|(rule, fact)| {
            let problem = format!("`{}` asks for `{fact}`, which the schema does not know", rule.id);
            at(rule, problem, "correct the name of the fact")
        })
        .collect()
}

/// Every rule is tried: refused by some example, and let pass by a permitted one of each of its acts.
fn tried(rulebook: &Rulebook) -> Vec<Complaint> {
    let cases = || rulebook.cases().iter().filter(|case| case.on.is_none());
    let against: BTreeSet<&str> = cases().flat_map(|case| &case.refused_by).map(String::as_str).collect();
    let permitted: BTreeSet<Act> = cases().filter(|case| case.refused_by.is_empty()).map(|case| case.act).collect();
    let mut found = Vec::new();
    for rule in rulebook.policies().iter().filter(|rule| !rule.permit) {
        if !against.contains(rule.id.as_str()) {
            let problem = format!("no example of {} is refused by `{}`", rulebook.id(), rule.id);
            found.push(at(rule, problem, "add a case to examples/ that only this rule refuses"));
        }
        for act in rule.acts.iter().filter(|act| !permitted.contains(act)) {
            let problem = format!(
                "no example of {} is permitted for {}, so `{}` never lets pass",
                rulebook.id(),
                act.word(),
                rule.id
            );
            found.push(at(rule, problem, "add a lawful case of this act to examples/"));
        }
    }
    found
}

/// A rule that was in force already when the rulebook before began, and is not in it: acts between were judged without it.
fn holes(shelf: &Shelf) -> Vec<Complaint> {
    let mut found = Vec::new();
    for (before, after) in shelf.rulebooks().iter().zip(shelf.rulebooks().iter().skip(1)) {
        if before.jurisdiction() != after.jurisdiction() {
            continue;
        }
        let is_law = |rule: &&PolicyText| !matches!(rule.confidence, Confidence::Design | Confidence::Reading);
        let new = after.policies().iter().filter(|rule| before.policy(&rule.id).is_none());
        for rule in new.filter(is_law).filter(|rule| rule.effective.as_str() <= before.from_day()) {
            let problem = format!(
                "`{}` is in force since {}, but {} does not have it",
                rule.id,
                rule.effective,
                before.id()
            );
            found.push(at(
                rule,
                problem,
                "move the rule into the rulebook of its day, or make one of that day",
            ));
        }
        let same = |rule: &&PolicyText| rule.rulebook == after.id() && before.policy(&rule.id).is_some_and(|old| old.source == rule.source);
        for rule in after.policies().iter().filter(same) {
            let problem = format!("`{}` is listed as changed and says the same as before", rule.id);
            found.push(at(rule, problem, "leave it out of this folder and off `changed`"));
        }
    }
    found
}

/// A calendar for every year in which working days are counted.
fn calendars(shelf: &Shelf, files: &BTreeMap<String, Vec<u8>>, today: Day) -> Vec<Complaint> {
    let mut found = Vec::new();
    for jurisdiction in folders(files).keys() {
        let of_jurisdiction = shelf.rulebooks().iter().filter(|rulebook| rulebook.jurisdiction() == jurisdiction);
        let years: Vec<i16> = of_jurisdiction
            .filter_map(|rulebook| Day::parse(rulebook.from_day()))
            .map(Day::year)
            .collect();
        let (Some(first), Some(last)) = (years.iter().min(), years.iter().max()) else {
            continue;
        };
        let have: BTreeSet<i16> = shelf.calendars(jurisdiction).years().collect();
        for year in (*first..=today.year().max(*last)).filter(|year| !have.contains(year)) {
            found.push(Complaint {
                file: format!("{jurisdiction}/calendars/{year}.toml"),
                line: 1,
                problem: format!("there is no calendar of {year}"),
                remedy: "add it from the year's notice; until then deadlines count Monday to Friday and say so".to_owned(),
            });
        }
    }
    found
}

fn approvals(shelf: &Shelf, files: &BTreeMap<String, Vec<u8>>) -> Vec<Complaint> {
    let text = files.get(APPROVED).map(|bytes| String::from_utf8_lossy(bytes)).unwrap_or_default();
    let all = shelf.rulebooks().iter().map(|rulebook| (rulebook.id(), rulebook.version()));
    let all = all.chain(shelf.drafts().iter().map(|draft| (draft.id(), draft.version())));
    let unapproved = all.filter_map(|(id, version)| shelf.check_one(id, version).err().map(|error| (id, error)));
    unapproved
        .map(|(id, error)| Complaint {
            line: line_of(&text, &format!("\"{id}\"")),
            ..error.into()
        })
        .collect()
}
