use countenance_storage::StoreError;

/// Why something of this crate was not done.
#[derive(Debug, thiserror::Error)]
pub enum OversightError {
    #[error("a field is empty or too long")]
    Words,
    #[error("no day, or one that is still to come")]
    Day,
    #[error("no number, or one that cannot be")]
    Number,
    #[error("there is nothing of that number")]
    Unknown,
    #[error("it is not in the state that this step needs")]
    State,
    #[error("the authority's number is missing")]
    Acknowledgement,
    #[error("no SHA-256 of a document")]
    Document,
    #[error("not an https address, nor one of this machine")]
    Address,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl OversightError {
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Words => "oversight.words",
            Self::Day => "oversight.day",
            Self::Number => "oversight.number",
            Self::Unknown => "oversight.unknown",
            Self::State => "oversight.state",
            Self::Acknowledgement => "oversight.acknowledgement",
            Self::Document => "oversight.document",
            Self::Address => "oversight.address",
            Self::Store(_) => "store.failed",
        }
    }
}

/// Trimmed, there, and no longer than so many characters.
pub(crate) fn words(text: &str, most: usize) -> Result<String, OversightError> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > most {
        return Err(OversightError::Words);
    }
    Ok(text.to_owned())
}
