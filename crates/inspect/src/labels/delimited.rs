//! Tables in text: commas, tabs, semicolons or bars.

use csv::{ReaderBuilder, StringRecord};

use super::search::Search;
use super::{LabelsRefused, json};

pub(super) fn read(text: &str, search: &mut Search<'_>) -> Result<(), LabelsRefused> {
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter(text))
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut record = StringRecord::new();
    let mut row = 0;
    while reader.read_record(&mut record).map_err(|_| LabelsRefused::Table)? {
        row += 1;
        search.row();
        for (column, value) in (1..).zip(&record) {
            if row == 1 {
                search.column(1, column, value);
            } else if !json::in_a_cell(value, (1, column), row, search) {
                search.value(1, column, row, value);
            }
        }
    }
    Ok(())
}

/// Whichever stands most often in the first line outside quotes.
fn delimiter(text: &str) -> u8 {
    let mut counts = [(b',', 0_u32), (b'\t', 0), (b';', 0), (b'|', 0)];
    let mut quoted = false;
    for byte in text.bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            _ if quoted => {}
            _ => {
                if let Some((_, count)) = counts.iter_mut().find(|(known, _)| *known == byte) {
                    *count += 1;
                }
            }
        }
    }
    // The first of those that stand equally often, so that one column alone is read with commas.
    counts
        .into_iter()
        .rev()
        .max_by_key(|(_, count)| *count)
        .map_or(b',', |(byte, _)| byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delimiter_is_the_commonest_outside_quotes() {
        for (line, expected) in [
            ("a,b,c\n1;2;3;4;5", b','),
            ("a\tb\tc,d", b'\t'),
            ("\"a,b,c,d\";e;f", b';'),
            ("a|b", b'|'),
            ("alone", b','),
        ] {
            assert_eq!(delimiter(line), expected, "{line}");
        }
    }
}
