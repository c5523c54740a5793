//! Workbooks (XLSX), sheet by sheet, hidden ones too.

use std::io::{self, Cursor, Read as _};

use calamine::{DataRef, Reader as _, Xlsx};

use super::search::Search;
use super::{LabelsRefused, json};

/// What a workbook may unpack to; its shared strings are held in memory.
const UNPACKED_BYTES_MAX: u64 = 512 * 1024 * 1024;
const PARTS_MAX: usize = 2048;

/// Whether these bytes are a workbook; the old binary form, and the envelope of locked ones, are refused by name.
pub(super) fn is_one(bytes: &[u8]) -> Result<bool, LabelsRefused> {
    if bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        return Err(LabelsRefused::OldWorkbook);
    }
    Ok(bytes.starts_with(b"PK\x03\x04"))
}

pub(super) fn read(bytes: &[u8], search: &mut Search<'_>) -> Result<(), LabelsRefused> {
    check_size(bytes, UNPACKED_BYTES_MAX)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| LabelsRefused::Workbook)?;
    for (sheet, name) in (1..).zip(book.sheet_names()) {
        search.sheet_name(sheet, &name);
        // A sheet of charts only has no cells.
        let Ok(mut cells) = book.worksheet_cells_reader(&name) else {
            continue;
        };
        let (mut first, mut last) = (None, None);
        while let Some(cell) = cells.next_cell().map_err(|_| LabelsRefused::Workbook)? {
            let (row, column) = cell.get_position();
            let (row, column) = (u64::from(row) + 1, column.saturating_add(1));
            let value = cell.get_value();
            if *value == DataRef::Empty {
                continue;
            }
            if last != Some(row) {
                search.row();
                last = Some(row);
            }
            let names = *first.get_or_insert(row) == row;
            match text(value) {
                Some(text) if names => search.column(sheet, column, text),
                Some(text) if json::in_a_cell(text, (sheet, column), row, search) => {}
                Some(text) => search.value(sheet, column, row, text),
                None => search.filled(sheet, column, row),
            }
        }
    }
    Ok(())
}

fn text<'a>(value: &'a DataRef<'_>) -> Option<&'a str> {
    match value {
        DataRef::String(text) => Some(text),
        DataRef::SharedString(text) => Some(text),
        DataRef::Int(_)
        | DataRef::Float(_)
        | DataRef::Bool(_)
        | DataRef::DateTime(_)
        | DataRef::DateTimeIso(_)
        | DataRef::DurationIso(_)
        | DataRef::Error(_)
        | DataRef::Empty => None,
    }
}

/// Unpacks everything once into nothing: sizes that an archive states of itself are not believed.
fn check_size(bytes: &[u8], unpacked_max: u64) -> Result<(), LabelsRefused> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| LabelsRefused::Workbook)?;
    if archive.len() > PARTS_MAX {
        return Err(LabelsRefused::TooLarge);
    }
    let mut left = unpacked_max;
    for number in 0..archive.len() {
        let part = archive.by_index(number).map_err(|_| LabelsRefused::Workbook)?;
        let read = io::copy(&mut part.take(left + 1), &mut io::sink()).map_err(|_| LabelsRefused::Workbook)?;
        left = left.checked_sub(read).ok_or(LabelsRefused::TooLarge)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn what_unpacks_to_too_much_is_refused_whatever_it_says_of_itself() {
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        archive
            .start_file("xl/workbook.xml", zip::write::SimpleFileOptions::default())
            .unwrap();
        archive.write_all(&vec![b' '; 100_000]).unwrap();
        let bytes = archive.finish().unwrap().into_inner();
        assert!(bytes.len() < 2_000);
        assert_eq!(check_size(&bytes, 100_000), Ok(()));
        assert_eq!(check_size(&bytes, 99_999), Err(LabelsRefused::TooLarge));
    }
}
