use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use countenance_base::Locale;
use countenance_portal::frame::code_key;
use countenance_portal::messages;

/// Calls `each` with path and text of every file below `dir` (of this crate) with this extension.
pub(crate) fn files(dir: &Path, extension: &str, each: &mut dyn FnMut(&Path, &str)) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(dir);
    for entry in std::fs::read_dir(&root).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, extension, each);
        } else if path.extension().is_some_and(|found| found == extension) {
            each(&path, &std::fs::read_to_string(&path).unwrap());
        }
    }
}

fn keys(locale: Locale) -> BTreeMap<String, BTreeSet<String>> {
    let mut keys: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut current = String::new();
    for line in messages::source(locale).lines() {
        if let Some((key, _)) = line
            .split_once(" =")
            .filter(|(key, _)| key.chars().all(|char| char.is_ascii_alphanumeric() || char == '-'))
        {
            current = key.to_owned();
            assert!(
                keys.insert(current.clone(), BTreeSet::new()).is_none(),
                "{current} stands twice in {}",
                locale.tag()
            );
        }
        let arguments = line
            .split("{ $")
            .skip(1)
            .filter_map(|rest| rest.split([' ', '}']).next())
            .map(str::to_owned);
        keys.entry(current.clone()).or_default().extend(arguments);
    }
    keys.remove("");
    keys
}

/// Keys that stand as literals in templates and code.
fn asked() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut take = |_: &Path, text: &str| {
        for opening in ["frame.t(\"", "frame.t1(\"", "frame.t2(\"", "frame.count(\"", "self.t(\""] {
            found.extend(
                text.split(opening)
                    .skip(1)
                    .filter_map(|rest| rest.split('"').next())
                    .map(str::to_owned),
            );
        }
    };
    files(Path::new("templates"), "html", &mut take);
    files(Path::new("src"), "rs", &mut take);
    found
}

/// Prefixes under which keys are made of codes.
fn prefixes() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut take = |_: &Path, text: &str| {
        found.extend(
            text.split("frame.code(\"")
                .skip(1)
                .filter_map(|rest| rest.split('"').next())
                .map(str::to_owned),
        );
    };
    files(Path::new("templates"), "html", &mut take);
    files(Path::new("src"), "rs", &mut take);
    found
}

/// Words that Rust hands to templates: `=> "consent-signed"`, `"/ways", "nav-ways"`.
fn handed() -> BTreeSet<String> {
    let mut text = String::new();
    files(Path::new("src"), "rs", &mut |_, source| text.push_str(source));
    keys(Locale::Zh)
        .into_keys()
        .filter(|key| text.contains(&format!("\"{key}\"")))
        .collect()
}

#[test]
fn both_languages_have_the_same_keys_and_arguments() {
    assert!(keys(Locale::Zh).len() > 100);
    for (key, zh) in keys(Locale::Zh) {
        let en = keys(Locale::En).remove(&key);
        assert_eq!(Some(zh), en, "{key}");
    }
    assert_eq!(keys(Locale::Zh).len(), keys(Locale::En).len());
}

#[test]
fn every_key_that_is_asked_for_exists() {
    let asked = asked();
    assert!(asked.len() > 100, "the scan finds nothing");
    for locale in Locale::ALL {
        for key in &asked {
            assert!(messages::has(locale, key), "{key} has no message in {}", locale.tag());
        }
        for prefix in prefixes() {
            assert!(
                messages::has(locale, &code_key(&prefix, "other")),
                "{prefix}-other has no message in {}",
                locale.tag()
            );
        }
    }
}

#[test]
fn every_message_is_asked_for() {
    let (asked, handed, prefixes) = (asked(), handed(), prefixes());
    for key in keys(Locale::Zh).into_keys() {
        let by_code = prefixes.iter().any(|prefix| key.starts_with(&format!("{prefix}-")));
        assert!(asked.contains(&key) || handed.contains(&key) || by_code, "{key} is used nowhere");
    }
}

#[test]
fn templates_hold_no_words() {
    let mut seen = 0;
    files(Path::new("templates"), "html", &mut |path, text| {
        for word in words_outside_markup(text) {
            seen += 1;
            assert!(["DEMO"].contains(&word.as_str()), "{}: {word}", path.display());
        }
    });
    assert!(seen > 0, "the scan must find the one word that is allowed");
}

/// Runs of two or more letters, or any Chinese one, outside expressions, statements and tags.
fn words_outside_markup(text: &str) -> Vec<String> {
    let plain = [("{{", "}}"), ("{%", "%}"), ("<", ">")]
        .into_iter()
        .fold(text.to_owned(), |text, (open, close)| without(&text, open, close));
    let is_word = |word: &&str| word.chars().count() > 1 || !word.is_ascii();
    plain
        .split(|char: char| !char.is_alphabetic())
        .filter(|word| !word.is_empty())
        .filter(is_word)
        .map(str::to_owned)
        .collect()
}

fn without(text: &str, open: &str, close: &str) -> String {
    let mut parts = text.split(open);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |out, part| out + " " + part.split_once(close).map_or("", |(_, after)| after))
}

#[test]
fn words_stay_calm() {
    for locale in Locale::ALL {
        for line in messages::source(locale).lines() {
            for banned in ["!", "！", "please", "Please", "请您", "delet", "删除", "compli"] {
                assert!(!line.contains(banned), "{line}");
            }
        }
    }
}
