//! All SQL of this crate, one module a subject.

pub(crate) mod count;
pub(crate) mod done;
pub(crate) mod feed;
pub(crate) mod filing;
pub(crate) mod incident;
pub(crate) mod officer;
pub(crate) mod site;
pub(crate) mod supplier;
pub(crate) mod video;

use countenance_rules::Day;
use countenance_storage::{Row, StoreError};

/// A day as tables hold it.
fn day(row: &Row, column: &'static str) -> Result<Day, StoreError> {
    day_if_any(row, column)?.ok_or(StoreError::Column { column })
}

fn day_if_any(row: &Row, column: &'static str) -> Result<Option<Day>, StoreError> {
    let text: Option<String> = row.get_optional(column)?;
    text.map(|text| Day::parse(&text).ok_or(StoreError::Column { column })).transpose()
}
