//! Where a key lies that must be able to end: a file of two places that are overwritten in turn, and the few ways of touching files
//! that hold sealed keys.
//!
//! What is sealed under an anchor ends when the anchor is overwritten, wherever its bytes were copied to: backups, snapshots of the
//! disk, free blocks. The anchor itself is a file until a TPM or HSM holds it, and a file does not resist disk forensics; whoever
//! certifies an erasure says so ([`METHOD`]).

mod anchor_file;
mod error;
pub mod files;

pub use anchor_file::{AnchorFile, HeldAnchor};
pub use error::AnchorError;

/// How an anchor ends here, as certificates print it.
pub const METHOD: &str = "file anchor overwritten; a file anchor does not resist disk forensics";
