//! Every code that the kiosk may show has words in both languages.

use std::collections::BTreeSet;
use std::path::Path;

/// Codes that stay in logs and alarms and are never the answer to a person at the door.
const NOT_AT_THE_DOOR: [&str; 20] = [
    "enrol.kept",
    "clock.behind",
    "grant.ended",
    "not.enrolled",
    "pack.hash",
    "pack.manifest",
    "pack.missing",
    "pack.other",
    "recogniser.changed",
    "runtime.hash",
    "runtime.missing",
    "runtime.model",
    "runtime.other",
    "runtime.start",
    "snapshot.form",
    "snapshot.older",
    "snapshot.other_gate",
    "snapshot.signature",
    "withdrawn.gate",
    "journal.80",
];
/// Sources whose dotted words are codes.
const SOURCES: [&str; 7] = [
    "../gate/src/decide.rs",
    "../gate/src/machine",
    "../gate/src/standing.rs",
    "../gate/src/sight.rs",
    "src/keeper",
    "../vision/src/engine.rs",
    "../vision/src/picture.rs",
];

fn sources(path: &Path, each: &mut dyn FnMut(&str)) {
    if path.is_dir() {
        for entry in std::fs::read_dir(path).unwrap() {
            sources(&entry.unwrap().path(), each);
        }
    } else if !path.ends_with("tests.rs") {
        let text = std::fs::read_to_string(path).unwrap();
        each(text.split("#[cfg(test)]").next().unwrap_or_default());
    }
}

/// Dotted words in quotation marks, as codes are written.
fn codes(text: &str) -> BTreeSet<String> {
    let is_code = |word: &&str| {
        word.contains('.')
            && word.split('.').all(|part| !part.is_empty())
            && word.starts_with(|first: char| first.is_ascii_lowercase())
            && word.chars().all(|char| char.is_ascii_lowercase() || matches!(char, '.' | '_'))
    };
    text.split('"').skip(1).step_by(2).filter(is_code).map(str::to_owned).collect()
}

#[test]
fn every_code_at_the_door_has_words_in_both_languages() {
    let messages: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("kiosk/messages.json")).unwrap()).unwrap();
    let mut found = BTreeSet::new();
    for source in SOURCES {
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join(source), &mut |text| {
            found.extend(codes(text));
        });
    }
    for known in ["face.unknown", "face.not_turned", "journal.full", "picture.damaged"] {
        assert!(found.contains(known), "the search finds {known}");
    }
    for language in ["zh", "en"] {
        let words = messages[language].as_object().unwrap();
        let without: Vec<&String> = found
            .iter()
            .filter(|code| !NOT_AT_THE_DOOR.contains(&code.as_str()))
            // Screens and reasons are keyed alike: a screen's key is itself, a reason's stands behind `reason.`.
            .filter(|code| !words.contains_key(*code) && !words.contains_key(&format!("reason.{code}")))
            .collect();
        assert!(without.is_empty(), "without words in {language}: {without:?}");
    }
}
