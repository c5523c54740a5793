//! Why a file was not inspected.

/// Nothing was found because nothing was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LabelsRefused {
    #[error("the file is larger than can be inspected")]
    TooLarge,
    #[error("the file has more columns, or more columns with labels, than are kept")]
    TooWide,
    #[error("the file is in no encoding that can be read without guessing")]
    Encoding,
    #[error("the file begins as JSON and does not go on as it")]
    Json,
    #[error("the file is no table")]
    Table,
    #[error("the file is empty")]
    Empty,
    #[error("the workbook cannot be read")]
    Workbook,
    #[error("the workbook is in an old format, or is locked by a password")]
    OldWorkbook,
}

impl LabelsRefused {
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooLarge => "labels.too_large",
            Self::TooWide => "labels.too_wide",
            Self::Encoding => "labels.encoding",
            Self::Json => "labels.json",
            Self::Table => "labels.table",
            Self::Empty => "labels.empty",
            Self::Workbook => "labels.workbook",
            Self::OldWorkbook => "labels.old_workbook",
        }
    }
}
