//! One use case, whole or not at all.

use sqlx::sqlite::{Sqlite, SqliteArguments};
use sqlx::{Arguments as _, SqliteConnection, Transaction};
use tokio::sync::watch;

use crate::{Row, StoreError, Value};

/// A transaction. Dropped without [`Tx::commit`] it changes nothing.
#[derive(Debug)]
pub struct Tx {
    inner: Transaction<'static, Sqlite>,
    announcements: watch::Sender<u64>,
    announce: Option<u64>,
}

impl Tx {
    pub(crate) const fn new(inner: Transaction<'static, Sqlite>, announcements: watch::Sender<u64>) -> Self {
        Self {
            inner,
            announcements,
            announce: None,
        }
    }

    /// Runs a statement and says how many rows it changed.
    pub async fn execute(&mut self, sql: &'static str, values: &[Value]) -> Result<u64, StoreError> {
        Ok(sqlx::query_with(sql, arguments(values)?)
            .execute(self.connection())
            .await?
            .rows_affected())
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
        Ok(sqlx::query_with(sql, arguments(values)?)
            .fetch_optional(self.connection())
            .await?
            .map(Row))
    }

    /// All rows; the statement carries its own limit where the table can grow.
    pub async fn list(&mut self, sql: &'static str, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        Ok(sqlx::query_with(sql, arguments(values)?)
            .fetch_all(self.connection())
            .await?
            .into_iter()
            .map(Row)
            .collect())
    }

    /// Tells whoever waits on [`crate::Db::announcements`] this number once the transaction is durable.
    pub const fn announce(&mut self, number: u64) {
        self.announce = Some(number);
    }

    /// Makes the changes durable, then announces.
    pub async fn commit(self) -> Result<(), StoreError> {
        self.inner.commit().await?;
        if let Some(number) = self.announce {
            self.announcements.send_replace(number);
        }
        Ok(())
    }

    fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.inner
    }
}

fn arguments(values: &[Value]) -> Result<SqliteArguments, StoreError> {
    let mut arguments = SqliteArguments::default();
    for value in values {
        match value {
            Value::Integer(number) => arguments.add(*number),
            Value::Text(text) => arguments.add(text.clone()),
            Value::Bytes(bytes) => arguments.add(bytes.clone()),
        }
        .map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}
