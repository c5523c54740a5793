//! The schema in words that both engines have. One snapshot: the run on `PostgreSQL` must give the same text as the run on a file.

use std::fmt::Write as _;

use countenance_storage::{Row, Tx, tables};
use countenance_testdb::Place;

const SQLITE_COLUMNS: &str = "SELECT name, type AS kind, \"notnull\" AS required, dflt_value AS fallback FROM pragma_table_info($1)";
const POSTGRES_COLUMNS: &str = "SELECT attname AS name, format_type(atttypid, NULL) AS kind,
            CASE WHEN attnotnull THEN 1::int8 ELSE 0 END AS required,
            (SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = attrelid AND adnum = attnum) AS fallback
     FROM pg_attribute
     WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped
     ORDER BY attnum";

const SQLITE_PRIMARY: &str =
    "SELECT group_concat(name, ', ') AS columns FROM (SELECT name FROM pragma_table_info($1) WHERE pk > 0 ORDER BY pk)";
const POSTGRES_PRIMARY: &str = "SELECT string_agg(a.attname::text, ', ' ORDER BY k.place) AS columns
     FROM pg_index i, unnest(i.indkey) WITH ORDINALITY AS k (number, place), pg_attribute a
     WHERE i.indrelid = $1::regclass AND i.indisprimary AND a.attrelid = i.indrelid AND a.attnum = k.number";

const SQLITE_INDEXES: &str = "SELECT CASE WHEN l.\"unique\" THEN 'unique' ELSE 'index' END AS kind,
            (SELECT group_concat(i.name, ', ') FROM (SELECT name FROM pragma_index_info(l.name) ORDER BY seqno) i) AS columns,
            CASE WHEN l.partial THEN ' where …' ELSE '' END AS part
     FROM pragma_index_list($1) l
     WHERE l.origin <> 'pk'";
const POSTGRES_INDEXES: &str = "SELECT CASE WHEN i.indisunique THEN 'unique' ELSE 'index' END AS kind,
            (SELECT string_agg(a.attname::text, ', ' ORDER BY k.place)
             FROM unnest(i.indkey) WITH ORDINALITY AS k (number, place), pg_attribute a
             WHERE a.attrelid = i.indrelid AND a.attnum = k.number) AS columns,
            CASE WHEN i.indpred IS NULL THEN '' ELSE ' where …' END AS part
     FROM pg_index i
     WHERE i.indrelid = $1::regclass AND NOT i.indisprimary";

const SQLITE_FOREIGN: &str = "SELECT \"from\" || ' to ' || \"table\" || '.' || \"to\" AS target FROM pragma_foreign_key_list($1)";
const POSTGRES_FOREIGN: &str = "SELECT a.attname || ' to ' || confrelid::regclass::text || '.' || b.attname AS target
     FROM pg_constraint, unnest(conkey, confkey) AS k (own, theirs), pg_attribute a, pg_attribute b
     WHERE conrelid = $1::regclass AND contype = 'f'
       AND a.attrelid = conrelid AND a.attnum = k.own AND b.attrelid = confrelid AND b.attnum = k.theirs";

const SQLITE_CHECKS: &str = "SELECT (LENGTH(sql) - LENGTH(REPLACE(sql, 'CHECK (', ''))) / 7 AS many FROM sqlite_schema WHERE name = $1";
const POSTGRES_CHECKS: &str = "SELECT COUNT(*) AS many FROM pg_constraint WHERE conrelid = $1::regclass AND contype = 'c'";

async fn ask(tx: &mut Tx, sqlite: &'static str, postgres: &'static str, table: &str) -> Vec<Row> {
    let sql = if tx.is_postgres() { postgres } else { sqlite };
    tx.list(sql, &[table.into()]).await.unwrap()
}

fn kind(word: &str) -> &'static str {
    match word {
        "INTEGER" | "bigint" => "integer",
        "TEXT" | "text" => "text",
        "BLOB" | "bytea" => "bytes",
        _ => "unknown",
    }
}

/// Column names of a table.
pub(crate) async fn columns(tx: &mut Tx, table: &str) -> Vec<String> {
    let rows = ask(tx, SQLITE_COLUMNS, POSTGRES_COLUMNS, table).await;
    rows.iter().map(|row| row.get("name").unwrap()).collect()
}

async fn describe(tx: &mut Tx, table: &str) -> String {
    let mut text = format!("{table}\n");
    for row in ask(tx, SQLITE_COLUMNS, POSTGRES_COLUMNS, table).await {
        let (name, word): (String, String) = (row.get("name").unwrap(), row.get("kind").unwrap());
        let required = if row.get::<bool>("required").unwrap() { "" } else { " or null" };
        let fallback: Option<String> = row.get_optional("fallback").unwrap();
        let fallback = fallback.map_or(String::new(), |value| format!(" = {value}"));
        writeln!(text, "    {name} {}{required}{fallback}", kind(&word)).unwrap();
    }
    let mut keys = Vec::new();
    for row in ask(tx, SQLITE_PRIMARY, POSTGRES_PRIMARY, table).await {
        keys.push(format!("primary ({})", row.get::<String>("columns").unwrap()));
    }
    for row in ask(tx, SQLITE_INDEXES, POSTGRES_INDEXES, table).await {
        let (kind, part): (String, String) = (row.get("kind").unwrap(), row.get("part").unwrap());
        keys.push(format!("{kind} ({}){part}", row.get::<String>("columns").unwrap()));
    }
    for row in ask(tx, SQLITE_FOREIGN, POSTGRES_FOREIGN, table).await {
        keys.push(format!("refers {}", row.get::<String>("target").unwrap()));
    }
    for row in ask(tx, SQLITE_CHECKS, POSTGRES_CHECKS, table).await {
        keys.push(format!("{} checked", row.get::<i64>("many").unwrap()));
    }
    keys.sort();
    for key in keys.iter().filter(|key| *key != "0 checked") {
        writeln!(text, "  {key}").unwrap();
    }
    text
}

#[tokio::test]
async fn both_engines_have_one_schema() {
    let place = Place::empty().await;
    let db = place.open().await;
    let mut tx = db.read().await.unwrap();
    let mut text = String::new();
    for table in tables(&mut tx).await.unwrap() {
        text.push_str(&describe(&mut tx, &table).await);
    }
    assert!(!text.contains("unknown"), "a column of a kind that only one engine has");
    insta::assert_snapshot!("schema", text);
}
