//! A small site: keys from fixed seeds, leaves of gates and server in one tree, proofs that four witnesses saw.

use std::collections::BTreeMap;

use countenance_base::{GateId, Month, SecretKey, SeededRng, Timestamp, to_hex};
use countenance_gate_core::journal::{
    Evidence, Leaf, Ratchet, RawLeaf, Record, commit, commit_openly, opened_openly, opened_record, seal_record,
};
use countenance_grant::{SigningKey, letter_key};
use countenance_tlog::{
    Checkpoint, Frontier, Hash, KEY_COSIGNER, KEY_LOG, Note, NoteSigner, Proof, consistency, cosign, inclusion, leaf_hash,
};
use sha2::{Digest, Sha256};

pub(super) const A: [u8; 16] = [0xa1; 16];
pub(super) const B: [u8; 16] = [0xb2; 16];
const SERVER: GateId = GateId::SERVER;
/// October 2026: the month in which both made their keys.
pub(super) const MADE_IN: u32 = 2026 * 12 + 9;
const WITNESSES: [(&str, &str, bool); 4] = [
    ("owners", "the owners' committee", false),
    ("auditor", "an auditor", false),
    ("notary", "a notary", false),
    ("house", "the property company itself", true),
];
const EVIDENCE_SECRET: [u8; 32] = [0xee; 32];

pub(super) fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

pub(super) fn secret(person: [u8; 16]) -> [u8; 32] {
    Sha256::digest(person).into()
}

fn record_secret(person: [u8; 16]) -> [u8; 32] {
    let mut seed = [0; 32];
    hkdf::Hkdf::<Sha256>::new(None, &secret(person))
        .expand(b"countenance/record-key/v1", &mut seed)
        .unwrap();
    seed
}

pub(super) fn device(gate: u8) -> SigningKey {
    SigningKey::from_seed(&[gate; 32])
}

pub(super) fn log() -> NoteSigner {
    NoteSigner::new("countenance/site", KEY_LOG, &[0x10; 32]).unwrap()
}

pub(super) fn operator() -> NoteSigner {
    NoteSigner::new("countenance/site/operator", KEY_LOG, &[0x20; 32]).unwrap()
}

pub(super) fn auditor() -> NoteSigner {
    NoteSigner::new("audit.example", KEY_LOG, &[0x30; 32]).unwrap()
}

fn witness(number: u8, name: &str) -> NoteSigner {
    NoteSigner::new(&format!("witness.example/{name}"), KEY_COSIGNER, &[0x40 + number; 32]).unwrap()
}

/// One entry of the ledger, and what the server keeps beside it.
pub(super) struct Entry {
    pub(super) leaf: Leaf,
    pub(super) record: Vec<u8>,
    /// Opening and record, as whoever may open it finds them.
    opened: Vec<u8>,
}

pub(super) struct Site {
    pub(super) entries: Vec<Entry>,
    rng: SeededRng,
}

impl Site {
    pub(super) const fn new() -> Self {
        Self {
            entries: Vec::new(),
            rng: SeededRng::new(7),
        }
    }

    pub(super) fn gate(&mut self, gate: u64, person: Option<[u8; 16]>, record: &Record) {
        self.write(GateId(gate), person, record);
    }

    pub(super) fn server(&mut self, person: Option<[u8; 16]>, record: &Record) {
        self.write(SERVER, person, record);
    }

    fn write(&mut self, gate: GateId, person: Option<[u8; 16]>, record: &Record) {
        let before = self
            .entries
            .iter()
            .rev()
            .find(|entry| entry.leaf.gate == gate)
            .map(|entry| &entry.leaf);
        let sequence = before.map_or(0, |leaf| leaf.sequence + 1);
        let previous = before.map(Leaf::hash).unwrap_or_default();
        let ratchet =
            person.map(|person| Ratchet::start(&SecretKey::new(secret(person)), gate, Month(MADE_IN)).turned_to(record.at.month()));
        let own = SecretKey::new(Sha256::digest([gate.0.to_be_bytes(), sequence.to_be_bytes()].concat()).into());
        let opening = ratchet.as_ref().map_or(own, |ratchet| ratchet.opening(gate, sequence));
        let tag = ratchet.map_or_else(
            || Sha256::digest(opening.expose()).into(),
            |ratchet| self.next_tag(&ratchet, record.at, gate),
        );
        let open = record.is_open();
        let (sealed, opened) = self.seal(record, &opening, gate, sequence, person);
        let leaf = Leaf {
            class: record.kind.class(),
            flags: 0,
            gate,
            sequence,
            ten_minutes: Leaf::time(record.at),
            policy: 7,
            previous,
            commitment: if open { commit_openly(record) } else { commit(&opening, record) },
            tag,
        };
        self.entries.push(Entry {
            leaf,
            record: sealed,
            opened,
        });
    }

    fn next_tag(&self, ratchet: &Ratchet, at: Timestamp, gate: GateId) -> [u8; 32] {
        let taken = |tag: &[u8; 32]| self.entries.iter().any(|entry| entry.leaf.tag == *tag);
        (0..16).map(|count| ratchet.tag(at, gate, count)).find(|tag| !taken(tag)).unwrap()
    }

    /// The sealed record, and what its letter holds.
    fn seal(&mut self, record: &Record, opening: &SecretKey, gate: GateId, sequence: u64, person: Option<[u8; 16]>) -> (Vec<u8>, Vec<u8>) {
        if record.is_open() {
            return (opened_openly(record), opened_openly(record));
        }
        let own = person.map(|person| letter_key(&record_secret(person)).unwrap());
        let recipients: Vec<[u8; 32]> = own.into_iter().chain(letter_key(&EVIDENCE_SECRET)).collect();
        let sealed = seal_record(record, opening, gate, sequence, &recipients, &mut self.rng).unwrap();
        let opened = opened_record(&EVIDENCE_SECRET, gate, sequence, &sealed).unwrap();
        (sealed, opened)
    }

    fn tree(&self) -> (BTreeMap<(u32, u64), Hash>, Frontier) {
        let mut nodes = BTreeMap::new();
        let mut frontier = Frontier::default();
        for entry in &self.entries {
            frontier.push(leaf_hash(&entry.leaf.to_bytes()), &mut |level, at, hash| {
                nodes.insert((level, at), hash);
            });
        }
        (nodes, frontier)
    }

    pub(super) fn root(&self, size: u64) -> Hash {
        let (nodes, _) = self.tree();
        countenance_tlog::root(size, &mut |level, at| nodes.get(&(level, at)).copied()).unwrap()
    }

    pub(super) fn consistency(&self, old: u64) -> Vec<Hash> {
        let (nodes, frontier) = self.tree();
        consistency(old, frontier.size(), &mut |level, at| nodes.get(&(level, at)).copied()).unwrap()
    }

    /// Signed by the log, seen by the owners, the auditor and the operator's own witness.
    pub(super) fn checkpoint(&self) -> Note {
        let (_, frontier) = self.tree();
        let checkpoint = Checkpoint {
            origin: "countenance/site".to_owned(),
            size: frontier.size(),
            root: frontier.root(),
        };
        let mut note = checkpoint.sign(&log());
        let text = note.text().to_owned();
        for (number, (name, ..)) in (0..).zip(WITNESSES).filter(|(number, _)| *number != 2) {
            note.add(cosign(&witness(number, name), 1_795_404_800 + u64::from(number), &text).unwrap());
        }
        note
    }

    pub(super) fn proof(&self, place: usize, opened: bool) -> String {
        let entry = &self.entries[place];
        let evidence = Evidence {
            leaf: RawLeaf(entry.leaf.to_bytes()),
            opened: opened.then(|| entry.opened.clone()),
        };
        let (nodes, frontier) = self.tree();
        let index = u64::try_from(place).unwrap();
        let proof = Proof {
            extra: Some(evidence.to_bytes()),
            index,
            path: inclusion(index, frontier.size(), &mut |level, at| nodes.get(&(level, at)).copied()).unwrap(),
            checkpoint: self.checkpoint(),
        };
        proof.to_text()
    }

    /// Rows of a tag list: eight bytes of tag and the place, sorted.
    pub(super) fn tag_rows(&self, first: usize, past: usize) -> Vec<u8> {
        let row = |place: usize| [&self.entries[place].leaf.tag[..8], &u64::try_from(place).unwrap().to_be_bytes()].concat();
        let mut rows: Vec<Vec<u8>> = (first..past).map(row).collect();
        rows.sort_unstable();
        rows.concat()
    }

    pub(super) fn tag_words(&self, first: usize, past: usize) -> String {
        let hash = Sha256::digest(self.tag_rows(first, past));
        format!("list 0 places {first} {past} sha256 {}", to_hex(&hash))
    }
}

/// Whom to trust about this site, with this product's own lines.
pub(super) fn policy() -> String {
    let witnesses = (0..).zip(WITNESSES).map(|(number, (name, words, is_operator))| {
        let kind = if is_operator { "operator" } else { "independent" };
        let key = witness(number, name).public().to_string();
        format!("#: run-by {name} {kind} {words}\nwitness {name} {key} https://{name}.example\n")
    });
    let gates = [3, 4].map(|gate| format!("#: gate {gate} {}\n", to_hex(&device(gate).public().0)));
    format!(
        "# Whom to trust about this site's ledger.\nlog {}\n{}group all-of-them 3 owners auditor notary house\nquorum all-of-them\n\
         #: operator {}\n#: auditor {}\n{}",
        log().public(),
        witnesses.collect::<String>(),
        operator().public(),
        auditor().public(),
        gates.concat(),
    )
}
