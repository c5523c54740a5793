//! One number, list or day of a rulebook, as written and with its source.

use std::fmt;

use countenance_base::Text;
use serde::Deserialize;

use crate::folder::PARAMETERS;
use crate::load::{Problem, RulebookRefused, line_of};
use crate::{Confidence, Day};

/// One number, list or day, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    pub value: ParameterValue,
    pub source: Text,
    pub confidence: Confidence,
    /// Since when it binds.
    pub effective: Day,
    /// The rulebook whose folder writes it, e.g. `cn/2025-06-01`.
    pub rulebook: String,
}

/// As written in the rulebook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParameterValue {
    Number(u32),
    Numbers(Vec<u32>),
    Words(Vec<String>),
    Day(Day),
}

impl fmt::Display for ParameterValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Numbers(numbers) => f.write_str(&numbers.iter().map(u32::to_string).collect::<Vec<_>>().join(", ")),
            Self::Words(words) => f.write_str(&words.join(", ")),
            Self::Day(day) => write!(f, "{day}"),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    value: Written,
    source_zh: String,
    source_en: String,
    confidence: String,
    effective: toml::value::Datetime,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Number(u32),
    Numbers(Vec<u32>),
    Words(Vec<String>),
    Day(toml::value::Datetime),
}

/// A refusal of the entry `name` of `parameters.toml`.
pub(crate) fn refuse(text: &str, name: &str, problem: Problem, remedy: impl Into<String>) -> RulebookRefused {
    RulebookRefused::new(PARAMETERS, line_of(text, &format!("[{name}]")), problem, remedy)
}

impl Entry {
    /// The entry `name` of the folder of the rulebook `id`.
    pub(crate) fn read(self, text: &str, name: &str, id: &str) -> Result<Parameter, RulebookRefused> {
        let annotation = |annotation: &str| Problem::BadAnnotation {
            id: name.to_owned(),
            name: annotation.to_owned(),
        };
        let bad_day = || refuse(text, name, annotation("effective"), "write a day as 2025-06-01, without quotes");
        let day = |written: &toml::value::Datetime| Day::parse(&written.to_string()).ok_or_else(bad_day);
        let Some(confidence) = Confidence::from_letter(&self.confidence) else {
            return Err(refuse(text, name, annotation("confidence"), "write O, S, W, M, R or D"));
        };
        if self.source_zh.trim().is_empty() || self.source_en.trim().is_empty() {
            let problem = Problem::MissingAnnotation {
                id: name.to_owned(),
                name: "source".to_owned(),
            };
            let remedy = "name the article, or say that it is a design choice, in both languages";
            return Err(refuse(text, name, problem, remedy));
        }
        Ok(Parameter {
            effective: day(&self.effective)?,
            value: match self.value {
                Written::Number(number) => ParameterValue::Number(number),
                Written::Numbers(numbers) => ParameterValue::Numbers(numbers),
                Written::Words(words) => ParameterValue::Words(words),
                Written::Day(written) => ParameterValue::Day(day(&written)?),
            },
            source: Text::new(self.source_zh, self.source_en),
            confidence,
            rulebook: id.to_owned(),
        })
    }
}
