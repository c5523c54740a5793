//! Forbidden labels in another system's export: columns and values that say of people what nobody may read from a face.

mod archive;
mod decode;
mod delimited;
mod json;
mod list;
mod record;
mod refused;
mod search;
mod words;
mod workbook;

use sha2::{Digest as _, Sha256};

pub use list::{Label, List, ListRefused};
pub use record::{FORM, record};
pub use refused::LabelsRefused;
pub use search::{Finding, Found, Place};
pub use words::{refusal, tell};

use search::Search;

/// Larger files are refused; an export of that size can be split.
pub const BYTES_MAX: u64 = 256 * 1024 * 1024;

/// What a file was read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    Delimited,
    Json,
    JsonLines,
    Workbook,
}

/// What was found in one file. Holds no word of the file, only of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspected {
    /// SHA-256 of the file, hexadecimal: which file this is about.
    pub file: String,
    pub form: Form,
    /// Rows with something in them, the ones with the columns' names among them.
    pub rows: u64,
    pub columns: u64,
    pub findings: Vec<Finding>,
}

/// Reads `bytes` as what they are and looks for the labels of `list`. `name` is the file's name without its ending: a list may be called
/// what it is.
pub fn inspect(name: &str, bytes: &[u8], list: &List) -> Result<Inspected, LabelsRefused> {
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > BYTES_MAX {
        return Err(LabelsRefused::TooLarge);
    }
    let mut search = Search::new(list);
    search.file_name(name);
    let form = if workbook::is_one(bytes)? {
        workbook::read(bytes, &mut search)?;
        Form::Workbook
    } else {
        let text = decode::decode(bytes)?;
        if let Some(form) = json::form_of(&text) {
            json::read(&text, form, &mut search)?;
            form
        } else {
            delimited::read(&text, &mut search)?;
            Form::Delimited
        }
    };
    search.check()?;
    let (rows, columns, findings) = search.done();
    if rows == 0 {
        return Err(LabelsRefused::Empty);
    }
    let file = countenance_base::to_hex(&Sha256::digest(bytes));
    Ok(Inspected {
        file,
        form,
        rows,
        columns,
        findings,
    })
}
