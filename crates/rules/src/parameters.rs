//! The numbers and lists of a rulebook, each with its source.

use std::collections::BTreeMap;

use countenance_base::Text;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::load::{Problem, RulebookRefused, line_of, toml_file};
use crate::{Area, AssessmentHead, Confidence};

/// Where one number or list comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// As written in the rulebook: a number, or words separated by `, `.
    pub value: String,
    pub source: Text,
    pub confidence: Confidence,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    value: Written,
    source_zh: String,
    source_en: String,
    confidence: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Number(u32),
    Words(Vec<String>),
}

macro_rules! parameters {
    (numbers { $($(#[$doc:meta])* $number:ident),+ $(,)? } lists { $($(#[$list_doc:meta])* $list:ident),+ $(,)? }) => {
        /// Every number and list that the rulebook sets; the unit is in the name.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct Parameters {
            $($(#[$doc])* pub $number: u32,)+
            $($(#[$list_doc])* pub $list: Vec<String>,)+
            /// Value, source and confidence by name, for pages that show them.
            pub sources: BTreeMap<String, Parameter>,
        }

        impl Parameters {
            /// The record `context.parameters` of every request.
            pub(crate) fn tree(&self) -> Value {
                let mut tree = Map::new();
                $(tree.insert(stringify!($number).to_owned(), self.$number.into());)+
                $(tree.insert(stringify!($list).to_owned(), self.$list.clone().into());)+
                Value::Object(tree)
            }

            fn from_entries(reader: &mut Reader<'_>) -> Result<Self, RulebookRefused> {
                Ok(Self {
                    $($number: reader.number(stringify!($number))?,)+
                    $($list: reader.list(stringify!($list))?,)+
                    sources: std::mem::take(&mut reader.sources),
                })
            }
        }
    };
}

parameters! {
    numbers {
        /// How long a gate goes on matching faces after its last contact.
        face_lease_hours,
        /// How long a gate goes on with the other lanes after its last contact.
        other_lease_days,
        /// The longest consent, and so the longest life of a template.
        consent_max_days,
        /// Below this age a guardian consents, years.
        guardian_under_age,
        /// Default retention of passages.
        passage_retention_days,
        /// Longest retention of passages.
        passage_retention_max_days,
        enrolment_code_minutes,
        /// Most people compared for one claim.
        household_search_max,
        /// Most people compared in an open search.
        open_search_max,
        /// A new door's distance limit.
        distance_default_mm,
        /// The distance limit that no door may exceed.
        distance_max_mm,
        /// After how long without proof that another way works a door's face lane closes.
        alternative_dead_hours,
        /// After how long an impact assessment must be renewed.
        assessment_max_days,
        /// How long an impact assessment is kept at least.
        assessment_keep_days,
        /// How long a consent receipt is kept after the face is forgotten.
        consent_receipt_keep_days,
        /// How long a person who refused is not asked again.
        ask_again_days,
        /// From how many stored persons the site must be filed with the authority.
        filing_threshold_persons,
        /// Within how many working days it must be filed.
        filing_workdays,
    }
    lists {
        /// Words of [`Area`] in which no camera may hang.
        private_areas,
        /// Words of [`AssessmentHead`] that an assessment must treat.
        assessment_heads,
    }
}

struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    entries: BTreeMap<String, Entry>,
    sources: BTreeMap<String, Parameter>,
}

impl Reader<'_> {
    fn refuse(&self, name: &str, problem: Problem, remedy: String) -> RulebookRefused {
        RulebookRefused::new(self.file, line_of(self.text, &format!("[{name}]")), problem, remedy)
    }

    fn take(&mut self, name: &str) -> Result<Written, RulebookRefused> {
        let Some(entry) = self.entries.remove(name) else {
            let remedy = format!("add `[{name}]` with `value`, `source_zh`, `source_en` and `confidence`");
            return Err(self.refuse(name, Problem::MissingParameter(name.to_owned()), remedy));
        };
        let Some(confidence) = Confidence::from_letter(&entry.confidence) else {
            let problem = Problem::BadAnnotation {
                id: name.to_owned(),
                name: "confidence".to_owned(),
            };
            return Err(self.refuse(name, problem, "write O, S, W, M or D".to_owned()));
        };
        if entry.source_zh.trim().is_empty() || entry.source_en.trim().is_empty() {
            let problem = Problem::MissingAnnotation {
                id: name.to_owned(),
                name: "source".to_owned(),
            };
            return Err(self.refuse(
                name,
                problem,
                "name the article, or say that it is a design choice, in both languages".to_owned(),
            ));
        }
        let value = match &entry.value {
            Written::Number(number) => number.to_string(),
            Written::Words(words) => words.join(", "),
        };
        let source = Text::new(entry.source_zh, entry.source_en);
        self.sources.insert(name.to_owned(), Parameter { value, source, confidence });
        Ok(entry.value)
    }

    fn number(&mut self, name: &str) -> Result<u32, RulebookRefused> {
        match self.take(name)? {
            Written::Number(number) => Ok(number),
            Written::Words(_) => Err(self.refuse(
                name,
                Problem::BadParameter(name.to_owned()),
                "write `value` as a whole number from 0".to_owned(),
            )),
        }
    }

    fn list(&mut self, name: &str) -> Result<Vec<String>, RulebookRefused> {
        match self.take(name)? {
            Written::Words(words) => Ok(words),
            Written::Number(_) => Err(self.refuse(
                name,
                Problem::BadParameter(name.to_owned()),
                "write `value` as a list of words".to_owned(),
            )),
        }
    }
}

impl Parameters {
    pub(crate) fn read(file: &str, text: &str) -> Result<Self, RulebookRefused> {
        let entries = toml_file(file, text)?;
        let mut reader = Reader {
            file,
            text,
            entries,
            sources: BTreeMap::new(),
        };
        let parameters = Self::from_entries(&mut reader)?;
        if let Some(name) = reader.entries.keys().next() {
            let problem = Problem::UnknownParameter(name.clone());
            return Err(reader.refuse(name, problem, "correct the name, or leave it out".to_owned()));
        }
        // A misspelt word in these lists would silently protect nothing.
        if let Some(word) = parameters.private_areas.iter().find(|word| Area::from_word(word).is_none()) {
            let known: Vec<&str> = Area::ALL.iter().map(|area| area.word()).collect();
            let remedy = format!("write one of {}", known.join(", "));
            return Err(reader.refuse("private_areas", Problem::UnknownWord(word.clone()), remedy));
        }
        let heads = AssessmentHead::ALL.map(AssessmentHead::word);
        if let Some(word) = parameters.assessment_heads.iter().find(|word| !heads.contains(&word.as_str())) {
            let remedy = format!("write one of {}", heads.join(", "));
            return Err(reader.refuse("assessment_heads", Problem::UnknownWord(word.clone()), remedy));
        }
        Ok(parameters)
    }
}
