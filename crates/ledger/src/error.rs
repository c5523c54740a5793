//! What can go wrong with a ledger.

use std::io;

/// Why the ledger did not do it.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    #[error("could not {what}")]
    Io {
        what: &'static str,
        #[source]
        source: io::Error,
    },
    /// Bytes on disk are not those that were written.
    #[error("{0} is damaged")]
    Corrupt(String),
    /// An earlier error of the disk; only a new start helps.
    #[error("the ledger stopped after an error of the disk")]
    Stopped,
    #[error("another process has this ledger open")]
    InUse,
    #[error("an entry is longer than 65,535 bytes")]
    TooLong,
    /// What is here is older than, or another history than, what was signed.
    #[error("the ledger does not extend what was signed: {0}")]
    Fork(&'static str),
}

impl LedgerError {
    /// Stable word for pages, logs and documents.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Io { .. } => "ledger.io",
            Self::Corrupt(_) => "ledger.corrupt",
            Self::Stopped => "ledger.stopped",
            Self::InUse => "ledger.in_use",
            Self::TooLong => "ledger.too_long",
            Self::Fork(_) => "ledger.fork",
        }
    }
}

pub(crate) fn failed(what: &'static str) -> impl FnOnce(io::Error) -> LedgerError {
    move |source| LedgerError::Io { what, source }
}
