//! An empty database for one test: a file, or a schema of its own at the `PostgreSQL` server that `COUNTENANCE_TEST_POSTGRES`
//! names. The same tests so run on either engine; `cargo xtask test` runs them on both. Never shipped.
#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "test support: what fails here fails the test"
)]

use std::path::Path;
use std::sync::OnceLock;

use countenance_base::{Clock as _, SeededRng, SystemClock, SystemRng, Timestamp};
use countenance_keyring::Keyring;
use countenance_storage::{Db, DbUrl, tables};
use countenance_trace::{Pen, Reader, Trace};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _};
use tempfile::TempDir;

/// Names a server on which each test may make a schema; the schemas stay until that server is thrown away.
pub const SERVER: &str = "COUNTENANCE_TEST_POSTGRES";

/// Room for one test's database; ends with it.
#[derive(Debug)]
pub struct Place {
    url: DbUrl,
    folder: TempDir,
}

impl Place {
    /// Nothing is there yet.
    pub async fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = match std::env::var(SERVER) {
            Ok(server) => schema(&server, folder.path()).await,
            Err(_) => DbUrl::Sqlite(folder.path().join("test.db")),
        };
        Self { url, folder }
    }

    pub const fn url(&self) -> &DbUrl {
        &self.url
    }

    pub const fn is_postgres(&self) -> bool {
        matches!(self.url, DbUrl::Postgres(_))
    }

    /// A folder for what else the test needs.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Opens the database, making it when there is none. Opening twice is what a second server does.
    pub async fn open(&self) -> Db {
        Db::open(&self.url, true).await.unwrap()
    }

    /// All that is stored, to search in: the bytes of the file and its log, or every row as text, with binary columns as they are.
    pub async fn bytes(&self) -> Vec<u8> {
        let DbUrl::Postgres(options) = &self.url else {
            let read = |name: &str| std::fs::read(self.folder().join(name)).unwrap_or_default();
            return [read("test.db"), read("test.db-wal")].concat();
        };
        let names = tables(&mut self.open().await.read().await.unwrap()).await.unwrap();
        let mut connection = PgConnection::connect_with(options).await.unwrap();
        let mut bytes = Vec::new();
        for name in names {
            let every_row = format!("SELECT t::text AS row FROM {name} t");
            for row in sqlx::query(AssertSqlSafe(every_row)).fetch_all(&mut connection).await.unwrap() {
                let text: String = row.get("row");
                bytes.extend(text.split("\\\\x").skip(1).flat_map(unhex));
                bytes.extend_from_slice(text.as_bytes());
            }
        }
        bytes
    }
}

/// Makes a schema that is called like the test's folder, whose name is random.
async fn schema(server: &str, folder: &Path) -> DbUrl {
    let random: String = folder.to_str().unwrap().chars().filter(char::is_ascii_alphanumeric).collect();
    let name = format!("test_{}", random.to_lowercase());
    let mut connection = PgConnection::connect(server).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(format!("CREATE SCHEMA {name}")))
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    let next = if server.contains('?') { '&' } else { '?' };
    format!("{server}{next}options[search_path]={name}").parse().unwrap()
}

/// The bytes whose hexadecimal digits `text` begins with.
fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.chars().map_while(|digit| digit.to_digit(16)?.try_into().ok()).collect();
    digits
        .chunks_exact(2)
        .map(|pair| pair.iter().fold(0, |byte, digit| byte * 16 + digit))
        .collect()
}

/// A transaction that writes, by nobody in particular.
pub async fn trace(db: &Db) -> Trace {
    trace_at(db, SystemClock.now()).await
}

/// The same in a test's own time, which its leaves then bear.
pub async fn trace_at(db: &Db, now: Timestamp) -> Trace {
    trace_by(db, Reader::Machine, now).await
}

/// The same by a reader of whom looks are told.
pub async fn trace_by(db: &Db, reader: Reader, now: Timestamp) -> Trace {
    Trace::begin(db.write().await.unwrap(), reader, pen(now))
}

/// A transaction that reads.
pub async fn reading(db: &Db) -> Trace {
    Trace::begin(db.read().await.unwrap(), Reader::Machine, pen(SystemClock.now()))
}

/// A keyring like every other one that this makes: what [`trace`] writes down opens with it.
pub fn keyring(folder: &Path) -> Keyring {
    Keyring::create(folder, &mut SeededRng::new(8)).unwrap()
}

/// The public key of [`keyring`].
pub fn intake() -> Option<[u8; 32]> {
    static INTAKE: OnceLock<Option<[u8; 32]>> = OnceLock::new();
    *INTAKE.get_or_init(|| keyring(&tempfile::tempdir().unwrap().path().join("keyring")).intake())
}

fn pen(now: Timestamp) -> Pen {
    Pen {
        intake: intake(),
        now,
        rng: Box::new(SystemRng),
    }
}
