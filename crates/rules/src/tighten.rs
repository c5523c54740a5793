//! What may stand beside a rulebook: a draft that a site chooses to follow, an operator's own rules.
//!
//! INVARIANT: it can only refuse more. Nothing but `forbid` is accepted, and Cedar lets any forbid win over every permit; a forbid
//! that errs refuses as well, because the engine refuses on errors.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use countenance_base::{Text, to_hex};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::assemble::Rules;
use crate::folder::{Files, HEADER, PARAMETERS};
use crate::load::{Problem, RulebookRefused, line_of, toml_file};
use crate::policy::{self, Standing};
use crate::{Case, Day, Parameter, Parameters, PolicyText, Rulebook, validate};

/// Rules that only refuse, to be put beside a rulebook by [`Rulebook::tightened`].
#[derive(Clone)]
pub struct Tightening {
    id: String,
    title: Text,
    version: String,
    rules: Rules,
    texts: Vec<PolicyText>,
    lists: BTreeMap<String, Parameter>,
    cases: Vec<Case>,
}

impl fmt::Debug for Tightening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tightening({})", self.id)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DraftHeader {
    id: String,
    jurisdiction: String,
    status: Status,
    /// The day on which the draft was published.
    published: toml::value::Datetime,
    title_zh: String,
    title_en: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Draft,
}

impl Tightening {
    /// Reads the draft of a folder: header with `status = "draft"`, forbids, lists, examples. The examples go on with the facts of
    /// `newest`, by which together with the draft they are judged.
    pub fn draft(files: &BTreeMap<String, Vec<u8>>, folder: &str, newest: Option<&Rulebook>) -> Result<Self, RulebookRefused> {
        let files = Files(files);
        files.check_names(&[HEADER, PARAMETERS], &[("policies", "cedar"), ("examples", "toml")])?;
        let text = files.text(HEADER)?;
        let DraftHeader {
            id,
            jurisdiction,
            status: Status::Draft,
            published,
            title_zh,
            title_en,
        } = toml_file(HEADER, text)?;
        let expected = Day::parse(&published.to_string()).map(|day| format!("{jurisdiction}/draft-{day}"));
        if expected.as_deref() != Some(id.as_str()) || id != folder {
            let remedy = "write the id as jurisdiction, `/draft-`, day of publication, and call the folder so";
            return Err(RulebookRefused::new(HEADER, line_of(text, "id ="), Problem::Header(id), remedy));
        }
        let mut rules = Rules::new();
        for path in files.folder("policies", "cedar") {
            rules.extend(policy::read(&id, path, files.text(path)?, Standing::Draft)?);
        }
        let lists = match files.optional(PARAMETERS)? {
            Some(text) => Parameters::read_more(text, &id)?,
            None => BTreeMap::new(),
        };
        let mut cases = Vec::new();
        let facts = newest.map(|newest| newest.facts.clone()).unwrap_or_default();
        for path in files.folder("examples", "toml") {
            let read = Case::read_file(path, files.text(path)?, &id, &facts);
            let read = read.map_err(|error| RulebookRefused::new(path, error.line, Problem::Case(error.message), "correct the case"))?;
            cases.extend(read.cases);
        }
        Ok(Self {
            version: files.version(None),
            texts: texts(&rules),
            title: Text::new(title_zh, title_en),
            id,
            rules,
            lists,
            cases,
        })
    }

    /// Reads an operator's own rules, by file name (`nights.cedar`). `None` when there are none.
    pub fn operator(files: &BTreeMap<String, Vec<u8>>) -> Result<Option<Self>, RulebookRefused> {
        const ID: &str = "operator";
        let mut rules = Rules::new();
        for path in files.keys() {
            if path.strip_suffix(".cedar").is_none() {
                let remedy = "keep only files *.cedar in this folder";
                return Err(RulebookRefused::new(path, 1, Problem::UnknownFile, remedy).inside(ID));
            }
            let read = policy::read(ID, path, Files(files).text(path)?, Standing::Operator);
            rules.extend(read.map_err(|error| error.inside(ID))?);
        }
        if rules.is_empty() {
            return Ok(None);
        }
        Ok(Some(Self {
            id: ID.to_owned(),
            title: Text::new("本处自定的规则", "this operator's own rules"),
            version: Files(files).version(None),
            texts: texts(&rules),
            rules,
            lists: BTreeMap::new(),
            cases: Vec::new(),
        }))
    }

    pub fn id(&self) -> &str {
        &self.id
    }

    pub const fn title(&self) -> &Text {
        &self.title
    }

    /// SHA-256 over its files, hexadecimal.
    pub fn version(&self) -> &str {
        &self.version
    }

    pub fn policies(&self) -> &[PolicyText] {
        &self.texts
    }

    /// What it adds to lists of the rulebook, by name.
    pub const fn lists(&self) -> &BTreeMap<String, Parameter> {
        &self.lists
    }

    /// Its examples, to be judged by a rulebook that it tightens.
    pub fn cases(&self) -> &[Case] {
        &self.cases
    }
}

impl Rulebook {
    /// This rulebook with more reasons to refuse. File and line of the refusal are the tightening's.
    pub fn tightened(&self, by: &Tightening) -> Result<Self, RulebookRefused> {
        let refuse = |error: RulebookRefused| error.inside(&by.id);
        validate::validate(&by.rules, &self.schema).map_err(refuse)?;
        // A misspelt fact would make a rule that never refuses, and nobody would see it.
        let misspelt = by
            .texts
            .iter()
            .find_map(|rule| Some((rule, validate::unknown_fact(rule, &self.schema)?)));
        if let Some((rule, fact)) = misspelt {
            let (id, fact) = (rule.id.clone(), fact.to_owned());
            let problem = Problem::UnknownFact { id, fact };
            return Err(refuse(RulebookRefused::new(
                &rule.file,
                rule.line,
                problem,
                "correct the name of the fact",
            )));
        }
        let mut rules = self.rules.to_vec();
        rules.extend(by.rules.iter().cloned());
        let sets = validate::sets(&rules).map_err(refuse)?;
        let parameters = self.parameters.clone().with_more(&by.lists);
        let hash = Sha256::new().chain_update(&self.version).chain_update(&by.version).finalize();
        Ok(Self {
            id: format!("{} + {}", self.id, by.id),
            version: to_hex(&hash),
            lists: crate::judge::lists(&parameters),
            quick: Arc::default(),
            parameters,
            texts: texts(&rules).into(),
            rules: Arc::new(rules),
            sets: Arc::new(sets),
            ..self.clone()
        })
    }
}

fn texts(rules: &Rules) -> Vec<PolicyText> {
    rules.iter().map(|(text, _)| text.clone()).collect()
}
