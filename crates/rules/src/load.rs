//! From the files of a folder to a rulebook, or to file, line, problem and remedy.

use std::fmt;

use serde::de::DeserializeOwned;

use crate::NoticeRefused;

/// A rulebook that must not be used: where, why, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RulebookRefused {
    pub file: String,
    /// From 1.
    pub line: usize,
    pub problem: Problem,
    pub remedy: String,
}

impl RulebookRefused {
    pub(crate) fn new(file: &str, line: usize, problem: Problem, remedy: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            line,
            problem,
            remedy: remedy.into(),
        }
    }
}

impl fmt::Display for RulebookRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}; {}", self.file, self.line, self.problem, self.remedy)
    }
}

impl RulebookRefused {
    /// The same with the folder before the file.
    pub(crate) fn inside(mut self, folder: &str) -> Self {
        self.file = format!("{folder}/{}", self.file);
        self
    }

    /// Stable code for pages and logs.
    pub const fn code(&self) -> &'static str {
        if matches!(self.problem, Problem::NotApproved { .. }) {
            "rulebook.not_approved"
        } else {
            "rulebook.broken"
        }
    }
}

impl std::error::Error for RulebookRefused {}

/// What is wrong with a rulebook.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    #[error("the file is missing")]
    MissingFile,
    #[error("a rulebook has no such file")]
    UnknownFile,
    #[error("the file is not UTF-8")]
    NotUtf8,
    #[error("not readable as TOML: {0}")]
    Toml(String),
    #[error("not readable as Cedar: {0}")]
    Cedar(String),
    #[error("the schema does not accept this policy: {0}")]
    Invalid(String),
    #[error("`{id}` has no annotation `@{name}`")]
    MissingAnnotation { id: String, name: String },
    #[error("`{id}` has an unknown annotation `@{name}`")]
    UnknownAnnotation { id: String, name: String },
    #[error("`{id}` has an annotation `@{name}` that cannot be read")]
    BadAnnotation { id: String, name: String },
    #[error("`{id}` takes effect on {effective}, after the day of this rulebook")]
    NotYetInForce { id: String, effective: String },
    #[error("`{0}` stands here a second time")]
    DoubleId(String),
    #[error("`{0}` permits without naming one act, or under a condition")]
    ConditionalPermit(String),
    #[error("act `{0}` has no permit")]
    NoPermit(String),
    #[error("act `{0}` has more than one permit")]
    SecondPermit(String),
    #[error("parameter `{0}` is missing")]
    MissingParameter(String),
    #[error("unknown parameter `{0}`")]
    UnknownParameter(String),
    #[error("parameter `{0}` has a value of the wrong kind")]
    BadParameter(String),
    #[error("unknown word `{0}`")]
    UnknownWord(String),
    #[error("the notice does not describe mode `{0}`")]
    NoticeMethod(String),
    #[error(transparent)]
    Notice(NoticeRefused),
    #[error("case `{case}` expects a refusal by unknown rule `{rule}`")]
    UnknownRule { case: String, rule: String },
    #[error("the case cannot be read: {0}")]
    Case(String),
    #[error("day or id is not in its form: {0}")]
    Header(String),
    #[error("another rulebook of `{jurisdiction}` begins on {from} too")]
    Overlap { jurisdiction: String, from: String },
    #[error("`{0}` stands in an earlier rulebook too, and is not listed as changed")]
    UnlistedChange(String),
    #[error("`{0}` is listed as changed, but nothing here changes it")]
    NothingChanged(String),
    #[error("`{0}` is listed as ended, but the rulebook before has no such thing")]
    NothingEnded(String),
    #[error("`{0}` is amended here, but the rulebook before has no such rule")]
    NothingAmended(String),
    #[error("it builds on `{named}`, but the rulebook before it is `{before}`")]
    After { named: String, before: String },
    #[error("`{id}` cites what cannot be read as articles: {citation}")]
    Citation { id: String, citation: String },
    #[error("`{id}` cites {instrument}, which is not among the instruments in force")]
    UnknownInstrument { id: String, instrument: String },
    #[error("calendar: {0}")]
    Calendar(String),
    #[error("nobody has approved the text of {id} whose hash is {hash}")]
    NotApproved { id: String, hash: String },
    #[error("`{0}` would permit; beside a rulebook only a forbid may stand")]
    Loosens(String),
    #[error("`{id}` asks for `{fact}`, which the schema does not know")]
    UnknownFact { id: String, fact: String },
    #[error("`{id}` does not begin with `{area}.`")]
    ForeignArea { id: String, area: String },
}

/// Reads a TOML file into `T`.
pub(crate) fn toml_file<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, RulebookRefused> {
    toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| line_at(text, span.start));
        RulebookRefused::new(file, line, Problem::Toml(one_line(error.message())), "correct the line")
    })
}

/// The line, from 1, in which byte `offset` stands.
pub(crate) fn line_at(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

/// The line, from 1, in which `word` first stands; 1 when it does not.
pub(crate) fn line_of(text: &str, word: &str) -> usize {
    text.find(word).map_or(1, |offset| line_at(text, offset))
}

/// A foreign message without its line breaks.
pub(crate) fn one_line(message: &str) -> String {
    message.split_whitespace().collect::<Vec<_>>().join(" ")
}
