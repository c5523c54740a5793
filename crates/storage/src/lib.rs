//! Where the server's rows live: one `SQLite` file, or one database of a `PostgreSQL` server that several of ours share.
//!
//! Words: a [`Tx`] is one use case, written whole or not at all; a [`Row`] gives its columns as typed values.
//! The crate knows no domain: SQL is written by `store` modules of the domain crates, once for both engines, and passes through here
//! as text (`conn.rs` sends it to the driver that the transaction is on).
//!
//! INVARIANT: a site has one writer at a time, over all servers and on either engine, so a use case that reads and then writes needs
//! no lock of its own and is never asked to try again.

mod announce;
mod column;
mod conn;
mod db;
mod error;
mod migrate;
mod postgres;
mod sqlite;
mod table;
mod tx;
mod url;

pub use column::{Column, Row, Value};
pub use db::Db;
pub use error::StoreError;
pub use migrate::{schema_number, tables};
pub use table::{Kind, Table};
pub use tx::Tx;
pub use url::DbUrl;
