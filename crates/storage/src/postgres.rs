//! A database shared by several servers. See docs/adr/0005-one-writer-on-either-engine.md.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions, PgRow};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgPool, Row as _};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::announce::{look_again, raise};
use crate::conn::Conn;
use crate::{StoreError, migrate};

/// As with `SQLite`: pages read, one use case at a time writes.
const READERS: u32 = 4;
/// Held while the schema is made or changed, before there is a table to lock by. Any number that nobody else would choose.
const MIGRATING: i64 = 0x636f_756e_7465_6e61;
/// How long to wait before listening again after the line to the database broke.
const PAUSE: Duration = Duration::from_secs(1);

#[derive(Debug, Clone)]
pub(crate) struct PostgresDb {
    writer: PgPool,
    readers: PgPool,
    ears: PgPool,
    /// The table `migrations` as the database numbers it: the same for all servers of one site, another for another site's schema.
    number: i64,
    _listening: Arc<Listening>,
}

/// Ends with the last handle.
#[derive(Debug)]
struct Listening(JoinHandle<()>);

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl PostgresDb {
    pub(crate) async fn open(options: &PgConnectOptions, announcements: &watch::Sender<u64>) -> Result<Self, StoreError> {
        check(options).await?;
        let writer = pool(1, settings(options.clone()));
        migrate::migrate(begin(&writer, MIGRATING).await?).await?;
        let number = schema_number(&writer).await?;
        let readers = pool(
            READERS,
            settings(options.clone()).options([("default_transaction_read_only", "on")]),
        );
        let ears = pool(1, options.clone().application_name("countenance listening"));
        let listener = listen(&ears, number).await?;
        let hearing = hear(ears.clone(), listener, number, announcements.clone());
        Ok(Self {
            writer,
            readers,
            ears,
            number,
            _listening: Arc::new(Listening(tokio::spawn(hearing))),
        })
    }

    pub(crate) async fn write(&self) -> Result<Conn, StoreError> {
        begin(&self.writer, self.number).await
    }

    pub(crate) async fn read(&self) -> Result<Conn, StoreError> {
        begin_on(&self.readers, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await
    }

    pub(crate) fn channel(&self) -> String {
        channel(self.number)
    }

    /// Frees the space of removed rows, so that later rows overwrite it.
    pub(crate) async fn vacuum(&self, tables: &[String]) -> Result<(), StoreError> {
        let tables: Vec<String> = tables.iter().map(|table| format!("\"{table}\"")).collect();
        sqlx::raw_sql(AssertSqlSafe(format!("VACUUM {}", tables.join(", "))))
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    pub(crate) async fn close(&self) {
        self.ears.close().await;
        self.readers.close().await;
        self.writer.close().await;
    }
}

fn pool(connections: u32, options: PgConnectOptions) -> PgPool {
    PgPoolOptions::new().max_connections(connections).connect_lazy_with(options)
}

/// What the rest of the program relies on, whatever the server's own settings are.
fn settings(options: PgConnectOptions) -> PgConnectOptions {
    options.application_name("countenance").options([
        // A passage that the gate was told is durable must survive a power cut.
        ("synchronous_commit", "on"),
        // A server whose machine died must not keep the writer's lock for ever.
        ("idle_in_transaction_session_timeout", "30s"),
        ("lock_timeout", "30s"),
    ])
}

/// One connection before the pools, which would try a dead address again and again for half a minute.
async fn check(options: &PgConnectOptions) -> Result<(), StoreError> {
    let mut connection = options.connect().await.map_err(explain)?;
    let encoding: PgRow = sqlx::query("SELECT current_setting('server_encoding') AS encoding")
        .fetch_one(&mut connection)
        .await?;
    let encoding: String = encoding.try_get("encoding")?;
    connection.close().await?;
    if encoding == "UTF8" {
        Ok(())
    } else {
        Err(StoreError::Encoding { encoding })
    }
}

fn explain(error: sqlx::Error) -> StoreError {
    let state = error.as_database_error().and_then(|error| error.code().map(Cow::into_owned));
    match (state.as_deref(), &error) {
        (Some("3D000"), _) => StoreError::Missing,
        (Some("28000" | "28P01"), _) => StoreError::Denied(error),
        (Some("57P03"), _) | (None, sqlx::Error::Io(_)) => StoreError::Unreachable(error),
        (None, sqlx::Error::Tls(_)) => StoreError::Tls,
        _ => StoreError::Engine(error),
    }
}

/// The one writer of a site, over all servers: the lock ends with the transaction, however that ends.
async fn begin(writer: &PgPool, lock: i64) -> Result<Conn, StoreError> {
    // Read committed: every statement after the lock sees what the writer before us committed.
    let mut conn = begin_on(writer, "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE").await?;
    conn.execute("SELECT pg_advisory_xact_lock($1)", &[lock.into()]).await?;
    Ok(conn)
}

/// In a task of its own: a request that is given up while its transaction begins must not leave one open in the pool.
async fn begin_on(pool: &PgPool, statement: &'static str) -> Result<Conn, StoreError> {
    let pool = pool.clone();
    let begun = tokio::spawn(async move { pool.begin_with(statement).await }).await;
    Ok(Conn::Postgres(begun.map_err(|_| sqlx::Error::WorkerCrashed)??))
}

async fn schema_number(writer: &PgPool) -> Result<i64, StoreError> {
    let row = sqlx::query("SELECT 'migrations'::regclass::oid::int8 AS number")
        .fetch_one(writer)
        .await?;
    Ok(row.try_get("number")?)
}

fn channel(number: i64) -> String {
    format!("countenance_{number}")
}

async fn listen(ears: &PgPool, number: i64) -> Result<PgListener, StoreError> {
    let mut listener = PgListener::connect_with(ears).await?;
    listener.listen(&channel(number)).await?;
    Ok(listener)
}

/// Passes on what other servers announce. While the line is broken something may be missed, so everybody looks again after it.
async fn hear(ears: PgPool, first: PgListener, number: i64, announcements: watch::Sender<u64>) {
    let mut listener = Some(first);
    while !ears.is_closed() {
        if let Some(mut hearing) = listener.take() {
            while let Ok(said) = hearing.try_recv().await {
                match said.and_then(|said| said.payload().parse().ok()) {
                    Some(epoch) => raise(&announcements, epoch),
                    None => look_again(&announcements),
                }
            }
        }
        tokio::time::sleep(PAUSE).await;
        listener = listen(&ears, number).await.ok();
        look_again(&announcements);
    }
}
