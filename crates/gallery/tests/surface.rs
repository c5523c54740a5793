//! Reads the crate's own source: no public function touches a template, a key or a score without a verified grant.

#![expect(
    clippy::unwrap_used,
    clippy::string_slice,
    reason = "a test; clippy lets tests do this, but not their helper functions"
)]
use std::fs;
use std::path::{Path, PathBuf};

/// Words of a signature that make it a matter of faces or their keys.
const GUARDED: &[&str] = &[
    "Template",
    "PersonKeys",
    "KeyPage",
    "TemplateKey",
    "Enrolled",
    "Embedding",
    "StoreKey",
    "Anchor",
    "SecretKey",
    "Probe",
    "f32",
];

/// Public functions that do without a grant, each with its reason. `Type::name` as in the source.
const EXCEPTED: &[(&str, &str)] = &[
    ("Embedding::from_raw", "takes a recogniser's numbers in and gives none out"),
    ("Enrolled::sealed", "sealed bytes on their way to a slot"),
    ("Enrolled::person", "says who, nothing else"),
    ("SealedTemplate::from_bytes", "sealed bytes from a slot"),
    ("SealedTemplate::as_bytes", "sealed bytes to a slot"),
    ("PersonKeys::consent", "says which consent"),
    ("PersonKeys::version", "says which version of it"),
    ("PersonKeys::recogniser", "says what made the template's numbers"),
    ("PersonKeys::slot", "says where the sealed bytes lie"),
    ("PersonKeys::enrolled_at", "says when"),
    (
        "PersonKeys::ratchet",
        "the journal's secret: makes tags and openings, opens no template",
    ),
    (
        "Anchor::generate",
        "the anchor itself; opens a page, and a page gives out no template key",
    ),
    ("Anchor::from_bytes", "as above, out of the anchor file"),
    ("Anchor::bytes", "as above, into the anchor file"),
    (
        "StoreKey::generate",
        "keys of the agent's own bytes, another type than a template's key",
    ),
    ("StoreKey::of", "as above"),
    ("StoreKey::seal", "as above"),
    ("StoreKey::open", "as above"),
    ("scan", "behind the feature `bench`, over rows that are in nobody's template"),
    ("in_template_form", "behind the feature `bench`"),
    ("likeness", "behind the feature `bench`"),
    ("KeyPage::new", "an empty page"),
    ("KeyPage::seal", "sealing of the page"),
    ("KeyPage::open", "opening of the page, inside which template keys stay"),
    ("KeyPage::use_grant", "writes the use of a grant down, before the act"),
    ("KeyPage::admit", "takes only what `enrol` made, which took the grant"),
    ("KeyPage::erase", "erasing never needs a grant"),
    ("KeyPage::person", "a handle without a way to the template's key"),
    ("KeyPage::people", "as above"),
    ("KeyPage::free_slot", "a number"),
    ("KeyPage::turn_ratchet", "the journal's secret, forward only"),
    ("KeyPage::current_transit", "the key of notes for the server"),
    ("KeyPage::transit", "as above"),
    ("KeyPage::add_transit", "as above"),
    ("KeyPage::end_transit_before", "as above"),
    ("KeyPage::snapshot", "the key of the stored snapshot"),
    ("KeyPage::set_snapshot", "as above"),
    ("KeyPage::device_seed", "the device's own signing key"),
];

struct Signature {
    name: String,
    text: String,
}

/// Every `pub fn` of `source` with its signature; methods carry their type's name.
fn public_functions(source: &str) -> Vec<Signature> {
    let mut found = Vec::new();
    let mut of = String::new();
    let lines: Vec<&str> = source.lines().take_while(|line| line.trim() != "#[cfg(test)]").collect();
    for (at, line) in lines.iter().enumerate() {
        if line.starts_with("impl") {
            let subject = line.split(" for ").last().unwrap_or(line).trim_start_matches("impl");
            let subject = if subject.starts_with('<') {
                subject.split_once("> ").map_or("", |(_, rest)| rest)
            } else {
                subject
            };
            of = subject.trim().chars().take_while(char::is_ascii_alphanumeric).collect();
        } else if *line == "}" {
            of.clear();
        }
        let Some(rest) = line.trim_start().strip_prefix("pub ") else {
            continue;
        };
        let Some(rest) = ["", "const ", "async ", "unsafe "]
            .iter()
            .find_map(|word| rest.strip_prefix(word)?.strip_prefix("fn "))
        else {
            continue;
        };
        let name: String = rest
            .chars()
            .take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '_')
            .collect();
        let mut text = of.clone();
        for line in lines.iter().skip(at) {
            text.push(' ');
            text.push_str(line.trim());
            if line.trim_end().ends_with('{') || line.trim_end().ends_with(';') {
                break;
            }
        }
        let name = if of.is_empty() { name } else { format!("{of}::{name}") };
        found.push(Signature { name, text });
    }
    found
}

fn is_word_of(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let after = text[at + word.len()..].chars().next();
        !after.is_some_and(|next| next.is_ascii_alphanumeric())
    })
}

fn unguarded(functions: &[Signature]) -> Vec<&str> {
    let touches = |function: &&Signature| GUARDED.iter().any(|word| is_word_of(&function.text, word));
    let granted = |function: &&Signature| function.text.contains("VerifiedGrant<'");
    functions
        .iter()
        .filter(touches)
        .filter(|f| !granted(f))
        .map(|f| f.name.as_str())
        .collect()
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") && !path.ends_with("testing.rs") && !path.ends_with("tests.rs") {
            found.push(path);
        }
    }
}

fn crate_source() -> Vec<(PathBuf, String)> {
    let mut paths = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut paths);
    assert!(paths.len() >= 8, "the search finds the crate's files");
    paths
        .into_iter()
        .map(|path| (path.clone(), fs::read_to_string(path).unwrap()))
        .collect()
}

#[test]
fn the_search_finds_a_function_without_a_grant() {
    let planted = "impl KeyPage {\n    pub fn steal(\n        &self,\n    ) -> u32 {\n    }\n    pub(crate) fn inner(&self) {\n    }\n}\n\
                   pub fn score(one: &[u8]) -> f32 {\n}\n\
                   pub fn enrol(grant: VerifiedGrant<'_, Enrol>, one: Embedding) -> Enrolled {\n}\n\
                   impl<'a> Verdict {\n    pub const fn word(self) -> &'static str {\n    }\n}\n";
    assert_eq!(unguarded(&public_functions(planted)), ["KeyPage::steal", "score"]);
}

#[test]
fn every_public_function_about_faces_takes_a_grant() {
    let functions: Vec<Signature> = crate_source().iter().flat_map(|(_, source)| public_functions(source)).collect();
    for act in ["enrol", "search", "copy", "same_person"] {
        assert!(functions.iter().any(|function| function.name == act), "the search finds {act}");
    }
    let without: Vec<&str> = unguarded(&functions);
    let unexplained: Vec<&&str> = without
        .iter()
        .filter(|name| !EXCEPTED.iter().any(|(excepted, _)| excepted == *name))
        .collect();
    assert!(unexplained.is_empty(), "without a grant and without a reason: {unexplained:?}");
    for (excepted, _) in EXCEPTED {
        assert!(without.contains(excepted), "{excepted} is excepted but not there");
    }
}

#[test]
fn no_public_field_and_no_derive_gives_a_face_away() {
    let guarded = [
        "Embedding",
        "SealedTemplate",
        "PersonKeys",
        "KeyPage",
        "Enrolled",
        "StoreKey",
        "Anchor",
        "Template",
        "TemplateKey",
        "Key",
    ];
    let mut seen = 0;
    for (path, source) in crate_source() {
        let lines: Vec<&str> = source.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            let Some((_, rest)) = line.split_once("struct ") else { continue };
            let name: String = rest.chars().take_while(char::is_ascii_alphanumeric).collect();
            if line.starts_with("//") || !guarded.contains(&name.as_str()) {
                continue;
            }
            seen += 1;
            let above = at.checked_sub(1).map_or("", |above| lines[above]);
            assert!(!above.contains("derive("), "{}: {name} derives {above}", path.display());
            let body = lines.iter().skip(at).take_while(|line| **line != "}" && !line.ends_with(';'));
            assert!(
                body.skip(1).all(|field| !field.trim_start().starts_with("pub ")),
                "{}: {name} has a public field",
                path.display()
            );
            for bad in ["impl Clone for", "impl Default for", "impl std::fmt::Display for", "impl Deref for"] {
                assert!(!source.contains(&format!("{bad} {name}")), "{}: {bad} {name}", path.display());
            }
        }
    }
    assert_eq!(seen, guarded.len(), "the search finds each of the types");
}

#[test]
fn a_verified_grant_is_neither_copied_nor_made_from_nothing() {
    let source = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../grant/src/verify.rs")).unwrap();
    let (before, after) = source.split_once("pub struct VerifiedGrant<").expect("the search finds the type");
    assert!(
        !before.trim_end().lines().last().unwrap().contains("derive"),
        "VerifiedGrant derives nothing"
    );
    let fields = after.split_once('}').unwrap().0;
    assert!(!fields.contains("pub"), "VerifiedGrant has no public field");
    for bad in ["Clone", "Default", "Deserialize", "Decode"] {
        let planted = "impl<A: GrantAct> Clone for VerifiedGrant<'_, A>";
        let implements = |source: &str| {
            source
                .lines()
                .any(|line| line.starts_with("impl") && line.contains(bad) && line.contains("VerifiedGrant"))
        };
        assert!(implements(&planted.replace("Clone", bad)), "the search finds {bad}");
        assert!(!implements(&source), "VerifiedGrant implements {bad}");
    }
    let made: Vec<&str> = source
        .lines()
        .filter(|line| line.contains("VerifiedGrant {") && !line.contains("impl"))
        .collect();
    assert_eq!(made.len(), 1, "made in one place, after every check: {made:?}");
}
