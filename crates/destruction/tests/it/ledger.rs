//! The site's ledger on disk beside the estate, with four witnesses of whom three must have cosigned.

use std::path::{Path, PathBuf};

use countenance_base::SeededRng;
use countenance_gate_core::journal::Evidence;
use countenance_ledger::{Log, Signer, Witness};
use countenance_storage::Db;
use countenance_tlog::{AddCheckpoint, Checkpoint, Note, NoteSignature, Policy, Proof};

const ORIGIN: &str = "countenance/test/ledger";

pub(crate) struct Ledger {
    folder: PathBuf,
    log: Log,
    signer: Signer,
    witnesses: Vec<(Witness, u64)>,
    pub(crate) policy: Policy,
    clock: u64,
}

impl Ledger {
    pub(crate) fn new(folder: &Path) -> Self {
        let mut rng = SeededRng::new(77);
        let signer = Signer::open(&folder.join("signer"), ORIGIN, &mut rng).unwrap();
        let key = signer.key().clone();
        let open = |number| {
            let name = format!("witness.example/w{number}");
            let folder = folder.join(format!("witness-{number}"));
            Witness::open(&folder, &name, vec![key.clone()], &mut rng).unwrap()
        };
        let witnesses: Vec<Witness> = (1..=4).map(open).collect();
        let lines: Vec<String> = (1..)
            .zip(&witnesses)
            .map(|(number, witness): (u32, _)| format!("witness w{number} {}\n", witness.key()))
            .collect();
        let policy = format!("log {key}\n{}group all 3 w1 w2 w3 w4\nquorum all\n", lines.concat());
        Self {
            folder: folder.to_owned(),
            log: Log::open(&folder.join("log")).unwrap(),
            signer,
            witnesses: witnesses.into_iter().map(|witness| (witness, 0)).collect(),
            policy: Policy::parse(&policy).unwrap(),
            clock: 1_795_000_000,
        }
    }

    /// Appends what has a place and is not in the log yet, and has it signed and cosigned: the checkpoint's size, and the note.
    pub(crate) async fn publish(&mut self, db: &Db) -> (u64, Note) {
        let mut tx = db.read().await.unwrap();
        let sql = "SELECT leaf FROM frames WHERE place >= $1 ORDER BY place";
        let rows = tx.list(sql, &[self.log.size().into()]).await.unwrap();
        let entries: Vec<Vec<u8>> = rows.iter().map(|row| row.get("leaf").unwrap()).collect();
        self.log.append(&entries).unwrap();
        let mut note = self.signer.sign(&mut self.log).unwrap();
        let size = self.log.size();
        self.clock += 1;
        for (witness, old) in &mut self.witnesses {
            let request = AddCheckpoint {
                old: *old,
                proof: self.log.prove_consistency(*old, size).unwrap().unwrap(),
                note: Note::new(note.text().to_owned(), vec![note.signatures()[0].clone()]),
            };
            let line = witness.add_checkpoint(&request.to_text(), self.clock).unwrap();
            note.add(NoteSignature::parse(line.trim_end()).unwrap());
            *old = size;
        }
        (size, note)
    }

    /// The proof of an entry under this checkpoint, as the server gives it out: with the leaf, and with what it commits to where given.
    pub(crate) fn prove(&self, place: u64, note: &Note, evidence: &Evidence) -> String {
        let size = Checkpoint::parse(note.text()).unwrap().size;
        let proof = Proof {
            extra: Some(evidence.to_bytes()),
            index: place,
            path: self.log.prove(place, size).unwrap().unwrap(),
            checkpoint: note.clone(),
        };
        proof.to_text()
    }

    /// Every entry, read from the files that everybody may have.
    pub(crate) fn entries(&self) -> Vec<Vec<u8>> {
        countenance_ledger::audit(&self.folder.join("log"), self.log.size()).unwrap();
        (0..self.log.size()).map(|place| self.log.entry(place).unwrap().unwrap()).collect()
    }
}
