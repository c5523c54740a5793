//! The committed list is what it says it is.

use std::collections::BTreeSet;

use countenance_inspect::labels::{List, ListRefused, inspect};
use countenance_rules::{citations, embedded_shelf};

/// Labels that are found in a table of one column and one value.
fn found(list: &List, example: &str) -> BTreeSet<String> {
    let (column, value) = example.split_once(" = ").unwrap();
    let table = serde_json::json!([{ column: value }]).to_string();
    let inspected = inspect("export", table.as_bytes(), list).unwrap();
    inspected
        .findings
        .iter()
        .map(|finding| list.labels()[finding.label].id.clone())
        .collect()
}

#[test]
fn every_label_finds_its_examples_and_leaves_the_others() {
    let list = List::embedded().unwrap();
    assert!(list.labels().len() >= 12);
    for label in list.labels() {
        assert!(label.found.len() >= 3 && label.not_found.len() >= 3, "{}", label.id);
        for example in &label.found {
            assert!(found(&list, example).contains(&label.id), "{}: {example}", label.id);
        }
        for example in &label.not_found {
            assert!(!found(&list, example).contains(&label.id), "{}: {example}", label.id);
        }
    }
}

#[test]
fn every_label_cites_what_the_newest_rulebook_knows_in_both_languages() {
    let list = List::embedded().unwrap();
    let newest = embedded_shelf().unwrap().rulebooks().last().unwrap();
    for label in list.labels() {
        let parts = citations(&label.article).unwrap_or_else(|part| panic!("{}: {part}", label.id));
        let known = |name: &str| newest.instruments().contains_key(name) || name.contains("征求意见稿");
        for part in &parts {
            let name = &part.instrument.as_ref().unwrap_or_else(|| panic!("{}", label.id)).zh;
            assert!(known(name), "{}: {name}", label.id);
        }
        for text in [&label.title, &label.article, &label.why] {
            assert!(!text.zh.is_empty() && !text.en.is_empty(), "{}", label.id);
        }
    }
    let ids: BTreeSet<&str> = list.labels().iter().map(|label| label.id.as_str()).collect();
    assert_eq!(ids.len(), list.labels().len());
}

#[test]
fn a_list_with_a_fault_is_refused() {
    let good = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../rulebooks/cn/labels.toml")).unwrap();
    assert!(List::read(&good).is_ok());
    for (from, to, code) in [
        ("confidence = \"R\"", "confidence = \"X\"", "labels.list_confidence"),
        ("\"nianling\"", "\"--\"", "labels.list_word"),
        ("why_zh", "why_fr", "labels.list_form"),
    ] {
        assert!(good.contains(from), "{from}");
        let refused = List::read(&good.replacen(from, to, 1)).err().as_ref().map(ListRefused::code);
        assert_eq!(refused, Some(code), "{from}");
    }
}
