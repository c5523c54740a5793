//! Files that the verify page reads, made by the product's own libraries: `static/test/proof-vectors.json`, `inspection-vectors.json`.
//! The other side: `node --test crates/portal/static/test/*.test.mjs`.
//! After a change of a form: `COUNTENANCE_VECTORS=write cargo test -p countenance-portal --test it proof_vectors`.

mod certificate;
mod inspection;
mod site;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use countenance_base::to_hex;
use countenance_gate_core::journal::{Record, RecordKind};
use countenance_gate_core::wire::Promise;
use countenance_tlog::Checkpoint;
use serde_json::{Value, json};

use certificate::certificate;
use site::{A, B, Entry, Site, at};

fn base64(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(bytes)
}

#[test]
fn the_verify_page_s_vectors_are_those_of_the_libraries() {
    for (name, made) in [
        ("proof-vectors.json", vectors()),
        ("inspection-vectors.json", inspection::vectors()),
    ] {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("static/test").join(name);
        if std::env::var_os("COUNTENANCE_VECTORS").is_some() {
            std::fs::write(&path, serde_json::to_string_pretty(&made).unwrap() + "\n").unwrap();
        }
        let held: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        assert!(held == made, "{name} is stale; see the head of this file");
    }
}

fn vectors() -> Value {
    let mut site = story();
    let certificate = certificate(&mut site);
    let ledger: Vec<Value> = site.entries.iter().map(listed).collect();
    json!({
        "policy": site::policy(),
        "proof": { "opened": site.proof(1, true), "closed": site.proof(1, false), "open_record": site.proof(6, true) },
        "promise": promise(&site),
        "certificate": certificate,
        "fork": { "same_size": fork_of_one_size(&site), "between": fork_in_between(&site) },
        "ledger": ledger,
        "checkpoint": site.checkpoint().to_string(),
        "people": [person("a", A), person("b", B)],
        "tag_list": { "number": 0, "first": 0, "past": 6, "sequence": site.entries[6].leaf.sequence, "rows": base64(&site.tag_rows(0, 6)) },
    })
}

/// Two people at two gates, an operator's look, and what the server says openly.
fn story() -> Site {
    let mut site = Site::new();
    let day = "2026-11-23T03:30:00Z";
    site.gate(3, None, &record(RecordKind::Boot, day, None, "boot"));
    site.gate(3, Some(A), &record(RecordKind::Searched, day, Some(A), "searched"));
    site.gate(3, Some(A), &record(RecordKind::Opened, day, Some(A), "passage.recognised"));
    site.gate(3, Some(B), &record(RecordKind::Searched, day, Some(B), "searched"));
    let look = Record {
        actor: Some(countenance_base::OperatorId::from_bytes([0x0f; 16])),
        ..record(RecordKind::Looked, "2026-11-23T05:00:00Z", Some(A), "looked")
    };
    site.server(Some(A), &look);
    site.server(None, &record(RecordKind::DestructionPlanned, "2026-11-23T06:00:00Z", None, "plan"));
    let words = site.tag_words(0, 6);
    site.server(None, &record(RecordKind::TagList, "2026-11-24T00:00:01Z", None, &words));
    site.gate(
        4,
        Some(A),
        &record(RecordKind::Searched, "2026-12-01T01:00:00Z", Some(A), "searched"),
    );
    site
}

fn record(kind: RecordKind, time: &str, person: Option<[u8; 16]>, reason: &str) -> Record {
    Record {
        kind,
        at: at(time),
        attempt: None,
        person: person.map(countenance_base::PersonId::from_bytes),
        purpose: person.map(|_| countenance_base::PurposeId::from_bytes([0xaa; 16])),
        consent: None,
        reason: reason.to_owned(),
        pack: (!kind.is_open()).then_some([5; 32]),
        actor: None,
    }
}

fn listed(entry: &Entry) -> Value {
    json!({
        "gate": entry.leaf.gate.0,
        "sequence": entry.leaf.sequence,
        "leaf": base64(&entry.leaf.to_bytes()),
        "record": base64(&entry.record),
    })
}

fn person(name: &str, id: [u8; 16]) -> Value {
    json!({ "name": name, "id": to_hex(&id), "secret": to_hex(&site::secret(id)), "made_in": site::MADE_IN })
}

fn promise(site: &Site) -> String {
    let leaf = &site.entries[2].leaf;
    let promise = Promise {
        gate: leaf.gate,
        sequence: leaf.sequence,
        leaf: leaf.entry_hash(),
        at: at("2026-11-23T03:30:00Z"),
        until: at("2026-11-24T03:30:00Z"),
    };
    Promise::to_text(&promise.sign(&site::device(3)))
}

fn fork_of_one_size(site: &Site) -> Value {
    let first = site.checkpoint();
    let other = Checkpoint {
        root: [7; 32],
        ..Checkpoint::parse(first.text()).unwrap()
    };
    let second = other.sign(&site::log());
    json!({ "form": "countenance/fork/v1", "first": first.to_string(), "second": second.to_string(), "between": null })
}

/// The second history leaves the first at its sixth entry, and is shown when it is longer.
fn fork_in_between(site: &Site) -> Value {
    let mut other = story();
    other.entries.truncate(5);
    while other.entries.len() < site.entries.len() + 3 {
        other.server(
            None,
            &record(RecordKind::NoncePromised, "2026-11-25T00:00:00Z", None, "another history"),
        );
    }
    let old = u64::try_from(site.entries.len()).unwrap();
    let proof: Vec<String> = other.consistency(old).iter().map(|hash| base64(hash)).collect();
    json!({
        "form": "countenance/fork/v1",
        "first": site.checkpoint().to_string(),
        "second": other.checkpoint().to_string(),
        "between": { "root": base64(&other.root(old)), "proof": proof },
    })
}
