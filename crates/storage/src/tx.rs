//! One use case, whole or not at all.

use tokio::sync::watch;

use crate::announce::raise;
use crate::conn::Conn;
use crate::{Row, StoreError, Value};

/// A transaction. Dropped without [`Tx::commit`] it changes nothing. After a statement failed nothing more can be done in it:
/// a use case asks first, or lets the statement say `ON CONFLICT`.
#[derive(Debug)]
pub struct Tx {
    conn: Conn,
    announcements: watch::Sender<u64>,
    /// Where the other servers of this database listen.
    channel: Option<String>,
    announce: Option<u64>,
}

impl Tx {
    pub(crate) const fn new(conn: Conn, announcements: watch::Sender<u64>, channel: Option<String>) -> Self {
        Self {
            conn,
            announcements,
            channel,
            announce: None,
        }
    }

    /// Runs a statement and says how many rows it changed.
    pub async fn execute(&mut self, sql: &'static str, values: &[Value]) -> Result<u64, StoreError> {
        self.conn.execute(sql, values).await
    }

    /// Runs a statement that must change exactly one row.
    pub async fn change_one(&mut self, sql: &'static str, values: &[Value]) -> Result<(), StoreError> {
        match self.execute(sql, values).await? {
            1 => Ok(()),
            changed => Err(StoreError::Affected { changed }),
        }
    }

    /// The first row, if there is one.
    pub async fn lookup(&mut self, sql: &'static str, values: &[Value]) -> Result<Option<Row>, StoreError> {
        self.conn.lookup(sql, values).await
    }

    /// All rows; the statement carries its own limit where the table can grow.
    pub async fn list(&mut self, sql: &'static str, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        self.conn.list(sql, values).await
    }

    /// For statements that are put together out of the schema's own names.
    pub(crate) const fn conn(&mut self) -> &mut Conn {
        &mut self.conn
    }

    /// Which engine this transaction is on; only for what no common SQL says.
    pub const fn is_postgres(&self) -> bool {
        matches!(self.conn, Conn::Postgres(_))
    }

    /// Tells whoever waits on [`crate::Db::announcements`] this number once the transaction is durable.
    pub const fn announce(&mut self, number: u64) {
        self.announce = Some(number);
    }

    /// Makes the changes durable, then announces.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        if let (Some(number), Some(channel)) = (self.announce, &self.channel) {
            // Sent by the database itself when the transaction commits, and only then.
            let values = [channel.into(), (&number.to_string()).into()];
            self.conn.execute("SELECT pg_notify($1, $2)", &values).await?;
        }
        self.conn.commit().await?;
        if let Some(number) = self.announce {
            raise(&self.announcements, number);
        }
        Ok(())
    }
}
