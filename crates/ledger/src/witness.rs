//! A witness: it cosigns a log's checkpoint when that extends the last one it cosigned, and remembers before it answers (C2SP tlog-witness).

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use countenance_base::{Rng, to_hex};
use countenance_tlog::{AddCheckpoint, Checkpoint, Hash, KEY_COSIGNER, Note, NoteError, NoteKey, NoteSigner, consistency_holds, cosign};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::error::LedgerError;
use crate::files;

const KEY: &str = "witness.key";

/// Why a witness did not cosign.
#[derive(Debug, thiserror::Error)]
pub enum WitnessRefused {
    #[error("this is no request to add a checkpoint, or its old size is above the new one")]
    Request,
    #[error("the checkpoint is not signed by the log's key")]
    Signature,
    #[error("this witness does not know the log")]
    Unknown,
    /// The request starts from another size than the one held, which is this.
    #[error("the last checkpoint cosigned here has {0} entries")]
    Stale(u64),
    #[error("the proof does not lead from the tree cosigned before to this one")]
    Proof,
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl WitnessRefused {
    /// HTTP status of tlog-witness.
    pub const fn status(&self) -> u16 {
        match self {
            Self::Request => 400,
            Self::Signature => 403,
            Self::Unknown => 404,
            Self::Stale(_) => 409,
            Self::Proof => 422,
            Self::Ledger(_) => 500,
        }
    }
}

/// The name under which a witness keeps, and tells, the checkpoint of a log: SHA-256 of the origin, in hexadecimal.
pub fn origin_name(origin: &str) -> String {
    to_hex(&Hash::from(Sha256::digest(origin)))
}

/// One witness with its key and its memory. One process at a time; one request at a time, so that looking and remembering are one act.
#[derive(Debug)]
pub struct Witness {
    folder: PathBuf,
    key: NoteSigner,
    /// By origin.
    logs: BTreeMap<String, NoteKey>,
    stopped: bool,
    _lock: File,
}

impl Witness {
    /// Opens the witness in its folder, or makes one with a new key. `logs` are the keys of the logs that it watches.
    pub fn open(folder: &Path, name: &str, logs: Vec<NoteKey>, rng: &mut dyn Rng) -> Result<Self, LedgerError> {
        files::folder(folder)?;
        let lock = files::lock(folder)?;
        files::sync_folder(folder)?;
        Ok(Self {
            folder: folder.to_owned(),
            key: match files::read(&folder.join(KEY))? {
                Some(bytes) => kept_key(name, &Zeroizing::new(bytes))?,
                None => make_key(folder, name, rng)?,
            },
            logs: logs.into_iter().map(|log| (log.name().to_owned(), log)).collect(),
            stopped: false,
            _lock: lock,
        })
    }

    pub const fn key(&self) -> &NoteKey {
        self.key.public()
    }

    /// Answers `add-checkpoint`: the cosignature's line. `now` in seconds since 1970.
    pub fn add_checkpoint(&mut self, body: &str, now: u64) -> Result<String, WitnessRefused> {
        if self.stopped {
            return Err(LedgerError::Stopped.into());
        }
        let request = AddCheckpoint::parse(body).ok_or(WitnessRefused::Request)?;
        let checkpoint = self.open_checkpoint(&request.note)?;
        let held = self.held(&checkpoint.origin)?;
        judge(&request, &checkpoint, held.as_ref())?;
        // Remembered before it is told: a cosignature that left without a memory could be followed by one of another history.
        let written = files::replace(
            &self.folder.join(origin_name(&checkpoint.origin)),
            request.note.to_string().as_bytes(),
        );
        self.stopped = written.is_err();
        written?;
        let line = cosign(&self.key, now, request.note.text()).ok_or(WitnessRefused::Signature)?;
        Ok(format!("{line}\n"))
    }

    fn open_checkpoint(&self, note: &Note) -> Result<Checkpoint, WitnessRefused> {
        let named = Checkpoint::parse(note.text()).ok_or(WitnessRefused::Request)?;
        let log = self.logs.get(&named.origin).ok_or(WitnessRefused::Unknown)?;
        Checkpoint::open(note, log).map_err(|error| match error {
            NoteError::Form => WitnessRefused::Request,
            NoteError::Unsigned | NoteError::Signature => WitnessRefused::Signature,
        })
    }

    /// The last checkpoint of this log that was cosigned here.
    fn held(&self, origin: &str) -> Result<Option<Checkpoint>, LedgerError> {
        let Some(log) = self.logs.get(origin) else { return Ok(None) };
        Ok(self.remembered(log)?.map(|(_, checkpoint)| checkpoint))
    }

    /// The last cosigned checkpoint of the log with this [`origin_name`], as the log signed it, for monitors.
    pub fn latest(&self, name: &str) -> Result<Option<String>, LedgerError> {
        let log = self.logs.values().find(|log| origin_name(log.name()) == name);
        let note = log.map_or(Ok(None), |log| self.remembered(log))?;
        Ok(note.map(|(note, _)| note))
    }

    /// The note that is remembered of a log. What the log did not sign was not written here.
    fn remembered(&self, log: &NoteKey) -> Result<Option<(String, Checkpoint)>, LedgerError> {
        let Some(bytes) = files::read(&self.folder.join(origin_name(log.name())))? else {
            return Ok(None);
        };
        let text = String::from_utf8(bytes).ok();
        let checkpoint = text.as_ref().and_then(|text| Checkpoint::open(&Note::parse(text).ok()?, log).ok());
        match (text, checkpoint) {
            (Some(text), Some(checkpoint)) => Ok(Some((text, checkpoint))),
            _ => Err(LedgerError::Corrupt("a witness's memory".to_owned())),
        }
    }
}

/// The file of a key: its seed, and the public key that belongs to it. A bit that turned in either would make another witness.
fn kept_key(name: &str, file: &[u8]) -> Result<NoteSigner, LedgerError> {
    let seed = file.split_first_chunk::<32>();
    let key = seed.and_then(|(seed, public)| NoteSigner::new(name, KEY_COSIGNER, seed).filter(|key| key.public().key() == public));
    key.ok_or_else(|| LedgerError::Corrupt(KEY.to_owned()))
}

fn make_key(folder: &Path, name: &str, rng: &mut dyn Rng) -> Result<NoteSigner, LedgerError> {
    let seed = Zeroizing::new(countenance_base::rng::bytes::<32>(rng));
    let key = NoteSigner::new(name, KEY_COSIGNER, &seed).ok_or_else(|| LedgerError::Corrupt(KEY.to_owned()))?;
    let file = Zeroizing::new([seed.as_slice(), key.public().key()].concat());
    files::replace(&folder.join(KEY), &file)?;
    Ok(key)
}

/// The rules of tlog-witness, in its order.
fn judge(request: &AddCheckpoint, checkpoint: &Checkpoint, held: Option<&Checkpoint>) -> Result<(), WitnessRefused> {
    if request.old > checkpoint.size {
        return Err(WitnessRefused::Request);
    }
    let size = held.map_or(0, |held| held.size);
    if request.old != size {
        return Err(WitnessRefused::Stale(size));
    }
    let root = held.map_or(countenance_tlog::EMPTY_ROOT, |held| held.root);
    if consistency_holds(size, &root, checkpoint.size, &checkpoint.root, &request.proof) {
        Ok(())
    } else {
        Err(WitnessRefused::Proof)
    }
}
