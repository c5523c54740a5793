//! Looking through names and values, and counting. Nothing of the file goes into what is counted but places.

use std::collections::BTreeMap;

use super::LabelsRefused;
use super::list::{List, Where, Word};
use crate::tokens::{items, tokens};

/// How many row numbers a finding names.
const ROWS_NAMED: usize = 5;
/// A longer value is a picture, a feature vector or another file; only its beginning is looked at.
const VALUE_BYTES_MAX: usize = 4096;

/// What one search may keep and look at, whatever a small file unpacks to.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    columns: usize,
    /// Words at places.
    places: usize,
    /// A text that many cells share is looked at for each.
    text_bytes: usize,
}

const BOUNDS: Bounds = Bounds {
    columns: 1_000_000,
    places: 100_000,
    text_bytes: 1 << 30,
};

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
    bounds: Bounds,
    looked: usize,
    over: Option<LabelsRefused>,
    /// What is over goes here and nowhere.
    spare: (Column, Rows),
}

impl<'l> Search<'l> {
    pub(super) fn new(list: &'l List) -> Self {
        Self::within(list, BOUNDS)
    }

    fn within(list: &'l List, bounds: Bounds) -> Self {
        Self {
            list,
            columns: BTreeMap::new(),
            counts: BTreeMap::new(),
            rows: 0,
            bounds,
            looked: 0,
            over: None,
            spare: (Column::default(), Rows::default()),
        }
    }

    /// Whether what was met fits into the bounds; from then on nothing more is looked at.
    pub(super) fn check(&self) -> Result<(), LabelsRefused> {
        self.over.map_or(Ok(()), Err)
    }

    /// Counts text that will be looked at; false when there was enough of it.
    pub(super) fn look(&mut self, bytes: usize) -> bool {
        self.looked = self.looked.saturating_add(bytes);
        if self.looked > self.bounds.text_bytes {
            self.over.get_or_insert(LabelsRefused::TooLarge);
        }
        self.over.is_none()
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
        if !self.look(name.len().min(VALUE_BYTES_MAX)) {
            return;
        }
        let (tokens, list) = (tokens(beginning(name)), self.list);
        let at = self.at(sheet, column);
        at.shown = list.shown(&tokens).map(str::to_owned);
        at.names = list.is_names(&tokens);
        self.in_name(name, &Place::Column { sheet, column });
    }

    fn at(&mut self, sheet: u32, column: u32) -> &mut Column {
        let full = self.columns.len() >= self.bounds.columns;
        if full && !self.columns.contains_key(&(sheet, column)) {
            self.over.get_or_insert(LabelsRefused::TooWide);
            return &mut self.spare.0;
        }
        self.columns.entry((sheet, column)).or_default()
    }

    fn in_name(&mut self, name: &str, place: &Place) {
        if !self.look(name.len().min(VALUE_BYTES_MAX)) {
            return;
        }
        let (tokens, list) = (tokens(beginning(name)), self.list);
        for word in list.words_in(&tokens, &[Where::Column, Where::Anywhere]) {
            self.count(word, place, Found::Name);
        }
        for word in list.words_that_are(&tokens) {
            self.count(word, place, Found::Name);
        }
    }

    fn count(&mut self, word: &Word, place: &Place, found: Found) -> &mut Rows {
        let key = (word.label, word.text.clone(), place.clone(), found);
        if self.counts.len() >= self.bounds.places && !self.counts.contains_key(&key) {
            self.over.get_or_insert(LabelsRefused::TooWide);
            return &mut self.spare.1;
        }
        self.counts.entry(key).or_default()
    }

    pub(super) fn value(&mut self, sheet: u32, column: u32, row: u64, value: &str) {
        let whole = value.len();
        let value = value.trim();
        if !self.look(whole - value.len() + value.len().min(VALUE_BYTES_MAX)) || value.is_empty() {
            return;
        }
        let at = self.at(sheet, column);
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
        if !self.look(key.len().min(VALUE_BYTES_MAX)) {
            return;
        }
        self.filled(sheet, column, row);
        let (tokens, place, list) = (tokens(beginning(key)), Place::Column { sheet, column }, self.list);
        let parts = list.words_in(&tokens, &[Where::Column, Where::Anywhere]);
        for word in parts.into_iter().chain(list.words_that_are(&tokens)) {
            self.count(word, &place, Found::Value).add(row);
        }
    }

    /// What a column holds that is no text: numbers and yes or no.
    pub(super) fn filled(&mut self, sheet: u32, column: u32, row: u64) {
        self.at(sheet, column).filled.add(row);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn searched(list: &List, bounds: Bounds) -> Result<usize, LabelsRefused> {
        let mut search = Search::within(list, bounds);
        for column in 1..=3 {
            search.column(1, column, "VIP");
            search.value(1, column, 2, "  a VIP  ");
        }
        search.check()?;
        Ok(search.done().2.len())
    }

    #[test]
    fn what_is_kept_and_looked_at_is_bounded() {
        let list = List::embedded().unwrap();
        let all = searched(&list, BOUNDS).unwrap();
        assert!(all >= 6, "three names and three values: {all}");
        // Each name is looked at twice: for what the column is called, and for words.
        let exact = Bounds {
            columns: 3,
            places: all,
            text_bytes: 3 * (3 + 3 + 9),
        };
        assert_eq!(searched(&list, exact), Ok(all));
        for (bounds, why) in [
            (Bounds { columns: 2, ..exact }, LabelsRefused::TooWide),
            (Bounds { places: all - 1, ..exact }, LabelsRefused::TooWide),
            (Bounds { text_bytes: 44, ..exact }, LabelsRefused::TooLarge),
        ] {
            assert_eq!(searched(&list, bounds), Err(why), "{bounds:?}");
        }
    }
}
