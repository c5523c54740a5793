//! JSON, as one text or a line for each row. Keys are columns, and a key that stands twice is looked at twice.

use std::collections::HashMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::search::Search;
use super::{Form, LabelsRefused};

/// Whether a text begins as JSON does, and whether it goes on as lines.
pub(super) fn form_of(text: &str) -> Option<Form> {
    let begun = text.trim_start();
    if begun.starts_with('[') {
        return Some(Form::Json);
    }
    if !begun.starts_with('{') {
        return None;
    }
    let mut lines = begun.lines().filter(|line| !line.trim().is_empty());
    let first = lines.next().unwrap_or_default();
    let alone = serde_json::from_str::<serde::de::IgnoredAny>(first).is_ok();
    Some(if alone && lines.next().is_some() {
        Form::JsonLines
    } else {
        Form::Json
    })
}

pub(super) fn read(text: &str, form: Form, search: &mut Search<'_>) -> Result<(), LabelsRefused> {
    let mut keys = Keys::default();
    let (mut row, lines) = (0, form == Form::JsonLines);
    let mut walk = |text: &str| {
        let mut walk = Walk {
            search: &mut *search,
            keys: &mut keys,
            row: &mut row,
            in_row: false,
            lines,
            fixed: None,
        };
        walk.whole(text).map_err(|_| LabelsRefused::Json)
    };
    if lines {
        text.lines().filter(|line| !line.trim().is_empty()).try_for_each(walk)
    } else {
        walk(text)
    }
}

/// Looks through a table's cell that holds JSON; false when it does not. Its keys are names in this column.
pub(super) fn in_a_cell(value: &str, place: (u32, u32), row: u64, search: &mut Search<'_>) -> bool {
    let begun = value.trim_start();
    if !search.look(value.len() - begun.len()) || !begun.starts_with(['{', '[']) {
        return false;
    }
    // Once to see whether it is JSON, and once to walk it.
    if !search.look(2 * begun.len()) || serde_json::from_str::<serde::de::IgnoredAny>(begun).is_err() {
        return false;
    }
    let (mut keys, mut here) = (Keys::default(), row);
    let mut walk = Walk {
        search,
        keys: &mut keys,
        row: &mut here,
        in_row: true,
        lines: false,
        fixed: Some(place),
    };
    walk.whole(begun).is_ok()
}

/// Columns by path of keys, numbered as they first appear.
#[derive(Default)]
struct Keys {
    /// From a path and a key to a path.
    steps: HashMap<(u32, String), u32>,
}

struct Walk<'w, 's, 'l> {
    search: &'w mut Search<'l>,
    keys: &'w mut Keys,
    row: &'s mut u64,
    /// Whether what is met belongs to an object of a list, which is one row with all that lies in it.
    in_row: bool,
    /// Whether the text is one line of many, and so a row.
    lines: bool,
    /// A table's cell, to which all of it belongs.
    fixed: Option<(u32, u32)>,
}

impl Walk<'_, '_, '_> {
    fn whole(&mut self, text: &str) -> serde_json::Result<()> {
        let mut reader = serde_json::Deserializer::from_str(text);
        At {
            walk: self,
            path: 0,
            stands: Stands::Alone,
        }
        .deserialize(&mut reader)?;
        reader.end()
    }

    fn place(&self, path: u32) -> (u32, u32) {
        self.fixed.unwrap_or((1, path))
    }

    /// A row begins with each object that is not inside an object of a list: `{"total": 2, "data": [{…}, {…}]}` has three.
    fn begin_row(&mut self) {
        *self.row += 1;
        self.search.row();
    }

    fn value(&mut self, path: u32, value: &str) {
        if path == 0 && !self.in_row {
            self.begin_row();
        }
        let ((sheet, column), row) = (self.place(path), *self.row);
        self.search.value(sheet, column, row, value);
    }

    fn filled(&mut self, path: u32) {
        let ((sheet, column), row) = (self.place(path), *self.row);
        self.search.filled(sheet, column, row);
    }

    fn step(&mut self, path: u32, key: &str) -> u32 {
        if let Some((sheet, column)) = self.fixed {
            self.search.key_in_a_cell(sheet, column, *self.row, key);
            return path;
        }
        let search = &mut *self.search;
        if search.check().is_err() {
            return path;
        }
        let next = u32::try_from(self.keys.steps.len() + 1).unwrap_or(u32::MAX);
        *self.keys.steps.entry((path, key.to_owned())).or_insert_with(|| {
            search.column(1, next, key);
            next
        })
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stands {
    Alone,
    InList,
    UnderKey,
}

struct At<'a, 'w, 's, 'l> {
    walk: &'a mut Walk<'w, 's, 'l>,
    path: u32,
    stands: Stands,
}

impl<'de> DeserializeSeed<'de> for At<'_, '_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for At<'_, '_, '_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        self.walk.value(self.path, value);
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        self.walk.filled(self.path);
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        self.walk.filled(self.path);
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        self.walk.filled(self.path);
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        self.walk.filled(self.path);
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<(), A::Error> {
        let Self { walk, path, .. } = self;
        loop {
            let next = At {
                walk: &mut *walk,
                path,
                stands: Stands::InList,
            };
            if sequence.next_element_seed(next)?.is_none() {
                return Ok(());
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { walk, path, stands } = self;
        let before = walk.in_row;
        if stands != Stands::UnderKey && !before {
            walk.begin_row();
            walk.in_row = walk.lines || stands == Stands::InList;
        }
        while let Some(key) = map.next_key::<String>()? {
            let path = walk.step(path, &key);
            map.next_value_seed(At {
                walk: &mut *walk,
                path,
                stands: Stands::UnderKey,
            })?;
        }
        walk.in_row = before;
        Ok(())
    }
}
