//! The list of labels, `rulebooks/cn/labels.toml`: what is looked for, under which article, how surely.

use std::collections::{HashMap, HashSet};

use countenance_base::Text;
use countenance_rules::Confidence;
use serde::Deserialize;

use crate::tokens::{Tokens, tokens};

/// Where the list stands among the embedded rulebooks.
const FILE: &str = "cn/labels.toml";

/// What is wrong with a list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListRefused {
    #[error("this program was built without `{FILE}`")]
    Missing,
    #[error("`{FILE}`: {0}")]
    Form(String),
    #[error("`{FILE}`: `{0}` has a confidence that is none of O, S, W, M, R, D")]
    Confidence(String),
    #[error("`{FILE}`: a word of `{0}` has no letter")]
    Word(String),
}

impl ListRefused {
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Missing => "labels.list_missing",
            Self::Form(_) => "labels.list_form",
            Self::Confidence(_) => "labels.list_confidence",
            Self::Word(_) => "labels.list_word",
        }
    }
}

/// One kind of label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Stable, `label.age`.
    pub id: String,
    pub title: Text,
    pub article: Text,
    /// The letter of `confidence`, as files show it.
    pub letter: String,
    pub confidence: Confidence,
    pub why: Text,
    /// `column = value` in which it must be found, and in which not.
    pub found: Vec<String>,
    pub not_found: Vec<String>,
}

/// How a word is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Where {
    Column,
    Anywhere,
    Whole,
    /// Means something else: covers the shorter words in it.
    Unless,
}

#[derive(Debug, Clone)]
pub(super) struct Word {
    pub(super) label: usize,
    pub(super) text: String,
    pub(super) place: Where,
    pub(super) tokens: Tokens,
}

/// All labels, with their words by first token.
#[derive(Debug, Clone)]
pub struct List {
    labels: Vec<Label>,
    words: HashMap<String, Vec<Word>>,
    /// Names of columns that may be shown, by tokens, as this list writes them.
    shown: HashMap<Tokens, String>,
    names: HashSet<Tokens>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    plain: Vec<String>,
    names: Vec<String>,
    label: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    zh: String,
    en: String,
    article: String,
    article_en: String,
    confidence: String,
    why_zh: String,
    why_en: String,
    columns: Vec<String>,
    anywhere: Vec<String>,
    whole: Vec<String>,
    unless: Vec<String>,
    found: Vec<String>,
    not_found: Vec<String>,
}

impl List {
    /// The list that this program was built with.
    pub fn embedded() -> Result<Self, ListRefused> {
        let files = countenance_rules::embedded_files();
        let bytes = files.get(FILE).ok_or(ListRefused::Missing)?;
        let text = std::str::from_utf8(bytes).map_err(|error| ListRefused::Form(error.to_string()))?;
        Self::read(text)
    }

    pub fn read(text: &str) -> Result<Self, ListRefused> {
        let written: Written = toml::from_str(text).map_err(|error| ListRefused::Form(error.to_string()))?;
        let mut list = Self {
            labels: Vec::new(),
            words: HashMap::new(),
            shown: written.plain.iter().map(|name| (tokens(name), name.clone())).collect(),
            names: written.names.iter().map(|name| tokens(name)).collect(),
        };
        for entry in written.label {
            list.put(entry)?;
        }
        Ok(list)
    }

    fn put(&mut self, entry: Entry) -> Result<(), ListRefused> {
        let label = self.labels.len();
        let Some(confidence) = Confidence::from_letter(&entry.confidence) else {
            return Err(ListRefused::Confidence(entry.id));
        };
        for (place, words) in [
            (Where::Column, &entry.columns),
            (Where::Anywhere, &entry.anywhere),
            (Where::Whole, &entry.whole),
            (Where::Unless, &entry.unless),
        ] {
            for text in words {
                let tokens = tokens(text);
                let Some(first) = tokens.first().cloned() else {
                    return Err(ListRefused::Word(entry.id));
                };
                if place != Where::Unless {
                    self.shown.entry(tokens.clone()).or_insert_with(|| text.clone());
                }
                let word = Word {
                    label,
                    text: text.clone(),
                    place,
                    tokens,
                };
                self.words.entry(first).or_default().push(word);
            }
        }
        self.labels.push(Label {
            id: entry.id,
            title: Text::new(entry.zh, entry.en),
            article: Text::new(entry.article, entry.article_en),
            letter: entry.confidence,
            confidence,
            why: Text::new(entry.why_zh, entry.why_en),
            found: entry.found,
            not_found: entry.not_found,
        });
        Ok(())
    }

    pub fn labels(&self) -> &[Label] {
        &self.labels
    }

    /// The name of a column as this list writes it, when it is one that may be shown.
    pub(super) fn shown(&self, tokens: &Tokens) -> Option<&str> {
        self.shown.get(tokens).map(String::as_str)
    }

    /// Whether a column of this name holds names of people or places.
    pub(super) fn is_names(&self, tokens: &Tokens) -> bool {
        self.names.contains(tokens)
    }

    /// Every word that stands in `text`, the longest of each label where several begin at one place or lie in one another.
    pub(super) fn words_in(&self, text: &Tokens, places: &[Where]) -> Vec<&Word> {
        let mut hits: Vec<(usize, usize, &Word)> = Vec::new();
        for (at, token) in text.iter().enumerate() {
            for word in self.words.get(token).into_iter().flatten() {
                let end = at + word.tokens.len();
                let wanted = word.place == Where::Unless || places.contains(&word.place);
                if wanted && text.get(at..end) == Some(word.tokens.as_slice()) {
                    hits.push((at, end, word));
                }
            }
        }
        // Hits stand in the order of their beginnings, and none is longer than the longest: what covers one begins near it.
        let longest = hits.iter().map(|(at, end, _)| end - at).max().unwrap_or(0);
        let covered = |(at, end, word): &(usize, usize, &Word)| {
            let first = hits.partition_point(|(other, _, _)| other + longest < *end);
            let near = hits.iter().skip(first).take_while(|(other, _, _)| other <= at);
            near.into_iter().any(|(other_at, other_end, other)| {
                let longer = other_end - other_at > end - at || (other.place == Where::Unless && other_end - other_at == end - at);
                other.label == word.label && longer && other_at <= at && end <= other_end
            })
        };
        let stays = hits.iter().filter(|hit| hit.2.place != Where::Unless && !covered(hit));
        stays.map(|(_, _, word)| *word).collect()
    }

    /// Every word that is all of `text`.
    pub(super) fn words_that_are(&self, text: &Tokens) -> impl Iterator<Item = &Word> {
        let first = text.first().and_then(|token| self.words.get(token));
        let words = first.into_iter().flatten();
        words.filter(move |word| word.place == Where::Whole && word.tokens == *text)
    }
}
