//! Which program this is: the hash of the file that runs, so that a site sees when a gate's program is another one than before.
//!
//! It is what the program says of itself. A program that was changed can say anything; only hardware that attests could show more.

use std::fs::File;
use std::io::{self, Read};
use std::sync::{Arc, OnceLock};

use sha2::{Digest as _, Sha256};
use tracing::warn;

/// The file of this process, also where another one was put in its place since.
const OWN: &str = "/proc/self/exe";
const CHUNK_BYTES: usize = 64 * 1024;

/// The hash, as soon as it is known: the door does not wait for it.
pub type Program = Arc<OnceLock<[u8; 32]>>;

/// Begins to hash the running program. Where it cannot be read, it stays unsaid.
pub fn own() -> Program {
    let program = Program::default();
    // Opened now: what is read later is still the file that was started.
    match File::open(OWN) {
        Ok(file) => {
            let known = Arc::clone(&program);
            let hash = move || match sha256(file) {
                Ok(hash) => drop(known.set(hash)),
                Err(error) => warn!(%error, "the program's own file could not be read"),
            };
            if let Err(error) = std::thread::Builder::new().name("program".into()).spawn(hash) {
                warn!(%error, "the program's own file was not read");
            }
        }
        Err(error) => warn!(%error, "the program's own file could not be opened"),
    }
    program
}

fn sha256(mut from: impl Read) -> io::Result<[u8; 32]> {
    let (mut hash, mut chunk) = (Sha256::new(), vec![0; CHUNK_BYTES]);
    loop {
        match from.read(&mut chunk)? {
            0 => return Ok(hash.finalize().into()),
            read => hash.update(chunk.get(..read).unwrap_or_default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_hash_of_the_file_that_runs() {
        let file = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        let program = own();
        assert_eq!(*program.wait(), <[u8; 32]>::from(Sha256::digest(&file)));
        assert_eq!(sha256(&file[1..]).unwrap(), <[u8; 32]>::from(Sha256::digest(&file[1..])));
    }
}
