//! Words that must not stand in the repository, and paths that documents promise.

use super::layout::is_test;
use super::{Source, is};
use crate::phase::root;

pub(super) fn check(sources: &[Source]) -> Vec<String> {
    let mut findings = Vec::new();
    for source in sources.iter().filter(|source| !source.path.starts_with("xtask/src/tidy/")) {
        for (number, line) in (1..).zip(source.text.lines()) {
            if let Some(what) = forbidden(&source.path, line) {
                findings.push(format!("{}:{number}: {what}", source.path));
            }
        }
        if source.path == "ARCHITECTURE.md" {
            findings.extend(missing_paths(&source.text));
        }
    }
    findings
}

fn forbidden(path: &str, line: &str) -> Option<&'static str> {
    let machine_paths = ["/work/", "/farm/", "/home/", "/root/"];
    let hosts = ["https://index.", "https://static.", "https://registry.", "https://files."];
    if !is(path, "lock") && (machine_paths.iter().any(|word| line.contains(word)) || hosts.iter().any(|word| line.contains(word))) {
        return Some("a machine path or a download host");
    }
    if !is(path, "rs") {
        return None;
    }
    let lower = line.to_lowercase();
    if [
        "deleted_at",
        "is_deleted",
        "delete_person",
        "delete_template",
        "watchlist",
        "photo_upload",
    ]
    .iter()
    .any(|word| lower.contains(word))
        && !is_test(path)
    {
        return Some("a person is withdrawn, forgotten or erased; never flagged, listed or uploaded");
    }
    if line.trim_start().starts_with("#[allow(") {
        return Some("use `#[expect(…, reason = …)]`");
    }
    if ["#[ignore", "#[should_panic", "assert!(true"]
        .iter()
        .any(|word| line.contains(word))
    {
        return Some("a test that does not test");
    }
    None
}

/// Backticked paths of ARCHITECTURE.md that do not exist.
fn missing_paths(text: &str) -> Vec<String> {
    let prefixes = ["crates/", "docs/", "rulebooks/", "e2e/", "xtask/", "packs/"];
    text.split('`')
        .filter(|word| prefixes.iter().any(|prefix| word.starts_with(prefix)) && !word.contains(['<', ' ', '*']))
        .filter(|word| !root().join(word).exists())
        .map(|word| format!("ARCHITECTURE.md: `{word}` does not exist"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forbidden_words_are_found() {
        for (path, line) in [
            ("README.md", "see /work/main"),
            ("crates/persons/src/person.rs", "    deleted_at: Option<i64>,"),
            ("crates/gate/src/lib.rs", "#[allow(dead_code)]"),
            ("crates/gate/tests/it/main.rs", "#[ignore]"),
        ] {
            assert!(forbidden(path, line).is_some(), "{line}");
        }
        assert!(forbidden("crates/persons/src/person.rs", "    withdrawn_at: Option<i64>,").is_none());
        assert_eq!(missing_paths("see `crates/none`").len(), 1);
    }
}
