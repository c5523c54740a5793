//! Looking through names and values, and counting. Nothing of the file goes into what is counted but places.

use std::collections::BTreeMap;

use super::list::{List, Where, Word};
use crate::tokens::{items, tokens};

/// How many row numbers a finding names.
const ROWS_NAMED: usize = 5;
/// A longer value is a picture, a feature vector or another file; only its beginning is looked at.
const VALUE_BYTES_MAX: usize = 4096;

/// Where in a file; numbers begin with one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(tag = "at", rename_all = "snake_case")]
pub enum Place {
    /// The file's own name.
    FileName,
    /// The name of a workbook's sheet.
    SheetName { sheet: u32 },
    /// A column; in JSON a key, counted as they first appear. `sheet` is one but for workbooks.
    Column { sheet: u32, column: u32 },
}

/// Whether the word stands in a name or in values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Found {
    Name,
    Value,
}

/// One word of one label at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Position in [`List::labels`].
    pub label: usize,
    /// The word as the list writes it.
    pub word: String,
    pub place: Place,
    /// The column's name as the list writes it, where it is a word of the list; anything else could be a person's.
    pub column_name: Option<String>,
    pub found: Found,
    /// Rows in which it is found; for a name, rows that have something in this column.
    pub rows: u64,
    /// The first of them.
    pub first_rows: Vec<u64>,
}

#[derive(Debug, Default)]
struct Rows {
    count: u64,
    first: Vec<u64>,
    last: u64,
}

impl Rows {
    fn add(&mut self, row: u64) {
        if self.count > 0 && self.last == row {
            return;
        }
        self.count += 1;
        self.last = row;
        if self.first.len() < ROWS_NAMED {
            self.first.push(row);
        }
    }
}

#[derive(Debug, Default)]
struct Column {
    shown: Option<String>,
    names: bool,
    filled: Rows,
}

/// Label, word and where it stands.
type Key = (usize, String, Place, Found);

#[derive(Debug)]
pub(super) struct Search<'l> {
    list: &'l List,
    columns: BTreeMap<(u32, u32), Column>,
    counts: BTreeMap<Key, Rows>,
    rows: u64,
}

impl<'l> Search<'l> {
    pub(super) const fn new(list: &'l List) -> Self {
        Self {
            list,
            columns: BTreeMap::new(),
            counts: BTreeMap::new(),
            rows: 0,
        }
    }

    pub(super) fn file_name(&mut self, name: &str) {
        self.in_name(name, &Place::FileName);
    }

    pub(super) fn sheet_name(&mut self, sheet: u32, name: &str) {
        self.in_name(name, &Place::SheetName { sheet });
    }

    pub(super) const fn row(&mut self) {
        self.rows += 1;
    }

    /// A column's name. A table without names has a person's values here, so it is looked at as values are, too.
    pub(super) fn column(&mut self, sheet: u32, column: u32, name: &str) {
        let tokens = tokens(name);
        let at = self.columns.entry((sheet, column)).or_default();
        at.shown = self.list.shown(&tokens).map(str::to_owned);
        at.names = self.list.is_names(&tokens);
        self.in_name(name, &Place::Column { sheet, column });
    }

    fn in_name(&mut self, name: &str, place: &Place) {
        let tokens = tokens(beginning(name));
        let list = self.list;
        for word in list.words_in(&tokens, &[Where::Column, Where::Anywhere]) {
            self.count(word, place, Found::Name);
        }
        for word in list.words_that_are(&tokens) {
            self.count(word, place, Found::Name);
        }
    }

    fn count(&mut self, word: &Word, place: &Place, found: Found) -> &mut Rows {
        let key = (word.label, word.text.clone(), place.clone(), found);
        self.counts.entry(key).or_default()
    }

    pub(super) fn value(&mut self, sheet: u32, column: u32, row: u64, value: &str) {
        let value = value.trim();
        if value.is_empty() {
            return;
        }
        let at = self.columns.entry((sheet, column)).or_default();
        at.filled.add(row);
        let (names, place, list) = (at.names, Place::Column { sheet, column }, self.list);
        let value = beginning(value);
        for word in list.words_in(&tokens(value), &[Where::Anywhere]) {
            self.count(word, &place, Found::Value).add(row);
        }
        if names {
            return;
        }
        for item in items(value) {
            for word in list.words_that_are(&tokens(item)) {
                self.count(word, &place, Found::Value).add(row);
            }
        }
    }

    /// A key of JSON that stands in a cell of a table: a name, in this row only.
    pub(super) fn key_in_a_cell(&mut self, sheet: u32, column: u32, row: u64, key: &str) {
        self.filled(sheet, column, row);
        let (tokens, place, list) = (tokens(beginning(key)), Place::Column { sheet, column }, self.list);
        let parts = list.words_in(&tokens, &[Where::Column, Where::Anywhere]);
        for word in parts.into_iter().chain(list.words_that_are(&tokens)) {
            self.count(word, &place, Found::Value).add(row);
        }
    }

    /// What a column holds that is no text: numbers and yes or no.
    pub(super) fn filled(&mut self, sheet: u32, column: u32, row: u64) {
        self.columns.entry((sheet, column)).or_default().filled.add(row);
    }

    /// Rows, columns, and the findings by label, then by place.
    pub(super) fn done(self) -> (u64, u64, Vec<Finding>) {
        let columns = self.columns;
        let finding = |((label, word, place, found), rows): (Key, Rows)| {
            let column = match &place {
                Place::Column { sheet, column } => columns.get(&(*sheet, *column)),
                Place::FileName | Place::SheetName { .. } => None,
            };
            let rows = match (found, column) {
                (Found::Name, Some(column)) => &column.filled,
                (Found::Name, None) | (Found::Value, _) => &rows,
            };
            Finding {
                label,
                word,
                column_name: column.and_then(|column| column.shown.clone()),
                found,
                rows: rows.count,
                first_rows: rows.first.clone(),
                place,
            }
        };
        let mut findings: Vec<Finding> = self.counts.into_iter().map(finding).collect();
        findings.sort_by(|a, b| (a.label, &a.place, a.found, &a.word).cmp(&(b.label, &b.place, b.found, &b.word)));
        (self.rows, u64::try_from(columns.len()).unwrap_or(u64::MAX), findings)
    }
}

fn beginning(text: &str) -> &str {
    let mut end = VALUE_BYTES_MAX.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or(text)
}
