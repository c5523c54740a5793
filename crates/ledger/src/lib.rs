//! The site's ledger on disk: entries appended durably, tiles that never change, and a signer that never signs two histories.
//!
//! Order of one round: entries are durable in the write-ahead log before anybody hears of their places; whole bundles and tiles are
//! made from them and read back; the signer writes down the note that it signed; then it gives it out. A crash between any two of these is
//! mended by the same path that runs every time. After an error of the disk nothing is tried again: the page cache may lie, so the
//! process has to end and start over from what the disk says.

mod audit;
mod error;
mod files;
mod log;
mod signer;
mod wal;
mod witness;

pub use audit::{Audited, audit};
pub use error::LedgerError;
pub use log::Log;
pub use signer::Signer;
pub use witness::{Witness, WitnessRefused, origin_name};
