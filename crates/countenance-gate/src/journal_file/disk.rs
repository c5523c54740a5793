//! What the journal asks of a disk; tests put one that fails in its place.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

use countenance_gate_core::journal::{FRAME_BYTES_MAX, Frame, read_frame};

use super::JournalError;

pub(super) trait Disk: Send {
    fn write(&self, at: u64, bytes: &[u8]) -> io::Result<()>;
    /// Returns when everything written is durable.
    fn sync(&self) -> io::Result<()>;
    /// Reads up to `bytes.len()`, fewer at the end.
    fn read(&self, at: u64, bytes: &mut [u8]) -> io::Result<usize>;
}

impl dyn Disk + '_ {
    /// The whole frame at `place`.
    pub(super) fn frame(&self, place: u64) -> Result<Frame, JournalError> {
        let bytes = self.part(place, FRAME_BYTES_MAX + 8)?;
        read_frame(&bytes)
            .map(|(frame, _)| frame)
            .map_err(|_| JournalError::Corrupt { from: 0 })
    }

    pub(super) fn part(&self, at: u64, length: usize) -> Result<Vec<u8>, JournalError> {
        let mut bytes = vec![0; length];
        let mut filled = 0;
        while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.read(at + filled as u64, rest) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(source) => return Err(JournalError::Io { what: "read", source }),
            }
        }
        bytes.truncate(filled);
        Ok(bytes)
    }
}

impl Disk for File {
    fn write(&self, at: u64, bytes: &[u8]) -> io::Result<()> {
        self.write_all_at(bytes, at)
    }

    fn sync(&self) -> io::Result<()> {
        self.sync_data()
    }

    fn read(&self, at: u64, bytes: &mut [u8]) -> io::Result<usize> {
        self.read_at(bytes, at)
    }
}
