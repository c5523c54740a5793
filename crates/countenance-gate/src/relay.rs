//! What opens the door.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::PathBuf;

use countenance_base::Timestamp;

/// A lock's relay. `open` returns once the relay was told, not when the door closes again.
pub trait Relay: Send {
    fn open(&mut self, millis: u32, now: Timestamp) -> std::io::Result<()>;
}

/// The relay of a demo gate: a line in a file for each opening, with the word DEMO.
#[derive(Debug)]
pub struct SimRelay {
    log: PathBuf,
}

impl SimRelay {
    pub const fn new(log: PathBuf) -> Self {
        Self { log }
    }
}

impl Relay for SimRelay {
    fn open(&mut self, millis: u32, now: Timestamp) -> std::io::Result<()> {
        let mut log = OpenOptions::new().create(true).append(true).open(&self.log)?;
        writeln!(log, "DEMO relay closed for {millis} ms at {}", now.rfc3339())
    }
}
