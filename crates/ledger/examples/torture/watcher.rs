//! A witness that is asked by an honest log, and after each answer by a forked one.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use countenance_base::SeededRng;
use countenance_ledger::{LedgerError, Witness, WitnessRefused, origin_name};
use countenance_tlog::{
    AddCheckpoint, Checkpoint, Frontier, Hash, KEY_LOG, Note, NoteKey, NoteSigner, consistency, leaf_hash, open_cosignature,
};

use crate::told::{Teller, Told, folded, hold};
use crate::{NOT_OPENED, STOPPED, WENT_ON};

const ORIGIN: &str = "countenance.example/watched";
const STEP: u64 = 7;

/// The log that is watched: in memory, so that every system call is the witness's.
struct Watched {
    key: NoteSigner,
    nodes: std::collections::BTreeMap<(u32, u64), Hash>,
    roots: Vec<Hash>,
}

impl Watched {
    /// `seed` makes other entries.
    fn new(size: u64, seed: u64) -> anyhow::Result<Self> {
        let mut frontier = Frontier::default();
        let (mut nodes, mut roots) = (std::collections::BTreeMap::new(), vec![frontier.root()]);
        for at in 0..size {
            frontier.push(leaf_hash(&(at + seed).to_be_bytes()), &mut |level, at, hash| {
                nodes.insert((level, at), hash);
            });
            roots.push(frontier.root());
        }
        let key = NoteSigner::new(ORIGIN, KEY_LOG, &[7; 32]).context("no key")?;
        Ok(Self { key, nodes, roots })
    }

    fn root(&self, size: u64) -> Option<Hash> {
        self.roots.get(usize::try_from(size).ok()?).copied()
    }

    fn note(&self, size: u64) -> anyhow::Result<Note> {
        let checkpoint = Checkpoint {
            origin: ORIGIN.to_owned(),
            size,
            root: self.root(size).context("no such size")?,
        };
        Ok(checkpoint.sign(&self.key))
    }

    fn request(&self, old: u64, new: u64) -> anyhow::Result<String> {
        let proof = consistency(old, new, &mut |level, at| self.nodes.get(&(level, at)).copied());
        let request = AddCheckpoint {
            old,
            proof: proof.unwrap_or_default(),
            note: self.note(new)?,
        };
        Ok(request.to_text())
    }
}

fn open(folder: &Path, log: &NoteKey) -> Result<Witness, LedgerError> {
    let mut random = SeededRng::new(u64::from(std::process::id()));
    Witness::open(&folder.join("witness"), "witness.example/torture", vec![log.clone()], &mut random)
}

fn held(witness: &Witness) -> anyhow::Result<u64> {
    let Some(note) = witness.latest(&origin_name(ORIGIN))? else {
        return Ok(0);
    };
    Ok(Checkpoint::parse(Note::parse(&note)?.text()).context("no checkpoint")?.size)
}

/// Is asked step by step; a fork, as long and longer, is shown in between.
pub(crate) fn work(folder: &Path, last: u64) -> anyhow::Result<ExitCode> {
    let (log, fork) = (Watched::new(last, 0)?, Watched::new(last + STEP, 1_000)?);
    let mut teller = Teller::open()?;
    teller.tell("begin", "witness")?;
    let mut witness = match open(folder, log.key.public()) {
        Ok(witness) => witness,
        Err(error) => {
            teller.tell("stopped", error.code())?;
            return Ok(ExitCode::from(NOT_OPENED));
        }
    };
    teller.tell("key", &witness.key().to_string())?;
    let Ok(mut size) = held(&witness) else {
        teller.tell("stopped", "its memory does not read")?;
        return Ok(ExitCode::from(NOT_OPENED));
    };
    while size < last {
        let next = (size + STEP).min(last);
        let request = log.request(size, next)?;
        match witness.add_checkpoint(&request, 5) {
            Ok(line) => teller.tell("note", &folded(&format!("{}{line}", log.note(next)?)))?,
            Err(WitnessRefused::Ledger(error)) => {
                teller.tell("stopped", error.code())?;
                return after_an_error(&mut witness, &mut teller, &log, &fork, size, next);
            }
            Err(other) => bail!("an honest log was refused: {other}"),
        }
        for longer in [0, STEP] {
            if let Ok(line) = witness.add_checkpoint(&fork.request(next, next + longer)?, 6) {
                teller.tell("note", &folded(&format!("{}{line}", fork.note(next + longer)?)))?;
            }
        }
        size = next;
    }
    teller.tell("end", &size.to_string())?;
    Ok(ExitCode::SUCCESS)
}

/// Whatever is cosigned after an error is told, and judged.
fn after_an_error(
    witness: &mut Witness,
    teller: &mut Teller,
    log: &Watched,
    fork: &Watched,
    size: u64,
    next: u64,
) -> anyhow::Result<ExitCode> {
    let mut went_on = false;
    // Before the first cosignature there is no history yet that a fork could differ from.
    let histories = [fork, log].into_iter().skip(usize::from(size == 0));
    for history in histories {
        if let Ok(line) = witness.add_checkpoint(&history.request(size, next)?, 7) {
            teller.tell("note", &folded(&format!("{}{line}", history.note(next)?)))?;
            went_on = true;
        }
    }
    Ok(ExitCode::from(if went_on { WENT_ON } else { STOPPED }))
}

/// Opens what is left: the same key, a memory that is not behind what was cosigned, and a fork refused at once.
pub(crate) fn judge(folder: &Path, told: &Told) -> anyhow::Result<ExitCode> {
    let most = 10_000;
    let (log, fork) = (Watched::new(most, 0)?, Watched::new(most, 1_000)?);
    let mut witness = open(folder, log.key.public()).context("what is left does not open")?;
    let key = witness.key().to_string();
    hold(
        told.key.as_ref().is_none_or(|told| *told == key),
        "the key is the one that was told",
    )?;
    let held = held(&witness)?;
    for text in &told.notes {
        let note = Note::parse(text)?;
        let checkpoint = Checkpoint::open(&note, log.key.public())?;
        open_cosignature(&note, witness.key())?;
        hold(log.root(checkpoint.size) == Some(checkpoint.root), "one history was cosigned")?;
        hold(checkpoint.size <= held, "what was cosigned is remembered")?;
    }
    for new in [held, held + STEP] {
        if held > 0 {
            hold(witness.add_checkpoint(&fork.request(held, new)?, 8).is_err(), "a fork is refused")?;
        }
    }
    let line = witness.add_checkpoint(&log.request(held, held + STEP)?, 9);
    hold(line.is_ok(), "the honest log goes on")?;
    Ok(ExitCode::SUCCESS)
}
