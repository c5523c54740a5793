use std::io;

/// Why a sealed file could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum AnchorError {
    #[error("could not {what}")]
    Io {
        what: &'static str,
        #[source]
        source: io::Error,
    },
    /// A file is there already that must not be.
    #[error("something is there already")]
    Exists,
    #[error("sealed files are damaged: {0}")]
    Corrupt(&'static str),
}

pub(crate) fn failed(what: &'static str) -> impl FnOnce(io::Error) -> AnchorError {
    move |source| AnchorError::Io { what, source }
}
