//! What is inside a sealed piece: rows of one table, or the end of the file.

use countenance_storage::{Kind, Value};
use minicbor::data::Type;
use minicbor::{Decoder, Encoder};
use zeroize::Zeroizing;

/// Rows of the table that has this number in the file's head.
pub(crate) fn write_rows(table: u64, rows: &[&[Value]]) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::new());
    // Writing to a Vec cannot fail.
    let written = encode_rows(&mut Encoder::new(&mut *bytes), table, rows);
    debug_assert!(written.is_some(), "a Vec takes everything");
    bytes
}

fn encode_rows(out: &mut Encoder<&mut Vec<u8>>, table: u64, rows: &[&[Value]]) -> Option<()> {
    out.u64(table).ok()?.array(rows.len() as u64).ok()?;
    for row in rows {
        out.array(row.len() as u64).ok()?;
        for value in *row {
            match value {
                Value::Integer(Some(number)) => out.i64(*number),
                Value::Text(Some(text)) => out.str(text),
                Value::Bytes(Some(bytes)) => out.bytes(bytes),
                Value::Integer(None) | Value::Text(None) | Value::Bytes(None) => out.null(),
            }
            .ok()?;
        }
    }
    Some(())
}

/// Which table the rows are of.
pub(crate) fn read_table(piece: &[u8]) -> Option<u64> {
    Decoder::new(piece).u64().ok()
}

/// The rows, whose values must be of these kinds.
pub(crate) fn read_rows(piece: &[u8], kinds: &[Kind]) -> Option<Vec<Vec<Value>>> {
    let mut piece = Decoder::new(piece);
    piece.u64().ok()?;
    let count = piece.array().ok()??;
    let mut rows = Vec::new();
    for _ in 0..count {
        let width = piece.array().ok()??;
        if width != kinds.len() as u64 {
            return None;
        }
        rows.push(kinds.iter().map(|kind| read_value(&mut piece, *kind)).collect::<Option<_>>()?);
    }
    (piece.position() == piece.input().len()).then_some(rows)
}

fn read_value(piece: &mut Decoder<'_>, kind: Kind) -> Option<Value> {
    let nothing = piece.datatype().ok()? == Type::Null;
    if nothing {
        piece.null().ok()?;
    }
    Some(match kind {
        Kind::Integer if nothing => Value::Integer(None),
        Kind::Text if nothing => Value::Text(None),
        Kind::Bytes if nothing => Value::Bytes(None),
        Kind::Integer => Value::Integer(Some(piece.i64().ok()?)),
        Kind::Text => Value::Text(Some(piece.str().ok()?.to_owned())),
        Kind::Bytes => Value::Bytes(Some(piece.bytes().ok()?.to_vec())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_and_nothing_else_is_read() {
        let kinds = [Kind::Integer, Kind::Text, Kind::Bytes];
        let rows: [[Value; 3]; 2] = [
            [
                Value::Integer(Some(i64::MIN)),
                Value::Text(Some("门".into())),
                Value::Bytes(Some(vec![0, 255])),
            ],
            [Value::Integer(None), Value::Text(None), Value::Bytes(None)],
        ];
        let lent: Vec<&[Value]> = rows.iter().map(<[Value; 3]>::as_slice).collect();
        let piece = write_rows(7, &lent);
        assert_eq!(read_table(&piece), Some(7));
        assert_eq!(read_rows(&piece, &kinds).unwrap(), rows.map(Vec::from));
        assert!(read_rows(&piece, &kinds[..2]).is_none(), "a column less");
        assert!(read_rows(&piece, &[Kind::Text, Kind::Text, Kind::Bytes]).is_none(), "another kind");
        assert!(
            read_rows(&[piece.as_slice(), &[0]].concat(), &kinds).is_none(),
            "something after it"
        );
        for cut in 0..piece.len() {
            assert!(read_rows(&piece[..cut], &kinds).is_none(), "{cut}");
        }
    }
}
