//! Where the server's rows live: one `SQLite` file, its migrations, and transactions.
//!
//! Words: a [`Tx`] is one use case, written whole or not at all; a [`Row`] gives its columns as typed values.
//! The crate knows no domain: SQL is written by `store` modules of the domain crates and passes through here as text,
//! so a second engine needs another arm in this crate only.
//!
//! INVARIANT: there is one writer at a time (`BEGIN IMMEDIATE`), so a use case that reads and then writes needs no lock of its own.

mod column;
mod db;
mod migrate;
mod tx;

pub use column::{Column, Row, Value};
pub use db::Db;
pub use migrate::tables;
pub use tx::Tx;

/// The database did not do what the use case asked for. None of these is a person's mistake.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("database engine failed")]
    Engine(#[from] sqlx::Error),
    #[error("column `{column}` holds a value that its type does not allow")]
    Column { column: &'static str },
    #[error("statement changed {changed} rows where exactly one was meant")]
    Affected { changed: u64 },
    #[error("migration `{name}` differs from the one that this database was made with")]
    MigrationChanged { name: String },
    #[error("database was made by a newer version of this program (migration {number})")]
    Newer { number: i64 },
}
