//! A log with its signer.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use countenance_base::SeededRng;
use countenance_ledger::{LedgerError, Log, Signer, audit};
use countenance_tlog::{Checkpoint, Frontier, Hash, Note, leaf_hash};

use crate::told::{Teller, Told, folded, hold};
use crate::{NOT_OPENED, STOPPED, WENT_ON};

const ORIGIN: &str = "countenance.example/torture";
/// Sizes after each batch, and whether it is signed then. One batch fills a segment of the write-ahead log; the first bundle becomes
/// whole after it, so that a partial one and a segment end.
const STEPS: [(u64, bool); 12] = [
    (1, false),
    (4, true),
    (20, true),
    (90, false),
    (95, false),
    (300, true),
    (301, true),
    (520, true),
    (521, true),
    (530, false),
    (800, true),
    (801, true),
];
const LONG: std::ops::Range<u64> = 20..90;

pub(crate) fn entry(at: u64) -> Vec<u8> {
    let length = if LONG.contains(&at) { 65_000 } else { 128 };
    at.to_be_bytes().into_iter().cycle().take(length).collect()
}

fn signer(folder: &Path) -> Result<Signer, LedgerError> {
    Signer::open(&folder.join("signer"), ORIGIN, &mut SeededRng::new(u64::from(std::process::id())))
}

/// Goes on from where the folder is.
pub(crate) fn work(folder: &Path, last: u64) -> anyhow::Result<ExitCode> {
    let mut teller = Teller::open()?;
    teller.tell("begin", "log")?;
    let opened = Log::open(&folder.join("log")).and_then(|log| Ok((log, signer(folder)?)));
    let (mut log, mut signer) = match opened {
        Ok(opened) => opened,
        Err(error) => {
            teller.tell("stopped", error.code())?;
            return Ok(ExitCode::from(NOT_OPENED));
        }
    };
    teller.tell("key", &signer.key().to_string())?;
    for (size, signs) in STEPS.into_iter().filter(|(size, _)| *size <= last) {
        let from = log.size();
        if from < size {
            let batch: Vec<Vec<u8>> = (from..size).map(entry).collect();
            if let Err(error) = log.append(&batch) {
                teller.tell("stopped", error.code())?;
                let again = log.append(&batch);
                return Ok(ended(matches!(again, Err(LedgerError::Stopped))));
            }
            teller.tell("durable", &size.to_string())?;
        }
        if signs {
            match signer.sign(&mut log) {
                Ok(note) => teller.tell("note", &folded(&note.to_string()))?,
                Err(error) => {
                    teller.tell("stopped", error.code())?;
                    return match signer.sign(&mut log) {
                        Err(_) => Ok(ended(true)),
                        Ok(note) => {
                            teller.tell("note", &folded(&note.to_string()))?;
                            Ok(ended(false))
                        }
                    };
                }
            }
        }
    }
    teller.tell("end", &log.size().to_string())?;
    Ok(ExitCode::SUCCESS)
}

fn ended(stays_stopped: bool) -> ExitCode {
    ExitCode::from(if stays_stopped { STOPPED } else { WENT_ON })
}

/// Roots by the definition, from the entries alone.
fn roots(size: u64) -> BTreeMap<u64, Hash> {
    let mut frontier = Frontier::default();
    let mut roots = BTreeMap::from([(0, frontier.root())]);
    for at in 0..size {
        frontier.push(leaf_hash(&entry(at)), &mut |_, _, _| ());
        roots.insert(at + 1, frontier.root());
    }
    roots
}

/// Opens what is left, as the next life would, and compares.
pub(crate) fn judge(folder: &Path, told: &Told) -> anyhow::Result<ExitCode> {
    let mut log = Log::open(&folder.join("log")).context("what is left does not open")?;
    hold(log.size() >= told.durable, "every entry that was promised is there")?;
    // Some by reading them; all of them by the audit, whose root is that of the entries by definition. A long bundle is read once.
    for at in (0..log.size()).filter(|at| at % 37 == 0 || *at > 255) {
        let found = log.entry(at)?;
        hold(found == Some(entry(at)), &format!("entry {at} is the one that was appended"))?;
    }
    let mut signer = signer(folder).context("the signer that is left does not open")?;
    let key = signer.key().to_string();
    hold(
        told.key.as_ref().is_none_or(|told| *told == key),
        "the key is the one that was told",
    )?;
    let note = signer.sign(&mut log).context("what is left cannot be signed")?;
    let roots = roots(log.size());
    let mut seen: BTreeMap<u64, Hash> = BTreeMap::new();
    let said = told.notes.iter().map(|text| Note::parse(text)).chain([Ok(note)]);
    for note in said {
        let checkpoint = Checkpoint::open(&note?, signer.key())?;
        let before = seen.insert(checkpoint.size, checkpoint.root);
        hold(before.is_none_or(|root| root == checkpoint.root), "a size has one root")?;
        hold(
            roots.get(&checkpoint.size) == Some(&checkpoint.root),
            &format!("the root of {} is that of its entries", checkpoint.size),
        )?;
    }
    let whole = audit(log.folder(), log.size())?;
    hold(roots.get(&whole.size) == Some(&whole.root), "tiles are those of the entries")?;
    Ok(ExitCode::SUCCESS)
}
