//! Two histories of one ledger, both signed by its key: a proof against the log that needs nobody's word.

use countenance_tlog::{Checkpoint, Hash, Note, consistency_holds};
use serde::{Deserialize, Serialize};

use super::{Trust, Why};

pub(crate) const FORM: &str = "countenance/fork/v1";

/// The file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fork {
    pub(crate) form: String,
    pub(crate) first: String,
    pub(crate) second: String,
    /// For checkpoints of different sizes: how the second history's tree of the first one's size leads to it.
    pub(crate) between: Option<Between>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Between {
    /// Root of the second history at the first one's size, base64.
    pub(crate) root: String,
    pub(crate) proof: Vec<String>,
}

/// What a fork's proof shows.
#[derive(Debug)]
pub(crate) struct ShownFork {
    pub(crate) origin: String,
    pub(crate) sizes: (u64, u64),
}

impl Fork {
    /// The proof of a fork between these two, when there is one; with the second history's hashes where the sizes differ.
    pub(crate) fn of(first: &Note, second: &Note, between: Option<(Hash, Vec<Hash>)>) -> Self {
        Self {
            form: FORM.to_owned(),
            first: first.to_string(),
            second: second.to_string(),
            between: between.map(|(root, proof)| Between {
                root: base64(&root),
                proof: proof.iter().map(base64).collect(),
            }),
        }
    }
}

fn base64(hash: &Hash) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(hash)
}

fn unbase64(text: &str) -> Option<Hash> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.decode(text).ok()?.try_into().ok()
}

pub(super) fn check(file: &str, trust: &Trust) -> Result<ShownFork, Why> {
    let fork: Fork = serde_json::from_str(file).map_err(|_| Why::Form)?;
    if fork.form != FORM {
        return Err(Why::Form);
    }
    let open = |note: &str| -> Option<Checkpoint> {
        let note = Note::parse(note).ok()?;
        trust.policy.open_unwitnessed(&note).ok()
    };
    let (first, second) = open(&fork.first).zip(open(&fork.second)).ok_or(Why::Policy)?;
    if first.origin != second.origin {
        return Err(Why::OneHistory);
    }
    let differs = match &fork.between {
        None => first.size == second.size && first.root != second.root,
        Some(between) => {
            let root = unbase64(&between.root).ok_or(Why::Form)?;
            let proof: Vec<Hash> = between
                .proof
                .iter()
                .map(|hash| unbase64(hash))
                .collect::<Option<_>>()
                .ok_or(Why::Form)?;
            root != first.root && consistency_holds(first.size, &root, second.size, &second.root, &proof)
        }
    };
    if differs {
        Ok(ShownFork {
            origin: first.origin,
            sizes: (first.size, second.size),
        })
    } else {
        Err(Why::OneHistory)
    }
}
