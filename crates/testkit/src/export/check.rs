//! Our own verdict on an export and on a corpus, in the words in which the foreign verifiers say theirs.

use std::path::Path;

use anyhow::{Context as _, ensure};
use countenance_ledger::audit;
use countenance_tlog::{Checkpoint, Entries, Note, Policy, Proof, entries_path, leaf_hash};
use serde_json::Value;

/// Everything in an export folder but the time stamp; the error says what does not hold.
pub fn folder(folder: &Path) -> anyhow::Result<()> {
    let read = |name: &str| std::fs::read(folder.join(name)).with_context(|| format!("no {name}"));
    let text = |name: &str| String::from_utf8(read(name)?).with_context(|| format!("{name} is no text"));
    let expected: Value = serde_json::from_str(&text("expected.json")?)?;
    let policy = Policy::parse(&text("policy")?)?;
    let open = |name: &str| -> anyhow::Result<Checkpoint> { Ok(policy.open(&Note::parse(&text(name)?)?)?.0) };
    let checkpoints = [("older", open("older-checkpoint")?), ("size", open("checkpoint")?)];
    let proofs = expected["proofs"].as_array().context("no proofs are expected")?;
    ensure!(!proofs.is_empty(), "no proofs are expected");
    for index in proofs {
        let index = index.as_u64().context("an index is no number")?;
        let entry = read(&format!("proofs/{index}.entry"))?;
        let proof = Proof::parse(&text(&format!("proofs/{index}.tlog-proof"))?).context("a proof cannot be read")?;
        let (checkpoint, _) = proof.verify(&leaf_hash(&entry), &policy)?;
        ensure!(proof.index == index, "a proof is of another place");
        ensure!(entry_of(folder, index, checkpoint.size)? == entry, "another entry is at {index}");
    }
    for (size, checkpoint) in checkpoints {
        ensure!(Some(checkpoint.size) == expected[size].as_u64(), "a checkpoint is of another size");
        // One set of bundles that leads to both roots: the newer tree begins with the older.
        ensure!(
            audit(folder, checkpoint.size)?.root == checkpoint.root,
            "a checkpoint is of other entries"
        );
    }
    Ok(())
}

fn entry_of(folder: &Path, index: u64, size: u64) -> anyhow::Result<Vec<u8>> {
    let bundle = index / 256;
    let width = (size - bundle * 256).min(256);
    let bytes = std::fs::read(folder.join(entries_path(bundle, width)))?;
    let entries = Entries::from_bytes(&bytes).context("a bundle cannot be read")?;
    entries.0.into_iter().nth(usize::try_from(index % 256)?).context("no such entry")
}

/// Whether a proof file holds for this entry; bytes that are no text do not.
pub fn holds(proof: &[u8], entry: &[u8], policy: &Policy) -> bool {
    let proof = std::str::from_utf8(proof).ok().and_then(Proof::parse);
    proof.is_some_and(|proof| proof.verify(&leaf_hash(entry), policy).is_ok())
}
