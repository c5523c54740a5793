//! Opening the database.

use std::path::Path;

use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use tokio::sync::watch;

use crate::{StoreError, Tx, migrate};

/// Readers beside the one writer; a page holds one for a few milliseconds, and two cores serve no more than this at once.
const READERS: u32 = 4;

/// A database file, migrated.
#[derive(Debug, Clone)]
pub struct Db {
    writer: SqlitePool,
    readers: SqlitePool,
    announcements: watch::Sender<u64>,
}

impl Db {
    /// Opens `path`, creating it when `create`, and brings its schema up to date.
    ///
    /// # Errors
    /// The file is missing (unless `create`), is no database, or was made by a newer program.
    pub async fn open(path: &Path, create: bool) -> Result<Self, StoreError> {
        // FULL: a passage that the gate was told is durable must survive a power cut.
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(create)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            // Erased rows leave zeroes, not their old bytes, in free pages.
            .pragma("secure_delete", "ON");
        let writer = SqlitePoolOptions::new().max_connections(1).connect_with(options.clone()).await?;
        migrate::migrate(&writer).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .connect_with(options.pragma("query_only", "ON"))
            .await?;
        Ok(Self {
            writer,
            readers,
            announcements: watch::Sender::new(0),
        })
    }

    /// A transaction that may write. Waits for the one before it.
    pub async fn write(&self) -> Result<Tx, StoreError> {
        let inner = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        Ok(Tx::new(inner, self.announcements.clone()))
    }

    /// A transaction that only reads, on a snapshot of its own; a write in it fails.
    pub async fn read(&self) -> Result<Tx, StoreError> {
        Ok(Tx::new(self.readers.begin().await?, self.announcements.clone()))
    }

    /// The last number that a committed transaction announced ([`Tx::announce`]); 0 before the first.
    pub fn announcements(&self) -> watch::Receiver<u64> {
        self.announcements.subscribe()
    }

    /// Folds the write-ahead log into the file and empties it, so that removed rows do not stay readable there.
    pub async fn fold_log(&self) -> Result<(), StoreError> {
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&self.writer).await?;
        Ok(())
    }

    /// Closes all connections and writes the log back into the file.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}
