//! Whole tables as rows of plain values, for who copies a database and knows nothing of what is in it. Names come out of the schema
//! itself, never from elsewhere, so that statements can be put together of them.

use sqlx::AssertSqlSafe;

use crate::{Row, StoreError, Tx, Value};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Integer,
    Text,
    Bytes,
}

const SQLITE_COLUMNS: &str = "SELECT name, type AS kind, pk AS place FROM pragma_table_info($1) ORDER BY cid";
const POSTGRES_COLUMNS: &str = "SELECT a.attname::text AS name, format_type(a.atttypid, NULL) AS kind,
            COALESCE(array_position(i.indkey::int2[], a.attnum), -1)::int8 + 1 AS place
     FROM pg_attribute a
     JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
     WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped
     ORDER BY a.attnum";

/// A table of the schema.
#[derive(Debug, Clone)]
pub struct Table {
    name: String,
    columns: Vec<(String, Kind)>,
    /// Places of the primary key's columns, in the key's order.
    key: Vec<usize>,
}

impl Table {
    /// Reads from the schema what this table looks like.
    ///
    /// # Errors
    /// There is no such table, or it is none of ours: without a primary key, or with a column of another kind.
    pub async fn of(tx: &mut Tx, name: &str) -> Result<Self, StoreError> {
        let sql = if tx.is_postgres() { POSTGRES_COLUMNS } else { SQLITE_COLUMNS };
        let rows = tx.list(sql, &[name.into()]).await?;
        let mut columns = Vec::with_capacity(rows.len());
        let mut key = Vec::new();
        for (index, row) in rows.iter().enumerate() {
            columns.push((row.get("name")?, read_kind(row)?));
            let place: u64 = row.get("place")?;
            if place > 0 {
                key.push((place, index));
            }
        }
        key.sort_unstable();
        if key.is_empty() {
            return Err(StoreError::Foreign { table: name.to_owned() });
        }
        Ok(Self {
            name: name.to_owned(),
            columns,
            key: key.into_iter().map(|(_, index)| index).collect(),
        })
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// Names and kinds, in the table's order: the order of the values of a row.
    pub fn columns(&self) -> &[(String, Kind)] {
        &self.columns
    }

    /// The place of a column.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|(column, _)| column == name)
    }

    /// The first `most` rows after this one, in the order of the primary key.
    pub async fn read(&self, tx: &mut Tx, after: Option<&[Value]>, most: u32) -> Result<Vec<Vec<Value>>, StoreError> {
        let names = self.columns.iter().map(|(name, _)| quoted(name)).collect::<Vec<_>>().join(", ");
        let key: Vec<String> = self.key.iter().filter_map(|at| Some(quoted(&self.columns.get(*at)?.0))).collect();
        let key = key.join(", ");
        let (from, values) = match after {
            Some(row) => (
                format!("WHERE ({key}) > ({})", places(self.key.len())),
                self.key.iter().filter_map(|at| row.get(*at).cloned()).collect(),
            ),
            None => (String::new(), Vec::new()),
        };
        let sql = format!("SELECT {names} FROM {} {from} ORDER BY {key} LIMIT {most}", quoted(&self.name));
        let rows = tx.conn().list(AssertSqlSafe(sql), &values).await?;
        rows.iter().map(|row| self.values(row)).collect()
    }

    fn values(&self, row: &Row) -> Result<Vec<Value>, StoreError> {
        let value = |(index, (_, kind)): (usize, &(String, Kind))| row.value(index, *kind);
        self.columns.iter().enumerate().map(value).collect()
    }

    /// Writes one row, which must be new.
    pub async fn put(&self, tx: &mut Tx, row: &[Value]) -> Result<(), StoreError> {
        let names = self.columns.iter().map(|(name, _)| quoted(name)).collect::<Vec<_>>().join(", ");
        let sql = format!(
            "INSERT INTO {} ({names}) VALUES ({})",
            quoted(&self.name),
            places(self.columns.len())
        );
        match tx.conn().execute(AssertSqlSafe(sql), row).await? {
            1 => Ok(()),
            changed => Err(StoreError::Affected { changed }),
        }
    }
}

fn read_kind(row: &Row) -> Result<Kind, StoreError> {
    let word: String = row.get("kind")?;
    match word.as_str() {
        "INTEGER" | "bigint" => Ok(Kind::Integer),
        "TEXT" | "text" => Ok(Kind::Text),
        "BLOB" | "bytea" => Ok(Kind::Bytes),
        _ => Err(StoreError::Column { column: "kind" }),
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// `$1, $2, …`.
fn places(count: usize) -> String {
    (1..=count).map(|number| format!("${number}")).collect::<Vec<_>>().join(", ")
}
