//! The one who signs checkpoints, and never two histories: its memory, the last note that it signed, is a small folder of its own, apart
//! from the log, and is never restored from a backup. Who brings back an old log finds that it signed more; who brings back both is found out by the witnesses.

use std::fs::File;
use std::path::{Path, PathBuf};

use countenance_base::Rng;
use countenance_tlog::{Checkpoint, EMPTY_ROOT, Hash, KEY_LOG, Note, NoteKey, NoteSigner, consistency_holds};
use zeroize::Zeroizing;

use crate::error::LedgerError;
use crate::{Log, files};

const KEY: &str = "signer.key";
const STATE: &str = "signer.state";

/// Signs checkpoints of one log.
#[derive(Debug)]
pub struct Signer {
    folder: PathBuf,
    key: NoteSigner,
    /// The largest tree that was signed.
    size: u64,
    root: Hash,
    stopped: bool,
    _lock: File,
}

impl Signer {
    /// Opens the signer of log `origin` in its folder, or makes a new one with a new key.
    pub fn open(folder: &Path, origin: &str, rng: &mut dyn Rng) -> Result<Self, LedgerError> {
        files::folder(folder)?;
        let lock = files::lock(folder)?;
        files::sync_folder(folder)?;
        let seed = match files::read(&folder.join(KEY))? {
            Some(bytes) => Zeroizing::new(bytes),
            None => make(folder, origin, rng)?,
        };
        let seed: &[u8; 32] = seed.as_slice().try_into().map_err(|_| LedgerError::Corrupt(KEY.to_owned()))?;
        let signer = NoteSigner::new(origin, KEY_LOG, seed).ok_or(LedgerError::Fork("the origin is no name"))?;
        // A key without a memory would sign anything: it is not taken for a new one. A bit that turned in the key makes another key.
        let state = files::read(&folder.join(STATE))?.ok_or_else(|| LedgerError::Corrupt(STATE.to_owned()))?;
        let state = remembered(&state, signer.public())?;
        Ok(Self {
            folder: folder.to_owned(),
            key: signer,
            size: state.size,
            root: state.root,
            stopped: false,
            _lock: lock,
        })
    }

    pub const fn key(&self) -> &NoteKey {
        self.key.public()
    }

    /// The largest tree that was signed: its size and root.
    pub const fn signed(&self) -> (u64, &Hash) {
        (self.size, &self.root)
    }

    /// Signs what `log` holds now, when it extends what was signed. The note is durable in the signer's memory before it is given out.
    pub fn sign(&mut self, log: &mut Log) -> Result<Note, LedgerError> {
        if self.stopped {
            return Err(LedgerError::Stopped);
        }
        let checkpoint = log.integrate(self.key.public().name())?;
        self.extends(log, &checkpoint)?;
        let note = checkpoint.sign(&self.key);
        if checkpoint.size > self.size {
            let written = files::replace(&self.folder.join(STATE), note.to_string().as_bytes());
            self.stopped = written.is_err();
            written?;
            (self.size, self.root) = (checkpoint.size, checkpoint.root);
        }
        Ok(note)
    }

    fn extends(&self, log: &Log, checkpoint: &Checkpoint) -> Result<(), LedgerError> {
        if checkpoint.size < self.size {
            return Err(LedgerError::Fork("the log is shorter than what was signed"));
        }
        let path = log.prove_consistency(self.size, checkpoint.size)?;
        let path = path.ok_or_else(|| LedgerError::Corrupt("a tile".to_owned()))?;
        if consistency_holds(self.size, &self.root, checkpoint.size, &checkpoint.root, &path) {
            Ok(())
        } else {
            Err(LedgerError::Fork("the log holds another history than what was signed"))
        }
    }
}

/// The checkpoint of the note in memory, which this key must have signed.
fn remembered(state: &[u8], key: &NoteKey) -> Result<Checkpoint, LedgerError> {
    let corrupt = || LedgerError::Corrupt(STATE.to_owned());
    let note = std::str::from_utf8(state)
        .ok()
        .and_then(|text| Note::parse(text).ok())
        .ok_or_else(corrupt)?;
    match Checkpoint::parse(note.text()) {
        Some(other) if other.origin != key.name() => Err(LedgerError::Fork("the signer is another log's")),
        _ => Checkpoint::open(&note, key).map_err(|_| corrupt()),
    }
}

/// A new key, and the memory of having signed nothing. The memory first: a crash in between leaves a folder without a key, which begins anew.
fn make(folder: &Path, origin: &str, rng: &mut dyn Rng) -> Result<Zeroizing<Vec<u8>>, LedgerError> {
    let seed = Zeroizing::new(countenance_base::rng::bytes::<32>(rng));
    let signer = NoteSigner::new(origin, KEY_LOG, &seed).ok_or(LedgerError::Fork("the origin is no name"))?;
    let nothing = Checkpoint {
        origin: origin.to_owned(),
        size: 0,
        root: EMPTY_ROOT,
    };
    files::replace(&folder.join(STATE), nothing.sign(&signer).to_string().as_bytes())?;
    files::replace(&folder.join(KEY), seed.as_slice())?;
    Ok(Zeroizing::new(seed.to_vec()))
}
