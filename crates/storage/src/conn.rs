//! One transaction on either engine, and the macro that sends one statement to whichever it is.

use sqlx::encode::Encode;
use sqlx::postgres::{PgArguments, PgRow, Postgres};
use sqlx::sqlite::{Sqlite, SqliteArguments, SqliteRow};
use sqlx::{Arguments, AssertSqlSafe, SqlSafeStr, Transaction, Type};

use crate::{Row, StoreError, Value};

/// An open transaction.
#[derive(Debug)]
pub(crate) enum Conn {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// A row of either driver.
pub(crate) enum EitherRow {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl From<SqliteRow> for EitherRow {
    fn from(row: SqliteRow) -> Self {
        Self::Sqlite(row)
    }
}

impl From<PgRow> for EitherRow {
    fn from(row: PgRow) -> Self {
        Self::Postgres(row)
    }
}

/// The same text with the same values in both arms; the arm's types choose the driver.
macro_rules! on_either {
    ($conn:expr, $sql:expr, $values:expr, $run:ident) => {
        match $conn {
            Conn::Sqlite(transaction) => {
                let query = sqlx::query_with($sql, bind::<SqliteArguments>($values)?);
                on_either!(@ query, &mut **transaction, $run)
            }
            Conn::Postgres(transaction) => {
                let query = sqlx::query_with($sql, bind::<PgArguments>($values)?);
                on_either!(@ query, &mut **transaction, $run)
            }
        }
    };
    (@ $query:ident, $connection:expr, execute) => { $query.execute($connection).await?.rows_affected() };
    (@ $query:ident, $connection:expr, fetch_optional) => {
        $query.fetch_optional($connection).await?.map(|row| Row(row.into()))
    };
    (@ $query:ident, $connection:expr, fetch_all) => {
        $query.fetch_all($connection).await?.into_iter().map(|row| Row(row.into())).collect()
    };
}

impl Conn {
    pub(crate) async fn execute(&mut self, sql: impl SqlSafeStr, values: &[Value]) -> Result<u64, StoreError> {
        Ok(on_either!(self, sql, values, execute))
    }

    pub(crate) async fn lookup(&mut self, sql: &'static str, values: &[Value]) -> Result<Option<Row>, StoreError> {
        Ok(on_either!(self, sql, values, fetch_optional))
    }

    pub(crate) async fn list(&mut self, sql: impl SqlSafeStr, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        Ok(on_either!(self, sql, values, fetch_all))
    }

    /// Several statements without values: a migration.
    pub(crate) async fn run(&mut self, sql: String) -> Result<(), StoreError> {
        let script = sqlx::raw_sql(AssertSqlSafe(sql));
        match self {
            Self::Sqlite(transaction) => script.execute(&mut **transaction).await.map(|_| ())?,
            Self::Postgres(transaction) => script.execute(&mut **transaction).await.map(|_| ())?,
        }
        Ok(())
    }

    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(transaction) => transaction.commit().await?,
            Self::Postgres(transaction) => transaction.commit().await?,
        }
        Ok(())
    }
}

fn bind<A: Arguments>(values: &[Value]) -> Result<A, StoreError>
where
    for<'t> Option<i64>: Encode<'t, A::Database> + Type<A::Database>,
    for<'t> Option<String>: Encode<'t, A::Database> + Type<A::Database>,
    for<'t> Option<Vec<u8>>: Encode<'t, A::Database> + Type<A::Database>,
{
    let mut arguments = A::default();
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
