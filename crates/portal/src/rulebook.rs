//! A rulebook as one whole, article by article, to read and to print.

use askama::Template;

use crate::Frame;
use crate::assets::style;

/// The whole law of one day. Every text is in the page's language; a text without the other language's letters is the caller's matter.
#[derive(Debug, Template)]
#[template(path = "rulebook.html")]
pub struct RulebookPage {
    pub frame: Frame,
    pub title: String,
    /// `cn/2025-06-01`
    pub id: String,
    /// SHA-256 over its files, hexadecimal.
    pub version: String,
    /// Who approved this text, and on which day.
    pub approved: Option<(String, String)>,
    pub chapters: Vec<RulebookChapter>,
}

/// What rests on one instrument.
#[derive(Debug)]
pub struct RulebookChapter {
    /// `None` for what rests on no article.
    pub instrument: Option<RulebookInstrument>,
    pub articles: Vec<RulebookArticle>,
}

/// A law, regulation, rule or interpretation.
#[derive(Debug)]
pub struct RulebookInstrument {
    pub name: String,
    pub full: String,
    /// Since when it is in force, `2025-06-01`.
    pub effective: String,
}

/// What rests on one article.
#[derive(Debug)]
pub struct RulebookArticle {
    pub number: Option<u32>,
    pub rules: Vec<RulebookRule>,
    /// Id and text of rules that stand elsewhere and rest on this article too.
    pub also: Vec<(String, String)>,
    pub numbers: Vec<RulebookNumber>,
}

/// A rule with what it asks, how it is written, and the cases that it refuses.
#[derive(Debug)]
pub struct RulebookRule {
    pub id: String,
    pub text: String,
    pub remedy: String,
    pub article: String,
    /// How sure the source is, in words.
    pub confidence: String,
    pub to_confirm: bool,
    /// Since when it binds; empty for what is not law.
    pub effective: String,
    /// The rulebook that last changed wording or source.
    pub amended: Option<String>,
    pub acts: Vec<String>,
    /// The policy as the engine reads it.
    pub policy: String,
    /// Names and values that the policy reads.
    pub reads: Vec<(String, String)>,
    /// Titles of cases that it refuses.
    pub against: Vec<String>,
    /// How many permitted cases it lets pass.
    pub permitted: u64,
}

/// A number or list with its source.
#[derive(Debug)]
pub struct RulebookNumber {
    pub name: String,
    pub value: String,
    pub source: String,
    pub confidence: String,
    pub to_confirm: bool,
    pub effective: String,
}

impl RulebookPage {
    /// The page as a file that needs no server: its style is inside it.
    pub fn alone(&self) -> Result<String, askama::Error> {
        let link = format!("<link rel=\"stylesheet\" href=\"{}\">", self.frame.asset("countenance.css"));
        Ok(self.render()?.replacen(&link, &format!("<style>{}</style>", style()), 1))
    }
}
