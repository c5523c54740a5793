//! Opening the database.

use tokio::sync::watch;

use crate::postgres::PostgresDb;
use crate::sqlite::SqliteDb;
use crate::{DbUrl, StoreError, Tx, migrate, tables};

/// An open database, migrated. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Db {
    engine: Engine,
    announcements: watch::Sender<u64>,
}

#[derive(Debug, Clone)]
enum Engine {
    Sqlite(SqliteDb),
    Postgres(PostgresDb),
}

impl Db {
    /// Opens `url` and brings its schema up to date. A file is created when `create`; a database of a server must exist.
    ///
    /// # Errors
    /// The database is missing, not reached, no database of ours, or was made by a newer program.
    pub async fn open(url: &DbUrl, create: bool) -> Result<Self, StoreError> {
        let announcements = watch::Sender::new(0);
        let engine = match url {
            DbUrl::Sqlite(path) => {
                let sqlite = SqliteDb::open(path, create).await?;
                migrate::migrate(sqlite.write().await?).await?;
                Engine::Sqlite(sqlite)
            }
            DbUrl::Postgres(options) => Engine::Postgres(PostgresDb::open(options, &announcements).await?),
        };
        Ok(Self { engine, announcements })
    }

    /// A transaction that may write. Waits for the one before it, be it another server's.
    pub async fn write(&self) -> Result<Tx, StoreError> {
        Ok(match &self.engine {
            Engine::Sqlite(sqlite) => Tx::new(sqlite.write().await?, self.announcements.clone(), None),
            Engine::Postgres(postgres) => Tx::new(postgres.write().await?, self.announcements.clone(), Some(postgres.channel())),
        })
    }

    /// A transaction that only reads, on a snapshot of its own; a write in it fails.
    pub async fn read(&self) -> Result<Tx, StoreError> {
        let conn = match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.read().await?,
            Engine::Postgres(postgres) => postgres.read().await?,
        };
        Ok(Tx::new(conn, self.announcements.clone(), None))
    }

    /// The highest number that a committed transaction announced ([`Tx::announce`]), here or at another server of the same
    /// database; 0 before the first. It also changes, with the same number, when something may have been missed.
    pub fn announcements(&self) -> watch::Receiver<u64> {
        self.announcements.subscribe()
    }

    /// Clears away what removed rows leave behind, as far as the engine can: `SQLite` folds its log into the file, whose free pages
    /// are zeroes; `PostgreSQL` frees the space for the next rows.
    pub async fn sweep(&self) -> Result<(), StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.fold_log().await,
            Engine::Postgres(postgres) => {
                let names = tables(&mut self.read().await?).await?;
                postgres.vacuum(&names).await
            }
        }
    }

    /// Closes all connections; `SQLite` writes its log back into the file.
    pub async fn close(&self) {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.close().await,
            Engine::Postgres(postgres) => postgres.close().await,
        }
    }
}
