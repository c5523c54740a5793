//! Workbooks (XLSX), sheet by sheet, hidden ones too.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{DataRef, Reader as _, Xlsx, XlsxError};

use super::archive::{Counted, checked};
use super::search::Search;
use super::{LabelsRefused, json};

/// Whether these bytes are a workbook; the old binary form, and the envelope of locked ones, are refused by name.
pub(super) fn is_one(bytes: &[u8]) -> Result<bool, LabelsRefused> {
    if bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        return Err(LabelsRefused::OldWorkbook);
    }
    Ok(bytes.starts_with(b"PK\x03\x04"))
}

pub(super) fn read(bytes: &[u8], search: &mut Search<'_>) -> Result<(), LabelsRefused> {
    let bytes = checked(bytes)?;
    let left = Cell::new(Counted::allowed(&bytes));
    // The reader's arithmetic falls over some crooked references; what was counted until then is not told.
    let read = catch_unwind(AssertUnwindSafe(|| sheets(Counted::new(&bytes, &left), search)));
    match read.unwrap_or(Err(LabelsRefused::Workbook)) {
        Err(LabelsRefused::Workbook) if left.get() == 0 => Err(LabelsRefused::TooLarge),
        read => read,
    }
}

fn sheets(bytes: Counted<'_>, search: &mut Search<'_>) -> Result<(), LabelsRefused> {
    let mut book: Xlsx<_> = Xlsx::new(bytes).map_err(|_| LabelsRefused::Workbook)?;
    for (sheet, name) in (1..).zip(book.sheet_names()) {
        search.sheet_name(sheet, &name);
        let mut cells = match book.worksheet_cells_reader(&name) {
            Ok(cells) => cells,
            // A sheet of charts only has no cells.
            Err(XlsxError::NotAWorksheet(_)) => continue,
            // Any other sheet would be left out without a word.
            Err(_) => return Err(LabelsRefused::Workbook),
        };
        let (mut first, mut last) = (None, None);
        while let Some(cell) = cells.next_cell().map_err(|_| LabelsRefused::Workbook)? {
            search.check()?;
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
