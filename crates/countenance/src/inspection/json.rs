//! A section as the text that the bundle carries and whose hash is signed: what is shown, by the keys of tables and columns.

use countenance_portal::inspection::{Cell, Table};
use serde_json::{Map, Value, json};

pub(super) fn text(tables: &[Table]) -> String {
    let table = |table: &Table| json!({ "table": table.key, "rows": table.rows.iter().map(|row| object(table, row)).collect::<Vec<_>>() });
    Value::Array(tables.iter().map(table).collect()).to_string()
}

fn object(table: &Table, row: &[Cell]) -> Value {
    let pairs = table
        .columns
        .iter()
        .zip(row)
        .map(|(column, cell)| ((*column).to_owned(), value(cell)));
    Value::Object(pairs.collect::<Map<_, _>>())
}

fn value(cell: &Cell) -> Value {
    match cell {
        Cell::Nothing => Value::Null,
        Cell::Words(text)
        | Cell::Hash(text)
        | Cell::Word(text)
        | Cell::Why(text)
        | Cell::Change(text)
        | Cell::File(text)
        | Cell::Mode(text) => text.as_str().into(),
        Cell::Both(text) => json!({ "zh": text.zh, "en": text.en }),
        Cell::Number(number) => (*number).into(),
        Cell::Few => "<5".into(),
        Cell::At(at) => at.rfc3339().into(),
        Cell::Lanes(lanes) => lanes.join("+").into(),
        Cell::Ways(ways) => ways.iter().map(|lanes| lanes.join("+")).collect::<Vec<_>>().join(", ").into(),
        Cell::Holds(holds) => (*holds).into(),
    }
}
