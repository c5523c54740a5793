//! Checkpoints: what a log says it holds (C2SP tlog-checkpoint), and cosignatures: who saw it when (C2SP tlog-cosignature).

use crate::hash::Hash;
use crate::note::{KEY_COSIGNER, Note, NoteError, NoteKey, NoteSignature, NoteSigner};
use crate::text;

/// Size and root of a log at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Name of the log, unique and for ever.
    pub origin: String,
    pub size: u64,
    pub root: Hash,
}

impl Checkpoint {
    /// Three lines. Extension lines are neither written nor read: what they say would not be covered by every cosignature.
    pub fn to_text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, text::encode(&self.root))
    }

    pub fn parse(text: &str) -> Option<Self> {
        let mut rest = text;
        let parsed = Self {
            origin: text::line(&mut rest).filter(|origin| !origin.is_empty())?.to_owned(),
            size: text::number(text::line(&mut rest)?)?,
            root: text::hash(text::line(&mut rest)?)?,
        };
        rest.is_empty().then_some(parsed)
    }

    /// The note that the log signs.
    pub fn sign(&self, signer: &NoteSigner) -> Note {
        let text = self.to_text();
        let signature = signer.sign_text(&text);
        Note::new(text, vec![signature])
    }

    /// Reads the checkpoint of a note that this log key signed, whose name is the origin.
    pub fn open(note: &Note, log: &NoteKey) -> Result<Self, NoteError> {
        note.verify(log)?;
        Self::parse(note.text())
            .filter(|checkpoint| checkpoint.origin == log.name())
            .ok_or(NoteError::Form)
    }
}

/// "As of this time, this is the largest consistent tree of this log that I have seen."
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cosignature {
    /// Seconds since 1970.
    pub time: u64,
}

fn message(time: u64, text: &str) -> Vec<u8> {
    format!("cosignature/v1\ntime {time}\n{text}").into_bytes()
}

/// Cosigns a checkpoint's text at `time`, seconds since 1970; `None` with a key of another kind.
pub fn cosign(signer: &NoteSigner, time: u64, text: &str) -> Option<NoteSignature> {
    if signer.public().kind() != KEY_COSIGNER {
        return None;
    }
    let signature = signer.sign(&message(time, text));
    Some(signer.signature(&[time.to_be_bytes().as_slice(), &signature].concat()))
}

/// The cosignature of this key on a note.
pub fn open_cosignature(note: &Note, key: &NoteKey) -> Result<Cosignature, NoteError> {
    let payload = note.payload_of(key)?;
    let (time, signature) = payload.split_first_chunk::<8>().ok_or(NoteError::Signature)?;
    let time = u64::from_be_bytes(*time);
    let signature = signature.try_into().map_err(|_| NoteError::Signature)?;
    if key.kind() == KEY_COSIGNER && key.holds(&message(time, note.text()), signature) {
        Ok(Cosignature { time })
    } else {
        Err(NoteError::Signature)
    }
}
