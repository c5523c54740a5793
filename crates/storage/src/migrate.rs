//! Bringing a database to the present schema. Migrations only add; each is one file, run once, in order.

use countenance_base::to_hex;
use sha2::{Digest as _, Sha256};
use sqlx::{Row as _, SqlitePool};

use crate::{StoreError, Tx};

const MIGRATIONS: [(i64, &str, &str); 4] = [
    (1, "0001_estate", include_str!("../migrations/0001_estate.sql")),
    (2, "0002_accounts", include_str!("../migrations/0002_accounts.sql")),
    (3, "0003_consents", include_str!("../migrations/0003_consents.sql")),
    (4, "0004_trace", include_str!("../migrations/0004_trace.sql")),
];

/// Applies what is missing in one transaction, after checking that what is there is what we know.
pub(crate) async fn migrate(pool: &SqlitePool) -> Result<(), StoreError> {
    let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
    sqlx::raw_sql(
        "CREATE TABLE IF NOT EXISTS migrations (number INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL) STRICT",
    )
    .execute(&mut *transaction)
    .await?;
    let applied = sqlx::query("SELECT number, sha256 FROM migrations ORDER BY number")
        .fetch_all(&mut *transaction)
        .await?;
    for row in &applied {
        let (number, hash): (i64, String) = (row.try_get("number")?, row.try_get("sha256")?);
        let Some((_, name, sql)) = MIGRATIONS.iter().find(|(known, ..)| *known == number) else {
            return Err(StoreError::Newer { number });
        };
        if hash_of(sql) != hash {
            return Err(StoreError::MigrationChanged { name: (*name).to_owned() });
        }
    }
    for (number, name, sql) in MIGRATIONS.iter().skip(applied.len()) {
        sqlx::raw_sql(*sql).execute(&mut *transaction).await?;
        sqlx::query("INSERT INTO migrations (number, name, sha256) VALUES ($1, $2, $3)")
            .bind(*number)
            .bind(*name)
            .bind(hash_of(sql))
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await?;
    Ok(())
}

/// The names of all tables, sorted; for the test that compares them with RETENTION.md.
pub async fn tables(tx: &mut Tx) -> Result<Vec<String>, StoreError> {
    tx.list(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
        &[],
    )
    .await?
    .iter()
    .map(|row| row.get("name"))
    .collect()
}

fn hash_of(sql: &str) -> String {
    to_hex(&Sha256::digest(sql))
}
