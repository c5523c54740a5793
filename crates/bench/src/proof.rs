//! How large a proof is in a ledger of a thousand million entries, and how long the verify page takes to check it: in Chromium, and in Node.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, ensure};
use countenance_base::{AttemptId, ConsentId, GateId, Month, PersonId, PurposeId, SecretKey, SeededRng, SiteId, Timestamp};
use countenance_gate_core::journal::{Evidence, Leaf, LeafClass, Ratchet, RawLeaf, Record, RecordKind, commit, opened_record, seal_record};
use countenance_grant::letter_key;
use countenance_tlog::{Checkpoint, Hash, KEY_COSIGNER, KEY_LOG, NoteSigner, Policy, Proof, cosign, inclusion, leaf_hash, node_hash, root};
use serde::Deserialize;

use crate::report::{held, machine, table};
use crate::stats::{median, percentile};

const ENTRIES: u64 = 1_000_000_000;
/// The last entry below which the tree is deepest.
const INDEX: u64 = (1 << 29) - 1;
const NOW: Timestamp = Timestamp::from_seconds(1_795_404_600);
const WITNESSES: [&str; 4] = ["owners", "auditor", "notary", "neighbour"];
const BYTES_MAX: usize = 2_400;
const MS_MAX: f64 = 20.0;

/// Milliseconds of many checks of one file.
#[derive(Debug, Deserialize)]
struct Checked {
    chromium: Vec<f64>,
    node: Vec<f64>,
}

pub(crate) fn measure() -> anyhow::Result<String> {
    let made = Made::new()?;
    let (bare, opened) = (made.proof(false)?, made.proof(true)?);
    let checked = made.check_in_browser(&opened)?;
    let size = |what: &str, text: &str| {
        vec![
            what.to_owned(),
            format!("{} bytes", text.len()),
            format!("≤ {BYTES_MAX} bytes"),
            held(text.len() <= BYTES_MAX).to_owned(),
        ]
    };
    let time = |what: &str, times: &[f64]| {
        vec![
            what.to_owned(),
            format!("p50 {:.2} ms, p99 {:.2} ms", median(times), percentile(times, 0.99)),
            format!("≤ {MS_MAX:.0} ms"),
            held(median(times) <= MS_MAX).to_owned(),
        ]
    };
    let rows = [
        size("proof with the leaf, as the server gives it out", &bare),
        size("the same with opening and record, as a person makes it of their own use", &opened),
        time("the latter checked by the verify page's code in Chromium", &checked.chromium),
        time("the same in Node", &checked.node),
    ];
    Ok(format!(
        "## Proof\n{}; entry {INDEX} of {ENTRIES}, {} hashes, the log's signature and {} cosignatures; {} checks each.\n\n{}",
        machine(),
        Proof::parse(&bare).context("no proof")?.path.len(),
        WITNESSES.len(),
        checked.chromium.len(),
        table(&["what", "seen", "to hold", ""], &rows)
    ))
}

/// A ledger whose entries are all alike but one: its whole subtrees of one height have one hash, so that a thousand million need no room.
struct Made {
    log: NoteSigner,
    witnesses: Vec<NoteSigner>,
    leaf: Leaf,
    opened: Vec<u8>,
}

impl Made {
    fn new() -> anyhow::Result<Self> {
        let site = SiteId::from_bytes([0x5e; 16]);
        let log = NoteSigner::new(&format!("countenance/{site}"), KEY_LOG, &[1; 32]).context("no name")?;
        let witness = |(number, name): (u8, &&str)| NoteSigner::new(name, KEY_COSIGNER, &[number; 32]).context("no name");
        let witnesses = (2..).zip(&WITNESSES).map(witness).collect::<anyhow::Result<_>>()?;
        let (gate, sequence, person) = (GateId(3), 73_894, PersonId::from_bytes([0xa1; 16]));
        let record = Record {
            kind: RecordKind::Searched,
            at: NOW,
            attempt: Some(AttemptId::from_bytes([2; 16])),
            person: Some(person),
            purpose: Some(PurposeId::from_bytes([3; 16])),
            consent: Some(ConsentId::from_bytes([4; 16])),
            reason: "searched".to_owned(),
            pack: Some([5; 32]),
            actor: None,
        };
        let ratchet = Ratchet::new(Month(24_323), SecretKey::new([6; 32]));
        let opening = ratchet.opening(gate, sequence);
        let own = letter_key(&[7; 32]).context("no key")?;
        let sealed = seal_record(&record, &opening, gate, sequence, &[own], &mut SeededRng::new(1)).context("not sealed")?;
        Ok(Self {
            log,
            witnesses,
            leaf: Leaf {
                class: LeafClass::Search,
                flags: 0,
                gate,
                sequence,
                ten_minutes: NOW.ten_minutes(),
                policy: 41,
                previous: [8; 32],
                commitment: commit(&opening, &record),
                tag: ratchet.tag(NOW, gate, 0),
            },
            opened: opened_record(&[7; 32], gate, sequence, &sealed).context("not opened")?,
        })
    }

    /// The file; it is checked here before it is measured.
    fn proof(&self, opened: bool) -> anyhow::Result<String> {
        let evidence = Evidence {
            leaf: RawLeaf(self.leaf.to_bytes()),
            opened: opened.then(|| self.opened.clone()),
        };
        let tree = Tree::around(self.leaf.entry_hash());
        let checkpoint = Checkpoint {
            origin: self.log.public().name().to_owned(),
            size: ENTRIES,
            root: root(ENTRIES, &mut |level, at| tree.hash(level, at)).context("no root")?,
        };
        let mut note = checkpoint.sign(&self.log);
        for witness in &self.witnesses {
            let time = u64::try_from(NOW.0 / 1_000_000)?;
            let line = cosign(witness, time, note.text()).context("no cosignature")?;
            note.add(line);
        }
        let proof = Proof {
            extra: Some(evidence.to_bytes()),
            index: INDEX,
            path: inclusion(INDEX, ENTRIES, &mut |level, at| tree.hash(level, at)).context("no path")?,
            checkpoint: note,
        };
        let (_, seen) = proof.verify(&self.leaf.entry_hash(), &Policy::parse(&self.policy())?)?;
        ensure!(seen.len() == self.witnesses.len(), "a cosignature does not hold");
        Ok(proof.to_text())
    }

    fn policy(&self) -> String {
        let witness =
            |(name, signer): (&&str, &NoteSigner)| format!("#: run-by {name} independent {name}\nwitness {name} {}\n", signer.public());
        let lines: String = WITNESSES.iter().zip(&self.witnesses).map(witness).collect();
        format!(
            "log {}\n{lines}group witnesses 3 {}\nquorum witnesses\n",
            self.log.public(),
            WITNESSES.join(" ")
        )
    }

    fn check_in_browser(&self, proof: &str) -> anyhow::Result<Checked> {
        let e2e = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../e2e");
        let browser = countenance_setup::browser(&e2e, &mut std::io::stderr())?;
        let folder = tempfile::tempdir()?;
        let file = |name: &str| folder.path().join(name);
        std::fs::write(file("policy"), self.policy())?;
        std::fs::write(file("proof"), proof)?;
        let program = std::env::current_exe()?.with_file_name("countenance");
        let made = Command::new(&program)
            .args(["verify-page", "--policy"])
            .arg(file("policy"))
            .arg("--out")
            .arg(file("verify.html"))
            .stdout(Stdio::null())
            .status()
            .with_context(|| format!("`{}` could not be started", program.display()))?;
        ensure!(made.success(), "no verify page was made");
        run_node(&e2e, folder.path(), &browser)
    }
}

fn run_node(e2e: &Path, folder: &Path, browser: &Path) -> anyhow::Result<Checked> {
    let output = Command::new("node")
        .arg("verify.bench.mjs")
        .arg(folder)
        .env("CHROMIUM", browser)
        .current_dir(e2e)
        .stderr(Stdio::inherit())
        .output()
        .context("`node` could not be started")?;
    ensure!(output.status.success(), "the browser's measurement failed");
    serde_json::from_slice(&output.stdout).context("the browser's measurement")
}

/// Hashes of whole subtrees: by height where all leaves are alike, and along the way up from the one that is not.
struct Tree {
    alike: Vec<Hash>,
    own: Vec<Hash>,
}

impl Tree {
    fn around(entry: Hash) -> Self {
        let (mut alike, mut own) = (vec![leaf_hash(&[0x5a; 128])], vec![entry]);
        for level in 0..u64::BITS {
            let (Some(other), Some(mine)) = (alike.last().copied(), own.last().copied()) else {
                break;
            };
            alike.push(node_hash(&other, &other));
            let right = INDEX.checked_shr(level).unwrap_or(0) & 1 == 1;
            own.push(if right {
                node_hash(&other, &mine)
            } else {
                node_hash(&mine, &other)
            });
        }
        Self { alike, own }
    }

    fn hash(&self, level: u32, at: u64) -> Option<Hash> {
        let row = if INDEX.checked_shr(level)? == at { &self.own } else { &self.alike };
        row.get(usize::try_from(level).ok()?).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_at_a_thousand_million_has_thirty_hashes_and_holds() {
        let made = Made::new().unwrap();
        for opened in [false, true] {
            let proof = Proof::parse(&made.proof(opened).unwrap()).unwrap();
            assert_eq!(proof.path.len(), 30);
            let mut other = proof;
            other.path.swap(3, 4);
            let policy = Policy::parse(&made.policy()).unwrap();
            assert!(other.verify(&made.leaf.entry_hash(), &policy).is_err(), "the path is its own");
        }
    }
}
