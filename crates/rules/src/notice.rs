//! Notices: what a person is told before a consent, rendered with this site's facts.
//!
//! A checklist field counts as filled only when the section that carries it was rendered in both languages
//! with every placeholder filled; so `notice.complete` is decided on the text that was really shown.

use std::collections::{BTreeMap, BTreeSet};

use countenance_base::{Locale, Text};
use countenance_grant::Mode;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::load::{Problem, RulebookRefused, line_of, toml_file};
use crate::{NoticeFacts, Parameters};

/// What a notice says about one purpose at one site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeValues {
    pub site: Text,
    /// Who answers for the processing: full name.
    pub operator: Text,
    /// Address, telephone or mail of the operator.
    pub contact: Text,
    /// Where complaints go.
    pub complaints: Text,
    /// The doors, by name.
    pub doors: Text,
    pub purpose: Text,
    pub necessity: Text,
    pub mode: Mode,
    /// The ways that need no face, by name.
    pub other_ways: Text,
    /// Until when a consent given now holds, days.
    pub consent_days: u32,
    pub passage_days: u32,
}

/// A notice as shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Name and number of the text, e.g. `face-at-door-1`.
    pub version: String,
    pub zh: String,
    pub en: String,
    /// SHA-256 over the Chinese text, a zero byte, and the English text.
    pub hash: [u8; 32],
    /// Checklist fields that are really filled.
    pub fields: BTreeSet<String>,
}

impl Notice {
    /// The facts by which the rulebook decides whether the notice is complete.
    pub fn facts(&self) -> NoticeFacts {
        NoticeFacts {
            version: self.version.clone(),
            fields: self.fields.clone(),
        }
    }
}

/// A notice could not be rendered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoticeRefused {
    #[error("the rulebook has no notice `{0}`")]
    NoSuchNotice(String),
    #[error("notice `{notice}` names a placeholder `{{{name}}}` that nothing fills")]
    UnknownPlaceholder { notice: String, name: String },
    #[error("notice `{notice}` has an open brace that is not closed")]
    OpenBrace { notice: String },
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    fields: Vec<String>,
    zh: String,
    en: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    zh: String,
    en: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoticeText {
    pub(crate) version: String,
    day: String,
    method: BTreeMap<String, Words>,
    section: Vec<Section>,
}

impl NoticeText {
    /// Reads the file and renders it once, so that a notice in a loaded rulebook can always be shown.
    pub(crate) fn read(file: &str, text: &str, parameters: &Parameters) -> Result<Self, RulebookRefused> {
        let notice: Self = toml_file(file, text)?;
        for mode in [Mode::OneToOne, Mode::OneToFew, Mode::OneToMany] {
            if !notice.method.contains_key(mode.text()) {
                let remedy = format!("add `[method.\"{}\"]` with `zh` and `en`", mode.text());
                return Err(RulebookRefused::new(file, 1, Problem::NoticeMethod(mode.text().to_owned()), remedy));
            }
            if let Err(error) = notice.render(&sample(mode), parameters) {
                let line = match &error {
                    NoticeRefused::UnknownPlaceholder { name, .. } => line_of(text, &format!("{{{name}}}")),
                    NoticeRefused::NoSuchNotice(_) | NoticeRefused::OpenBrace { .. } => 1,
                };
                let names: Vec<String> = notice
                    .places(&sample(mode), parameters)
                    .into_keys()
                    .map(|name| format!("{{{name}}}"))
                    .collect();
                return Err(RulebookRefused::new(
                    file,
                    line,
                    Problem::Notice(error),
                    format!("use only {}", names.join(" ")),
                ));
            }
        }
        Ok(notice)
    }

    pub(crate) fn render(&self, values: &NoticeValues, parameters: &Parameters) -> Result<Notice, NoticeRefused> {
        let places = self.places(values, parameters);
        let (mut zh, mut en) = (Vec::new(), Vec::new());
        let mut fields = BTreeSet::new();
        for section in &self.section {
            let (zh_part, zh_filled) = self.fill(&section.zh, &places, Locale::Zh)?;
            let (en_part, en_filled) = self.fill(&section.en, &places, Locale::En)?;
            if zh_filled && en_filled {
                fields.extend(section.fields.iter().cloned());
            }
            zh.push(zh_part.trim().to_owned());
            en.push(en_part.trim().to_owned());
        }
        let (zh, en) = (zh.join("\n\n"), en.join("\n\n"));
        let hash = Sha256::new()
            .chain_update(zh.as_bytes())
            .chain_update([0])
            .chain_update(en.as_bytes())
            .finalize()
            .into();
        Ok(Notice {
            version: self.version.clone(),
            zh,
            en,
            hash,
            fields,
        })
    }

    fn places(&self, values: &NoticeValues, parameters: &Parameters) -> BTreeMap<&'static str, Text> {
        let number = |number: u32| Text::new(number.to_string(), number.to_string());
        let method = self
            .method
            .get(values.mode.text())
            .map(|words| Text::new(words.zh.as_str(), words.en.as_str()))
            .unwrap_or_default();
        BTreeMap::from([
            ("site", values.site.clone()),
            ("operator", values.operator.clone()),
            ("contact", values.contact.clone()),
            ("complaints", values.complaints.clone()),
            ("doors", values.doors.clone()),
            ("purpose", values.purpose.clone()),
            ("necessity", values.necessity.clone()),
            ("method", method),
            ("other_ways", values.other_ways.clone()),
            ("consent_days", number(values.consent_days)),
            ("passage_days", number(values.passage_days)),
            ("face_lease_hours", number(parameters.face_lease_hours)),
            ("guardian_under_age", number(parameters.guardian_under_age)),
            ("receipt_days", number(parameters.consent_receipt_keep_days)),
            ("version", Text::new(self.version.as_str(), self.version.as_str())),
            ("day", Text::new(self.day.as_str(), self.day.as_str())),
        ])
    }

    /// The text with its placeholders filled, and whether none of them was blank. A value is never read for placeholders again.
    fn fill(&self, text: &str, places: &BTreeMap<&'static str, Text>, locale: Locale) -> Result<(String, bool), NoticeRefused> {
        let mut out = String::with_capacity(text.len());
        let mut filled = !text.trim().is_empty();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let (name, after) = after.split_once('}').ok_or_else(|| NoticeRefused::OpenBrace {
                notice: self.version.clone(),
            })?;
            let value = places
                .get(name)
                .map(|value| value.get(locale))
                .ok_or_else(|| NoticeRefused::UnknownPlaceholder {
                    notice: self.version.clone(),
                    name: name.to_owned(),
                })?;
            filled &= !value.trim().is_empty();
            out.push_str(value.trim());
            rest = after;
        }
        out.push_str(rest);
        Ok((out, filled))
    }
}

/// Values with which a text is tried at load; nobody sees the result.
fn sample(mode: Mode) -> NoticeValues {
    let word = Text::new("样", "sample");
    NoticeValues {
        site: word.clone(),
        operator: word.clone(),
        contact: word.clone(),
        complaints: word.clone(),
        doors: word.clone(),
        purpose: word.clone(),
        necessity: word.clone(),
        mode,
        other_ways: word,
        consent_days: 1,
        passage_days: 1,
    }
}
