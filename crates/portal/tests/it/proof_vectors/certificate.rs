//! A certificate of destruction for three copies, with an auditor's sample: whole, and for the holder of one copy.

use countenance_base::{GateId, to_hex};
use countenance_gate_core::journal::RecordKind;
use countenance_gate_core::wire::Ending;
use countenance_grant::encode;
use countenance_tlog::{Hash, MemoryTree, Note};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::site::{self, Site, at};
use super::{base64, record};

const NONCE: [u8; 32] = [0x4e; 32];

/// Appends the certificate's entry, so that every proof after it is about a ledger that has it.
pub(super) fn certificate(site: &mut Site) -> Value {
    let endings: Vec<Vec<u8>> = [(3, 41), (4, 17)].map(|(gate, sequence)| ending(gate, sequence)).into();
    let copies = [
        format!("gate 3 enrolled 1 ended 2 erased {}", hash(&endings[0])),
        format!("gate 4 enrolled 3 ended 5 erased {}", hash(&endings[1])),
        "gate 4 enrolled - ended 6 lost -".to_owned(),
    ];
    let tree = MemoryTree::of(copies.iter().map(String::as_bytes));
    let root = tree.root(3).unwrap();
    let text = note_text(&root);
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
    let sample = sample(&sum, &root);
    let file = |copies: &[String], mine: Value, endings: &[Vec<u8>], sample: &Value| {
        let endings: Map<String, Value> = endings.iter().map(|bytes| (hash(bytes), base64(bytes).into())).collect();
        json!({
            "form": "countenance/certificate/v1", "note": note.to_string(), "copies": copies, "mine": mine, "endings": endings,
            "proof": proof, "timestamp": null, "authority": null, "sample": sample,
        })
    };
    let path: Vec<String> = tree.inclusion(1, 3).unwrap().iter().map(|hash| base64(hash)).collect();
    json!({
        "whole": file(&copies, Value::Null, &endings, &json!(sample)),
        "mine": file(&copies[1..2], json!([{ "index": 1, "path": path }]), &endings[1..], &Value::Null),
    })
}

fn hash(bytes: &[u8]) -> String {
    to_hex(&Sha256::digest(bytes))
}

fn ending(gate: u8, sequence: u64) -> Vec<u8> {
    let ending = Ending {
        gate: GateId(gate.into()),
        sequence,
        at: at("2026-11-23T06:10:00Z"),
    };
    encode(&ending.sign(&site::device(gate)))
}

fn note_text(root: &Hash) -> String {
    format!(
        "countenance/destruction/v1\nsite {}\nname 静安里 / Jing'an Lane\ndestruction {}\nwhat purpose\nordered 2026-11-23T06:00:00Z\n\
         ended 2026-12-01T06:00:00Z\nplan 5\nregistry 8 {}\ncopies 3 {}\nlost 1\n\
         holder gate 3 key page rewritten under a new anchor\nrows consents kept 3\nsweep server files nothing\n\
         sample promised 4 {}\nnot that no copy exists outside the holders named here\nnot that nobody read a copy before it ended\n\
         not that a disk kept no older blocks: a file anchor does not resist disk forensics\n",
        "51".repeat(16),
        "de".repeat(16),
        base64(&[0x11; 32]),
        base64(root),
        hash(&NONCE),
    )
}

/// The auditor's note about two of the three copies.
fn sample(certificate: &str, root: &Hash) -> String {
    let text = format!(
        "countenance/destruction-sample/v1\ncertificate {certificate}\npromised 4\nnonce {}\nseed {}\nsampled 3 of 3\n\
         copy 0 nothing\ncopy 1 nothing\ncopy 2 nothing\nsearched files of gates 3 and 4\nfound 0\n",
        to_hex(&NONCE),
        hash(&[NONCE.as_slice(), root].concat()),
    );
    Note::new(text.clone(), vec![site::auditor().sign_text(&text)]).to_string()
}
