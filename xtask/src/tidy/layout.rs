//! Where things stand: SQL in stores, HTML in portal and kiosk, law in rulebooks, files of a readable size.

use super::{Source, is};

const LINES_MAX: usize = 600;
const FUNCTION_LINES_MAX: usize = 70;

pub(super) fn check(sources: &[Source]) -> Vec<String> {
    let mut findings = Vec::new();
    for source in sources.iter().filter(|source| is(&source.path, "rs")) {
        let test = is_test(&source.path);
        let production = production(&source.text);
        if !test && production.lines().count() > LINES_MAX {
            findings.push(format!("{}: over {LINES_MAX} lines", source.path));
        }
        if test {
            continue;
        }
        findings.extend(long_functions(&source.path, production));
        for (number, line) in (1..).zip(production.lines()) {
            if let Some(what) = misplaced(&source.path, line) {
                findings.push(format!("{}:{number}: {what}", source.path));
            }
        }
    }
    findings
}

/// Test files, and the story, which is a test.
pub(super) fn is_test(path: &str) -> bool {
    path.contains("/tests/")
        || path.ends_with("/tests.rs")
        || path.contains("/testing")
        || path.starts_with("crates/testkit/")
        || path.starts_with("crates/testdb/")
}

/// The file up to its test module.
pub(super) fn production(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod tests {").next().unwrap_or(text)
}

fn misplaced(path: &str, line: &str) -> Option<&'static str> {
    let code = line.trim_start();
    if code.starts_with("//") {
        return None;
    }
    let own_rules = path.starts_with("xtask/");
    let sql = ["SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM "]
        .iter()
        .any(|word| line.contains(word));
    let in_store = path.contains("/store") || path.starts_with("crates/storage/");
    if sql && !in_store && !own_rules {
        return Some("SQL outside a store module");
    }
    let html = ["<div", "<html", "<p>", "<form", "<body"].iter().any(|tag| line.contains(tag));
    if html && !path.starts_with("crates/portal/") && !own_rules {
        return Some("HTML outside the portal");
    }
    let law = line.contains('《') || line.contains("PIPL");
    if law && !path.starts_with("crates/rules/") && !own_rules {
        return Some("law named in Rust; it belongs to a rulebook");
    }
    None
}

/// Functions by indentation: from a line with `fn ` to the closing brace at the same depth.
fn long_functions(path: &str, text: &str) -> Vec<String> {
    let mut findings = Vec::new();
    let mut open: Option<(usize, usize, String)> = None;
    for (number, line) in (1..).zip(text.lines()) {
        let depth = line.len() - line.trim_start().len();
        if let Some((begun, at, name)) = &open {
            if depth == *at && line.trim_start().starts_with('}') {
                if number - begun > FUNCTION_LINES_MAX {
                    findings.push(format!("{path}:{begun}: function `{name}` is over {FUNCTION_LINES_MAX} lines"));
                }
                open = None;
            }
        } else if let Some((_, rest)) = line.split_once("fn ") {
            let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let starts = line.trim_start();
            let is_function = ["fn ", "pub", "async ", "const "].iter().any(|word| starts.starts_with(word));
            if is_function && !line.trim_end().ends_with('}') && !line.trim_end().ends_with(';') {
                open = Some((number, depth, name));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misplaced_things_are_found() {
        for (path, line) in [
            ("crates/access/src/door.rs", "    sqlx::query(\"SELECT id FROM door\")"),
            ("crates/countenance/src/serve.rs", "    \"<html>\""),
            ("crates/gate/src/decide.rs", "    \"《办法》第十条\""),
        ] {
            assert!(misplaced(path, line).is_some(), "{line}");
        }
        assert!(misplaced("crates/access/src/store.rs", "SELECT id FROM door").is_none());
        assert!(misplaced("crates/access/src/door.rs", "// SELECT is for stores").is_none());
    }

    #[test]
    fn a_long_function_is_found() {
        let body = "    let x = 1;\n".repeat(80);
        assert_eq!(
            long_functions("a.rs", &format!("fn long() {{\n{body}}}\nfn short() {{\n}}\n")).len(),
            1
        );
    }
}
