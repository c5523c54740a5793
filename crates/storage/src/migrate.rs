//! Bringing a database to the present schema. Migrations only add; each is one file, run once, in order, on either engine.

use countenance_base::to_hex;
use sha2::{Digest as _, Sha256};

use crate::conn::Conn;
use crate::{StoreError, Tx};

const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "0001_estate", include_str!("../migrations/0001_estate.sql")),
    (2, "0002_accounts", include_str!("../migrations/0002_accounts.sql")),
    (3, "0003_consents", include_str!("../migrations/0003_consents.sql")),
    (4, "0004_trace", include_str!("../migrations/0004_trace.sql")),
    (5, "0005_ledger", include_str!("../migrations/0005_ledger.sql")),
    (6, "0006_own_leaves", include_str!("../migrations/0006_own_leaves.sql")),
    (7, "0007_destruction", include_str!("../migrations/0007_destruction.sql")),
    (8, "0008_seals", include_str!("../migrations/0008_seals.sql")),
    (9, "0009_assessments", include_str!("../migrations/0009_assessments.sql")),
    (10, "0010_oversight", include_str!("../migrations/0010_oversight.sql")),
    (11, "0011_public", include_str!("../migrations/0011_public.sql")),
    (12, "0012_inspector", include_str!("../migrations/0012_inspector.sql")),
    (13, "0013_duties", include_str!("../migrations/0013_duties.sql")),
];

const HISTORY: &str =
    "CREATE TABLE IF NOT EXISTS migrations (number INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL) STRICT;";

/// What the migrations write for `SQLite`, and its name in `PostgreSQL`. Text is ordered and compared by its bytes on both.
const WORDS: [(&str, &str); 4] = [
    ("INTEGER", "BIGINT"),
    ("BLOB", "BYTEA"),
    ("TEXT", "TEXT COLLATE \"C\""),
    (") STRICT;", ");"),
];

const SQLITE_TABLES: &str = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name";
const POSTGRES_TABLES: &str = "SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename";

/// Applies what is missing in the one transaction `conn`, after checking that what is there is what we know. The caller has locked
/// out other servers that start at the same moment.
pub(crate) async fn migrate(mut conn: Conn) -> Result<(), StoreError> {
    let tables = table_names(&mut conn).await?;
    if let (Some(table), false) = (tables.first(), tables.iter().any(|table| table == "migrations")) {
        return Err(StoreError::Foreign { table: table.clone() });
    }
    let history = in_dialect(&conn, HISTORY);
    conn.run(history).await?;
    let applied = conn.list("SELECT number, sha256 FROM migrations ORDER BY number", &[]).await?;
    for row in &applied {
        let (number, hash): (i64, String) = (row.get("number")?, row.get("sha256")?);
        let Some((_, name, sql)) = MIGRATIONS.iter().find(|(known, ..)| *known == number) else {
            return Err(StoreError::Newer { number });
        };
        if hash_of(sql) != hash {
            return Err(StoreError::MigrationChanged { name: (*name).to_owned() });
        }
    }
    for (number, name, sql) in MIGRATIONS.iter().copied().skip(applied.len()) {
        let script = in_dialect(&conn, sql);
        conn.run(script).await?;
        let values = [number.into(), name.into(), (&hash_of(sql)).into()];
        conn.execute("INSERT INTO migrations (number, name, sha256) VALUES ($1, $2, $3)", &values)
            .await?;
    }
    conn.commit().await
}

/// The number of the last migration: rows fit a database of the same number.
pub const fn schema_number() -> u64 {
    MIGRATIONS.len() as u64
}

/// The names of all tables, sorted.
pub async fn tables(tx: &mut Tx) -> Result<Vec<String>, StoreError> {
    let sql = if tx.is_postgres() { POSTGRES_TABLES } else { SQLITE_TABLES };
    tx.list(sql, &[]).await?.iter().map(|row| row.get("name")).collect()
}

async fn table_names(conn: &mut Conn) -> Result<Vec<String>, StoreError> {
    let sql = match conn {
        Conn::Sqlite(_) => SQLITE_TABLES,
        Conn::Postgres(_) => POSTGRES_TABLES,
    };
    conn.list(sql, &[]).await?.iter().map(|row| row.get("name")).collect()
}

fn in_dialect(conn: &Conn, sql: &str) -> String {
    match conn {
        Conn::Sqlite(_) => sql.to_owned(),
        Conn::Postgres(_) => WORDS
            .iter()
            .fold(sql.to_owned(), |sql, (sqlite, postgres)| sql.replace(sqlite, postgres)),
    }
}

/// Of the text as it stands in the file, so the same on both engines.
fn hash_of(sql: &str) -> String {
    to_hex(&Sha256::digest(sql))
}
