//! Tables with rows about persons are touched only through a `Trace`: whoever is given a bare transaction leaves no leaf.

use super::layout::{is_test, production};
use super::{Source, is};

/// Tables whose rows name a person, or are evidence about one.
const TABLES: [&str; 24] = [
    "accounts",
    "claim_codes",
    "consent_gates",
    "consents",
    "credentials",
    "destructions",
    "enrolment_codes",
    "evidence",
    "grant_findings",
    "handler_sites",
    "holds",
    "households",
    "inspection_links",
    "inspection_samples",
    "inspection_sessions",
    "inspections",
    "notices_shown",
    "officers",
    "passages",
    "person_sessions",
    "persons",
    "receipts",
    "suppliers",
    "stops",
];

pub(super) fn check(sources: &[Source]) -> Vec<String> {
    let code = sources.iter().filter(|source| is(&source.path, "rs") && !is_test(&source.path));
    code.filter(|source| !source.path.starts_with("xtask/"))
        .filter_map(|source| untraced(&source.path, production(&source.text)))
        .collect()
}

/// A file with a statement on such a table may take transactions only as a `Trace`.
fn untraced(path: &str, text: &str) -> Option<String> {
    let table = touched(text)?;
    if !text.contains("&mut Trace") {
        return Some(format!("{path}: a statement on `{table}`, and no function takes a `&mut Trace`"));
    }
    // The crate's own type, and never a bare transaction beside it.
    let bare = text.contains("&mut Tx") || text.contains(": Tx");
    bare.then(|| format!("{path}: a statement on `{table}` in a file with a bare `Tx`; it belongs behind a `Trace`"))
}

/// The first table about persons that a statement names.
fn touched(text: &str) -> Option<&'static str> {
    let words: Vec<&str> = text
        .split(|sign: char| !(sign.is_ascii_alphanumeric() || sign == '_'))
        .filter(|word| !word.is_empty())
        .collect();
    let statement = |pair: &[&str]| match pair {
        ["FROM" | "INTO" | "UPDATE" | "JOIN", table] => TABLES.into_iter().find(|known| known == table),
        _ => None,
    };
    words.windows(2).find_map(statement)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_behind_a_bare_transaction_is_found() {
        let traced = "async fn put(tx: &mut Trace) { tx.execute(\"DELETE FROM\n receipts\", &[]) }";
        assert_eq!(untraced("a.rs", traced), None);
        for bad in [
            traced.replace("&mut Trace", "&mut Tx"),
            format!("{traced}\nasync fn other(tx: &mut Tx) {{}}"),
            traced.replace("tx: &mut Trace", "db: &Db"),
        ] {
            assert!(untraced("a.rs", &bad).is_some(), "{bad}");
        }
        assert_eq!(untraced("a.rs", "fn f(tx: &mut Tx) { \"SELECT id FROM gates\" }"), None);
    }
}
