use std::collections::BTreeSet;

use countenance_storage::tables;
use countenance_testdb::Place;

use crate::schema::columns;

/// Columns that lead to a person.
const POINTERS: [&str; 5] = ["person_id", "operator_id", "consent_id", "household_id", "display_name"];

const PAGE: &str = include_str!("../../../../RETENTION.md");

/// Tables named in the first column under `heading`.
fn named_under(heading: &str) -> Vec<String> {
    let section = PAGE.split("\n## ").find(|section| section.starts_with(heading)).unwrap();
    section
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(name, _)| name.to_owned())
        .collect()
}

#[tokio::test]
async fn every_table_stands_in_the_retention_page_once() {
    let place = Place::empty().await;
    let db = place.open().await;
    let schema: BTreeSet<String> = tables(&mut db.read().await.unwrap()).await.unwrap().into_iter().collect();
    let personal = named_under("Tables with personal data");
    let others = named_under("Tables without personal data");
    let named: BTreeSet<String> = personal.iter().chain(&others).cloned().collect();
    assert_eq!(named.len(), personal.len() + others.len(), "a table stands there twice");
    assert_eq!(named, schema);
    for row in PAGE.lines().filter(|line| line.starts_with("| `")) {
        assert!(row.split('|').filter(|cell| !cell.trim().is_empty()).count() >= 2, "{row}");
    }
}

#[tokio::test]
async fn a_table_that_points_at_a_person_counts_as_personal() {
    let place = Place::empty().await;
    let db = place.open().await;
    let mut tx = db.read().await.unwrap();
    let mut pointing = Vec::new();
    for table in tables(&mut tx).await.unwrap() {
        let columns = columns(&mut tx, &table).await;
        if columns.iter().any(|column| POINTERS.contains(&column.as_str())) {
            pointing.push(table);
        }
    }
    assert!(pointing.contains(&"passages".to_owned()), "the search finds what it must");
    let personal = named_under("Tables with personal data");
    for table in pointing {
        assert!(personal.contains(&table), "`{table}` points at a person");
    }
}
