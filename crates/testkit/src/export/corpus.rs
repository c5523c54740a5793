//! Proofs, good and changed, on which every verifier has to give the same verdict. The same seed makes the same corpus.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, ensure};
use countenance_base::{Rng as _, SeededRng};
use countenance_tlog::{Checkpoint, Frontier, Hash, KEY_COSIGNER, KEY_LOG, Note, NoteSigner, Policy, Proof, cosign, inclusion, leaf_hash};
use serde_json::{Value, json};

use super::mutate;

const ORIGIN: &str = "countenance.example/corpus";
const QUORUM: usize = 3;
/// Size of the tree, index, cosigners, whether there is an extra line.
const BASES: [(u64, u64, usize, bool); 8] = [
    (1, 0, 3, false),
    (2, 1, 3, true),
    (9, 4, 3, false),
    (9, 8, 4, true),
    (300, 255, 3, false),
    (300, 299, 4, false),
    (5_000, 4_095, 3, true),
    (5_000, 4_999, 4, false),
];
/// Below this a corpus would not hold every change.
const COUNT_MIN: usize = 300;

/// A good proof, taken apart, and the keys that could make another one.
pub(super) struct Base {
    pub(super) proof: Proof,
    pub(super) checkpoint: Checkpoint,
    pub(super) entry: Vec<u8>,
    pub(super) keys: Keys,
    pub(super) cosigners: usize,
}

pub(super) struct Keys {
    pub(super) log: NoteSigner,
    pub(super) witnesses: Vec<NoteSigner>,
}

impl Keys {
    fn new() -> Option<Self> {
        let witness = |number: u8| NoteSigner::new(&format!("witness.example/{number}"), KEY_COSIGNER, &[number; 32]);
        Some(Self {
            log: NoteSigner::new(ORIGIN, KEY_LOG, &[9; 32])?,
            witnesses: (1..=4).map(witness).collect::<Option<_>>()?,
        })
    }

    fn policy(&self) -> String {
        let text = format!("log {}\n", self.log.public());
        let witnesses = (1..).zip(&self.witnesses);
        let witnesses: Vec<String> = witnesses
            .map(|(number, key)| format!("witness w{number} {}\n", key.public()))
            .collect();
        text + &witnesses.concat() + &format!("group witnesses {QUORUM} w1 w2 w3 w4\nquorum witnesses\n")
    }
}

impl Base {
    /// `time` of the first cosigner; each next one is a second later.
    pub(super) fn note(&self, checkpoint: &Checkpoint, time: u64) -> Note {
        let mut note = checkpoint.sign(&self.keys.log);
        for (later, witness) in (0..).zip(self.keys.witnesses.iter().take(self.cosigners)) {
            if let Some(line) = cosign(witness, time + later, note.text()) {
                note.add(line);
            }
        }
        note
    }

    /// A witness more has cosigned than must have.
    pub(super) fn has_one_to_spare(&self) -> bool {
        self.cosigners > QUORUM
    }
}

fn base((size, index, cosigners, extra): (u64, u64, usize, bool)) -> Option<Base> {
    let entry = |at: u64| [b"entry ".as_slice(), &at.to_be_bytes()].concat();
    let (mut nodes, mut frontier) = (BTreeMap::<(u32, u64), Hash>::new(), Frontier::default());
    for at in 0..size {
        frontier.push(leaf_hash(&entry(at)), &mut |level, at, hash| {
            nodes.insert((level, at), hash);
        });
    }
    let checkpoint = Checkpoint {
        origin: ORIGIN.to_owned(),
        size,
        root: frontier.root(),
    };
    let mut base = Base {
        proof: Proof {
            extra: extra.then(|| b"a record and its opening".to_vec()),
            index,
            path: inclusion(index, size, &mut |level, at| nodes.get(&(level, at)).copied())?,
            checkpoint: Note::new(String::new(), Vec::new()),
        },
        checkpoint: checkpoint.clone(),
        entry: entry(index),
        keys: Keys::new()?,
        cosigners,
    };
    base.proof.checkpoint = base.note(&checkpoint, 1_790_000_000);
    Some(base)
}

/// Writes at least `count` proofs, their policy, and `index.json`, which says of each what was changed.
/// Beside each `NAME.tlog-proof` is `NAME.entry`, the entry that it is for.
pub fn write(folder: &Path, count: usize) -> anyhow::Result<()> {
    ensure!(count >= COUNT_MIN, "a corpus has at least {COUNT_MIN} proofs");
    let bases: Option<Vec<Base>> = BASES.into_iter().map(base).collect();
    let bases = bases.context("no bases")?;
    let mut items: Vec<(String, &Base, Vec<u8>)> = Vec::new();
    for base in &bases {
        items.extend(mutate::planned(base).into_iter().map(|(kind, file)| (kind, base, file)));
    }
    let mut random = SeededRng::new(20_261);
    while items.len() < count {
        for base in &bases {
            let (kind, file) = mutate::flipped(base, &mut random);
            items.push((kind, base, file));
        }
    }
    std::fs::create_dir_all(folder)?;
    let keys = &bases.first().context("no bases")?.keys;
    std::fs::write(folder.join("policy"), keys.policy())?;
    let mut index = Vec::new();
    for (number, (kind, base, file)) in items.iter().enumerate() {
        let name = format!("{number:05}");
        std::fs::write(folder.join(format!("{name}.tlog-proof")), file)?;
        std::fs::write(folder.join(format!("{name}.entry")), &base.entry)?;
        index.push(json!({ "name": name, "kind": kind }));
    }
    std::fs::write(folder.join("index.json"), format!("{:#}\n", Value::from(index)))?;
    Ok(())
}

/// Our verdict on each proof of a corpus, in its order.
pub fn verdicts(folder: &Path) -> anyhow::Result<Vec<(String, bool)>> {
    let policy = Policy::parse(&std::fs::read_to_string(folder.join("policy"))?)?;
    let index: Vec<Value> = serde_json::from_slice(&std::fs::read(folder.join("index.json"))?)?;
    let verdict = |item: &Value| -> anyhow::Result<(String, bool)> {
        let name = item["name"].as_str().context("no name")?;
        let read = |ending: &str| std::fs::read(folder.join(format!("{name}.{ending}")));
        let (file, entry) = (read("tlog-proof")?, read("entry")?);
        Ok((name.to_owned(), super::check::holds(&file, &entry, &policy)))
    };
    index.iter().map(verdict).collect()
}

/// A number below `end`.
pub(super) fn below(random: &mut SeededRng, end: usize) -> usize {
    let mut bytes = [0; 8];
    random.fill(&mut bytes);
    usize::try_from(u64::from_be_bytes(bytes) % (end.max(1) as u64)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What our own verdict must be, for every planned change; flips are judged by agreement alone.
    #[test]
    fn what_leaves_a_proof_good_is_accepted_and_all_else_refused() {
        let keys = Keys::new().unwrap();
        let policy = Policy::parse(&keys.policy()).unwrap();
        let (mut accepted, mut refused) = (0, 0);
        for of in BASES {
            let base = base(of).unwrap();
            for (kind, file) in mutate::planned(&base) {
                let holds = super::super::check::holds(&file, &base.entry, &policy);
                assert_eq!(holds, mutate::is_harmless(&kind), "{kind}, {of:?}");
                *if holds { &mut accepted } else { &mut refused } += 1;
            }
        }
        assert!(accepted > 40 && refused > 150, "{accepted} accepted, {refused} refused");
    }

    #[test]
    fn a_seed_makes_one_corpus() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["one", "two"] {
            write(&folder.path().join(name), 400).unwrap();
        }
        let index = |name: &str| std::fs::read_to_string(folder.path().join(name).join("index.json")).unwrap();
        assert_eq!(index("one"), index("two"));
        assert!(verdicts(&folder.path().join("one")).unwrap().len() >= 400);
        assert!(write(folder.path(), 10).is_err());
    }
}
