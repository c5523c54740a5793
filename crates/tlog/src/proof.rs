//! A proof in one file: that an entry is in a log which enough witnesses saw (C2SP tlog-proof).

use crate::checkpoint::Checkpoint;
use crate::hash::Hash;
use crate::note::Note;
use crate::policy::{Policy, PolicyError, Witnessed};
use crate::text;
use crate::tree::inclusion_root;

const HEAD: &str = "c2sp.org/tlog-proof@v1";
/// More than a record and its opening are.
const EXTRA_BYTES_MAX: usize = 48 * 1024;

/// Why a proof does not prove.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    #[error("the checkpoint is not one of this log, or enough witnesses are missing: {0}")]
    Policy(#[from] PolicyError),
    #[error("the entry does not lead to the root of the checkpoint")]
    Path,
}

/// Where an entry is, and the checkpoint that has it. `extra` is not covered by any signature: who reads it checks it against the entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    pub extra: Option<Vec<u8>>,
    pub index: u64,
    pub path: Vec<Hash>,
    pub checkpoint: Note,
}

impl Proof {
    pub fn to_text(&self) -> String {
        let extra = self
            .extra
            .as_ref()
            .map_or_else(String::new, |extra| format!("extra {}\n", text::encode(extra)));
        let path: String = self.path.iter().map(|hash| text::encode(hash) + "\n").collect();
        format!("{HEAD}\n{extra}index {}\n{path}\n{}", self.index, self.checkpoint)
    }

    pub fn parse(file: &str) -> Option<Self> {
        let mut rest = file.strip_prefix(HEAD)?.strip_prefix('\n')?;
        let mut line = text::line(&mut rest)?;
        let mut extra = None;
        if let Some(encoded) = line.strip_prefix("extra ") {
            extra = Some(text::decode(encoded).filter(|bytes| bytes.len() <= EXTRA_BYTES_MAX)?);
            line = text::line(&mut rest)?;
        }
        let index = text::number(line.strip_prefix("index ")?)?;
        let path = text::hashes(&mut rest, crate::PROOF_LINES_MAX)?;
        let checkpoint = Note::parse(rest).ok()?;
        Some(Self {
            extra,
            index,
            path,
            checkpoint,
        })
    }

    /// Checks the log's signature, the witnesses and the way from the entry's hash to the root.
    pub fn verify(&self, entry: &Hash, policy: &Policy) -> Result<(Checkpoint, Witnessed), ProofError> {
        let (checkpoint, witnessed) = policy.open(&self.checkpoint)?;
        if inclusion_root(entry, self.index, checkpoint.size, &self.path) == Some(checkpoint.root) {
            Ok((checkpoint, witnessed))
        } else {
            Err(ProofError::Path)
        }
    }
}
