//! Which names declare that a device looks at faces; the words are data, with their reason.

use countenance_base::Text;
use serde::Deserialize;

use super::question::Question;
use super::xml::Element;
use crate::tokens::{Tokens, tokens};

const WORDS: &str = include_str!("../../data/face_words.toml");
/// A name from a device is shown no longer than this.
const NAME_CHARS_MAX: usize = 80;
const PATH_BYTES_MAX: usize = 200;
/// One answer tells no more names than this, the gravest first.
const DECLARED_MAX: usize = 64;

/// What is declared by one sort of name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaceKind {
    /// Stable, `face.recognition`.
    pub id: String,
    pub title: Text,
    pub why: Text,
    words: Vec<Tokens>,
}

/// One name by which a device declares it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Declared {
    /// Position among the kinds.
    pub kind: usize,
    /// As the device says it, shortened and without control characters.
    pub name: String,
    /// In the answer to which question.
    pub question: Question,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    kind: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    zh: String,
    en: String,
    why_zh: String,
    why_en: String,
    words: Vec<String>,
}

/// The kinds that this program knows, the gravest first.
pub fn face_kinds() -> Result<Vec<FaceKind>, toml::de::Error> {
    let written: Written = toml::from_str(WORDS)?;
    let kind = |entry: Entry| FaceKind {
        id: entry.id,
        title: Text::new(entry.zh, entry.en),
        why: Text::new(entry.why_zh, entry.why_en),
        words: entry.words.iter().map(|word| tokens(word)).collect(),
    };
    Ok(written.kind.into_iter().map(kind).collect())
}

/// What an answer declares about faces.
pub(super) fn declared(question: Question, answer: &Element, kinds: &[FaceKind]) -> Vec<Declared> {
    let mut found: Vec<Declared> = names(question, answer)
        .into_iter()
        .filter_map(|name| {
            let kind = kind_of(&name, kinds)?;
            Some(Declared {
                kind,
                name: clean(&name),
                question,
            })
        })
        .collect();
    found.sort();
    found.dedup();
    found.truncate(DECLARED_MAX);
    found
}

fn kind_of(name: &str, kinds: &[FaceKind]) -> Option<usize> {
    let name = tokens(name);
    let holds = |word: &Tokens| !word.is_empty() && name.windows(word.len()).any(|part| part == word.as_slice());
    kinds.iter().position(|kind| kind.words.iter().any(holds))
}

/// Names of modules and rules stand in attributes; topics and kinds of metadata are elements.
fn names(question: Question, answer: &Element) -> Vec<String> {
    let mut names = Vec::new();
    match question {
        Question::GetServices
        | Question::GetCapabilities
        | Question::GetDeviceInformation
        | Question::GetVideoAnalyticsConfigurations
        | Question::GetAnalyticsConfigurations => {}
        Question::GetSupportedAnalyticsModules | Question::GetAnalyticsModules | Question::GetSupportedRules | Question::GetRules => {
            attributes(answer, &mut names);
        }
        Question::GetSupportedMetadata => {
            attributes(answer, &mut names);
            names.extend(answer.all().into_iter().map(|element| element.name.clone()));
        }
        Question::GetEventProperties => {
            for set in answer.all().into_iter().filter(|element| element.name == "TopicSet") {
                topics(set, "", &mut names);
            }
        }
    }
    names
}

fn attributes(answer: &Element, names: &mut Vec<String>) {
    for element in answer.all() {
        names.extend(["Name", "Type"].iter().filter_map(|key| element.attribute(key)).map(str::to_owned));
    }
}

/// `RuleEngine/FaceDetect`; what a topic's message holds stands under it and is told as it.
fn topics(element: &Element, path: &str, names: &mut Vec<String>) {
    for child in element.children.iter().filter(|child| child.name != "MessageDescription") {
        // Long names in deep trees would multiply.
        let path = if path.is_empty() || path.len() > PATH_BYTES_MAX {
            child.name.clone()
        } else {
            format!("{path}/{}", child.name)
        };
        topics(child, &path, names);
        // The parent of a topic is no topic.
        if child.children.iter().all(|inner| inner.name == "MessageDescription") {
            names.push(path);
        }
    }
}

/// What a device says of itself goes to a terminal and to a file: one line, short, nothing that moves a cursor.
pub(super) fn clean(text: &str) -> String {
    let shown = text
        .trim()
        .chars()
        .filter(|char| !char.is_control() && !('\u{200b}'..='\u{206f}').contains(char));
    shown.take(NAME_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_declare_faces_are_told_apart_from_others() {
        let kinds = face_kinds().unwrap();
        let kind = |name: &str| kind_of(name, &kinds).map(|at| kinds[at].id.as_str());
        for (name, expected) in [
            ("tt:FaceRecognition", Some("face.recognition")),
            ("hik:faceContrast", Some("face.recognition")),
            ("RuleEngine/FaceDetect", Some("face.detection")),
            ("VideoAnalytics/tnshik:FaceSnap", Some("face.detection")),
            ("tt:HumanFace", Some("face.detection")),
            ("FaceAttributes", Some("face.attributes")),
            ("人脸比对规则", Some("face.recognition")),
            ("tt:CellMotionEngine", None),
            ("NetworkInterface", None),
            ("SurfaceTemperature", None),
            ("Interfaces/eth0", None),
            ("LineDetector", None),
        ] {
            assert_eq!(kind(name), expected, "{name}");
        }
        for kind in &kinds {
            assert!(
                !kind.words.is_empty() && !kind.why.zh.is_empty() && !kind.why.en.is_empty(),
                "{}",
                kind.id
            );
        }
    }

    #[test]
    fn what_a_device_says_cannot_write_over_the_terminal() {
        assert_eq!(clean(" a\u{1b}[2J\r\nb\u{202e}c "), "a[2Jbc");
        assert_eq!(clean(&"x".repeat(1000)).len(), NAME_CHARS_MAX);
    }

    #[test]
    fn an_answer_with_very_many_names_tells_the_gravest() {
        let kinds = face_kinds().unwrap();
        let rule = |number: u32| format!("<R Name='FaceDetect{number}'/>");
        let rules = (0..2_000).map(rule).collect::<Vec<_>>().concat();
        let answer = format!("<E>{rules}<R Name='FaceRecognition'/></E>");
        let declared = declared(Question::GetRules, &Element::read(answer.as_bytes()).unwrap(), &kinds);
        assert_eq!(declared.len(), DECLARED_MAX);
        assert_eq!(declared[0].name, "FaceRecognition");
    }
}
