//! A ledger as strangers get it: a folder for verifiers that we did not write, a corpus of changed proofs, and our own verdicts on both.

pub mod check;
pub mod corpus;
mod mutate;

use std::path::Path;

use anyhow::{Context as _, ensure};
use countenance_base::{Rng as _, SeededRng};
use countenance_ledger::{Log, Signer, Witness};
use countenance_tlog::{AddCheckpoint, Checkpoint, Note, NoteKey, NoteSignature, Proof};
use serde_json::json;

const ORIGIN: &str = "countenance.example/export";
const SIZE: u64 = 70_000;
/// One more than a tile of tiles: its consistency proof goes over every level.
const OLDER: u64 = 65_537;
const ENTRY_BYTES: usize = 128;
const INDICES: [u64; 5] = [0, 255, 256, 65_535, 69_999];
const WITNESSES: [&str; 4] = ["owners", "auditor", "notary", "neighbour"];
/// The last one is down at the end: with three lines every one of them matters.
const QUORUM: usize = 3;
const TIME: u64 = 1_790_000_000;

/// Fills `folder` with a policy, two checkpoints, tiles, and proofs with their entries, all made by the crates that a site runs.
pub fn folder(folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder)?;
    let mut site = Site::begin(&folder.join("making"))?;
    let older = site.grow(OLDER)?;
    let newer = site.grow(SIZE)?;
    std::fs::write(folder.join("policy"), site.policy())?;
    std::fs::write(folder.join("older-checkpoint"), older.to_string())?;
    std::fs::write(folder.join("checkpoint"), newer.to_string())?;
    let proofs = folder.join("proofs");
    std::fs::create_dir_all(&proofs)?;
    for index in INDICES {
        let proof = Proof {
            extra: None,
            index,
            path: site.log.prove(index, SIZE)?.context("no path")?,
            checkpoint: newer.clone(),
        };
        std::fs::write(proofs.join(format!("{index}.tlog-proof")), proof.to_text())?;
        std::fs::write(proofs.join(format!("{index}.entry")), site.log.entry(index)?.context("no entry")?)?;
    }
    let expected = json!({ "size": SIZE, "older": OLDER, "proofs": INDICES });
    std::fs::write(folder.join("expected.json"), format!("{expected:#}\n"))?;
    drop(site);
    std::fs::rename(folder.join("making/log/tile"), folder.join("tile"))?;
    std::fs::remove_dir_all(folder.join("making"))?;
    Ok(())
}

/// A log with its signer and its witnesses.
struct Site {
    log: Log,
    signer: Signer,
    witnesses: Vec<Witness>,
    seen: u64,
    random: SeededRng,
}

impl Site {
    fn begin(folder: &Path) -> anyhow::Result<Self> {
        let mut random = SeededRng::new(70_000);
        let signer = Signer::open(&folder.join("signer"), ORIGIN, &mut random)?;
        let keys: Vec<NoteKey> = vec![signer.key().clone()];
        let witnesses = WITNESSES.map(|name| {
            let name_of_key = format!("witness.example/{name}");
            Witness::open(&folder.join(name), &name_of_key, keys.clone(), &mut random)
        });
        Ok(Self {
            log: Log::open(&folder.join("log"))?,
            signer,
            witnesses: witnesses.into_iter().collect::<Result<_, _>>()?,
            seen: 0,
            random,
        })
    }

    fn policy(&self) -> String {
        let text = format!("# Who is trusted to have seen this log.\nlog {}\n", self.signer.key());
        let witnesses = WITNESSES.iter().zip(&self.witnesses);
        let witnesses: Vec<String> = witnesses
            .map(|(name, witness)| format!("witness {name} {}\n", witness.key()))
            .collect();
        text + &witnesses.concat() + &format!("group witnesses {QUORUM} {}\nquorum witnesses\n", WITNESSES.join(" "))
    }

    /// Entries up to `size`, signed and cosigned.
    fn grow(&mut self, size: u64) -> anyhow::Result<Note> {
        let count = usize::try_from(size - self.log.size())?;
        let mut bytes = vec![0; count * ENTRY_BYTES];
        self.random.fill(&mut bytes);
        let entries: Vec<Vec<u8>> = bytes.chunks(ENTRY_BYTES).map(<[u8]>::to_vec).collect();
        self.log.append(&entries)?;
        let mut note = self.signer.sign(&mut self.log)?;
        ensure!(Checkpoint::parse(note.text()).is_some_and(|checkpoint| checkpoint.size == size));
        let request = AddCheckpoint {
            old: self.seen,
            proof: self.log.prove_consistency(self.seen, size)?.context("no proof")?,
            note: note.clone(),
        };
        for witness in self.witnesses.iter_mut().take(QUORUM) {
            let line = witness.add_checkpoint(&request.to_text(), TIME)?;
            note.add(NoteSignature::parse(line.trim_end()).context("no cosignature")?);
        }
        self.seen = size;
        Ok(note)
    }
}
