//! One file, one writer, a few readers.

use std::path::Path;

use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use crate::StoreError;
use crate::conn::Conn;

/// Readers beside the one writer; a page holds one for a few milliseconds, and two cores serve no more than this at once.
const READERS: u32 = 4;

#[derive(Debug, Clone)]
pub(crate) struct SqliteDb {
    writer: SqlitePool,
    readers: SqlitePool,
}

impl SqliteDb {
    pub(crate) async fn open(path: &Path, create: bool) -> Result<Self, StoreError> {
        // FULL: a passage that the gate was told is durable must survive a power cut.
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(create)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            // Erased rows leave zeroes, not their old bytes, in free pages.
            .pragma("secure_delete", "ON");
        Ok(Self {
            writer: SqlitePoolOptions::new().max_connections(1).connect_with(options.clone()).await?,
            readers: SqlitePoolOptions::new()
                .max_connections(READERS)
                .connect_lazy_with(options.pragma("query_only", "ON")),
        })
    }

    /// `IMMEDIATE`: the lock comes with the transaction, not with its first write, so what was read stays true.
    pub(crate) async fn write(&self) -> Result<Conn, StoreError> {
        Ok(Conn::Sqlite(self.writer.begin_with("BEGIN IMMEDIATE").await?))
    }

    pub(crate) async fn read(&self) -> Result<Conn, StoreError> {
        Ok(Conn::Sqlite(self.readers.begin().await?))
    }

    /// Folds the write-ahead log into the file and empties it.
    pub(crate) async fn fold_log(&self) -> Result<(), StoreError> {
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&self.writer).await?;
        Ok(())
    }

    pub(crate) async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}
