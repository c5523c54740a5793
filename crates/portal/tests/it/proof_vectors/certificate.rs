//! A certificate of destruction for three copies, with an auditor's sample: whole, and for the holder of one copy.

use countenance_base::{ConsentId, DoorId, GateId, PersonId, to_hex};
use countenance_gate_core::journal::RecordKind;
use countenance_gate_core::wire::Receipt;
use countenance_grant::encode;
use countenance_tlog::{Frontier, Hash, Note, inclusion, leaf_hash};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::site::{self, Site, at};
use super::{base64, record};

const NONCE: [u8; 32] = [0x4e; 32];

/// Appends the certificate's entry, so that every proof after it is about a ledger that has it.
pub(super) fn certificate(site: &mut Site) -> Value {
    let receipts: Vec<Vec<u8>> = [(3, 41), (4, 17)].map(|(gate, sequence)| receipt(gate, sequence)).into();
    let copies = [
        format!("gate 3 enrolled 101 ended 205 erased {}", hash(&receipts[0])),
        format!("gate 4 enrolled 102 ended 206 erased {}", hash(&receipts[1])),
        "gate 4 enrolled 103 ended 207 lost -".to_owned(),
    ];
    let tree = Tree::of(&copies);
    let text = note_text(&tree);
    let sum = hash(text.as_bytes());
    let note = Note::new(text.clone(), vec![site::operator().sign_text(&text)]);
    let entry = record(
        RecordKind::DestructionCertified,
        "2026-12-01T06:00:00Z",
        None,
        &format!("certificate {sum}"),
    );
    site.server(None, &entry);
    let proof = site.proof(site.entries.len() - 1, true);
    let sample = sample(&sum, &tree.root);
    let file = |copies: &[String], mine: Value, receipts: &[Vec<u8>], sample: &Value| {
        let receipts: Map<String, Value> = receipts.iter().map(|bytes| (hash(bytes), base64(bytes).into())).collect();
        json!({
            "form": "countenance/certificate/v1", "note": note.to_string(), "copies": copies, "mine": mine, "receipts": receipts,
            "proof": proof, "timestamp": null, "authority": null, "sample": sample,
        })
    };
    let path: Vec<String> = tree.path(1).iter().map(|hash| base64(hash)).collect();
    json!({
        "whole": file(&copies, Value::Null, &receipts, &json!(sample)),
        "mine": file(&copies[1..2], json!([{ "index": 1, "path": path }]), &receipts[1..], &Value::Null),
    })
}

fn hash(bytes: &[u8]) -> String {
    to_hex(&Sha256::digest(bytes))
}

fn receipt(gate: u8, sequence: u64) -> Vec<u8> {
    let receipt = Receipt {
        gate: GateId(gate.into()),
        door: DoorId::from_bytes([0xd0; 16]),
        person: PersonId::from_bytes(site::A),
        consent: ConsentId::from_bytes([0xc0; 16]),
        at: at("2026-11-23T06:10:00Z"),
        sequence,
        cause: "grant.ended".to_owned(),
    };
    encode(&receipt.sign(&site::device(gate)))
}

fn note_text(tree: &Tree) -> String {
    format!(
        "countenance/destruction/v1\nsite {}\nname 静安里 / Jing'an Lane\ndestruction {}\nwhat purpose\nordered 2026-11-23T06:00:00Z\n\
         ended 2026-12-01T06:00:00Z\nplan 5\nregistry 412 {}\ncopies 3 {}\nlost 1\n\
         holder gate 3 key page rewritten under a new anchor\nrows consents kept 3\nsweep server files nothing\n\
         sample promised 4 {}\nnot a copy of folder and anchor that somebody made before\n",
        "51".repeat(16),
        "de".repeat(16),
        base64(&[0x11; 32]),
        base64(&tree.root),
        hash(&NONCE),
    )
}

/// The auditor's note about two of the three copies.
fn sample(certificate: &str, root: &Hash) -> String {
    let text = format!(
        "countenance/destruction-sample/v1\ncertificate {certificate}\npromised 4\nnonce {}\nseed {}\nsampled 2 of 3\n\
         copy 0 nothing\ncopy 2 nothing\nsearched files of gates 3 and 4\nfound 0\n",
        to_hex(&NONCE),
        hash(&[NONCE.as_slice(), root].concat()),
    );
    Note::new(text.clone(), vec![site::auditor().sign_text(&text)]).to_string()
}

struct Tree {
    nodes: std::collections::BTreeMap<(u32, u64), Hash>,
    size: u64,
    root: Hash,
}

impl Tree {
    fn of(lines: &[String]) -> Self {
        let mut nodes = std::collections::BTreeMap::new();
        let mut frontier = Frontier::default();
        for line in lines {
            frontier.push(leaf_hash(line.as_bytes()), &mut |level, at, hash| {
                nodes.insert((level, at), hash);
            });
        }
        let (size, root) = (frontier.size(), frontier.root());
        Self { nodes, size, root }
    }

    fn path(&self, index: u64) -> Vec<Hash> {
        inclusion(index, self.size, &mut |level, at| self.nodes.get(&(level, at)).copied()).unwrap()
    }
}
