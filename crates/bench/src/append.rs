//! Appending, as a program that the bench starts: ours and any other log beside it in one run, measured from the same side of a pipe.
//!
//! # The protocol
//! The bench starts `PROGRAM … FOLDER` with an empty folder that the program may fill as it likes. On standard input it writes batches, all
//! numbers big-endian:
//!
//! ```text
//! batch = count u32, then count times: length u32, entry
//! ```
//!
//! When all entries of a batch are durable (after `fsync`, `fdatasync` or what the program has instead) the program writes one line to
//! standard output: how many entries it holds durably by now, in decimal. The next batch comes after that line. Standard input ends when
//! all is sent; then the program finishes what it still owes (tiles of everything that was appended) and ends with status 0. What it says on
//! standard error is shown to the person.
//!
//! A single append is a batch of one. The rate counts from the first byte written to the program's end, so that who puts work off until the end
//! gains nothing.

use std::io::{BufRead as _, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, ensure};
use countenance_ledger::Log;

use crate::stats::number;

/// Entries between two rounds of tiles, about what a second brings at the rate to hold.
const ROUND: usize = 100_000;
const ORIGIN: &str = "bench.example/log";

/// What was seen of a program.
pub(crate) struct Seen {
    /// Milliseconds of each batch.
    pub(crate) batches: Vec<f64>,
    /// Entries a second, from the first byte to the end.
    pub(crate) a_second: f64,
}

/// Starts the program and sends it so many batches of this size, entries of 128 bytes, none like another.
pub(crate) fn measure(program: &[String], size: usize, count: usize) -> anyhow::Result<Seen> {
    let folder = tempfile::tempdir_in(".")?;
    // Made before the clock starts: what the bench does is not the program's.
    let sent = (0..count)
        .map(|round| batch(round * size, size))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let (name, arguments) = program.split_first().context("no program")?;
    let mut child = Command::new(name)
        .args(arguments)
        .arg(folder.path().join("log"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("`{name}` could not be started"))?;
    let mut to = child.stdin.take().context("no pipe")?;
    let mut from = BufReader::new(child.stdout.take().context("no pipe")?);
    let mut batches = Vec::new();
    let begun = Instant::now();
    for (round, bytes) in sent.iter().enumerate() {
        let at = Instant::now();
        to.write_all(bytes)?;
        let mut line = String::new();
        from.read_line(&mut line)?;
        batches.push(at.elapsed().as_secs_f64() * 1e3);
        let held: usize = line.trim_end().parse().with_context(|| format!("`{name}` said `{line}`"))?;
        ensure!(
            held == (round + 1) * size,
            "`{name}` holds {held} instead of {}",
            (round + 1) * size
        );
    }
    drop(to);
    let ended = child.wait()?;
    let whole = begun.elapsed().as_secs_f64();
    ensure!(ended.success(), "`{name}` ended with {ended}");
    Ok(Seen {
        batches,
        a_second: number(size * count) / whole,
    })
}

/// Entries `first..first + size`, each its number and noise that no program could leave out.
fn batch(first: usize, size: usize) -> anyhow::Result<Vec<u8>> {
    let mut bytes = u32::try_from(size)?.to_be_bytes().to_vec();
    for place in first..first + size {
        let place = u64::try_from(place)?;
        bytes.extend(128u32.to_be_bytes());
        for word in 0..16u64 {
            bytes.extend((place * 16 + word).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
        }
    }
    Ok(bytes)
}

/// The next batch; `None` when there is none.
fn read_batch(from: &mut impl Read) -> anyhow::Result<Option<Vec<Vec<u8>>>> {
    let mut count = [0; 4];
    match from.read_exact(&mut count) {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error.into()),
    }
    let mut entries = Vec::new();
    for _ in 0..u32::from_be_bytes(count) {
        let mut length = [0; 4];
        from.read_exact(&mut length)?;
        let mut entry = vec![0; usize::try_from(u32::from_be_bytes(length))?];
        from.read_exact(&mut entry)?;
        entries.push(entry);
    }
    Ok(Some(entries))
}

/// Our log behind the protocol: tiles of what was appended are made about as often as the server makes them.
pub(crate) fn ours(folder: &Path) -> anyhow::Result<()> {
    let mut log = Log::open(folder)?;
    let mut round = 0;
    let (mut from, mut to) = (BufReader::new(std::io::stdin().lock()), std::io::stdout().lock());
    while let Some(entries) = read_batch(&mut from)? {
        log.append(&entries)?;
        say(&mut to, log.size())?;
        round += entries.len();
        if round >= ROUND {
            log.integrate(ORIGIN)?;
            round = 0;
        }
    }
    log.integrate(ORIGIN)?;
    Ok(())
}

/// No log at all: one file that grows, synced for every batch. What the disk itself allows.
pub(crate) fn plain(folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder)?;
    let mut file = std::fs::File::create_new(folder.join("entries"))?;
    let mut held = 0u64;
    let (mut from, mut to) = (BufReader::new(std::io::stdin().lock()), std::io::stdout().lock());
    while let Some(entries) = read_batch(&mut from)? {
        file.write_all(&entries.concat())?;
        file.sync_data()?;
        held += u64::try_from(entries.len())?;
        say(&mut to, held)?;
    }
    Ok(())
}

fn say(to: &mut impl Write, held: u64) -> anyhow::Result<()> {
    writeln!(to, "{held}")?;
    Ok(to.flush()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_read_as_it_was_written() {
        let bytes = [batch(0, 3).unwrap(), batch(3, 1).unwrap()].concat();
        let mut rest = bytes.as_slice();
        let mut read = Vec::new();
        while let Some(entries) = read_batch(&mut rest).unwrap() {
            read.push(entries);
        }
        assert_eq!(read.iter().map(Vec::len).collect::<Vec<_>>(), [3, 1]);
        let entries: std::collections::BTreeSet<Vec<u8>> = read.concat().into_iter().collect();
        assert!(entries.len() == 4 && entries.iter().all(|entry| entry.len() == 128));
        assert!(read_batch(&mut bytes.get(..30).unwrap()).is_err(), "cut");
    }

    #[test]
    fn who_does_not_hold_what_was_sent_is_not_believed() {
        let shell = |script: &str| ["sh".to_owned(), "-c".to_owned(), script.to_owned()];
        assert!(measure(&shell("cat >/dev/null & echo 2; wait"), 2, 1).is_ok());
        for liar in ["cat >/dev/null & echo 1; wait", "cat >/dev/null & echo 2; wait; false", "true"] {
            assert!(measure(&shell(liar), 2, 1).is_err(), "{liar}");
        }
    }
}
