//! What an inspector takes along, good and with one thing changed each: `static/test/inspection-vectors.json`. Beside every change stand
//! the verdicts of both readers, `countenance verify` (`command`) and the verify page (`page`).

use countenance_base::{OperatorId, to_hex};
use countenance_gate_core::journal::{Record, RecordKind};
use countenance_tlog::{KEY_LOG, Note, NoteSigner};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::site::{self, A, B, Site};
use super::{base64, record};

const NONCE: [u8; 32] = [0x4e; 32];
const WORD: &str = "六五二";
const CONSENTS: u128 = 41;
const DRAWN: usize = 8;
const SECTIONS: [&str; 9] = [
    "certificates",
    "changes",
    "consents",
    "filings",
    "holds",
    "ledger",
    "passages",
    "purposes",
    "registers",
];
/// Places in the ledger of [`story`].
const ENROLLED: usize = 1;
const PASSED: usize = 2;
const ASKED: usize = 3;
const GRANTED: usize = 4;
const PROMISED: usize = 5;
const ENROLLED_TOO: usize = 6;

/// Everything of a bundle before it is signed.
struct Parts {
    head: Vec<String>,
    sample: String,
    /// Each with its place, and whether its record is opened.
    leaves: Vec<(String, usize, bool)>,
    sections: Map<String, Value>,
    signer: NoteSigner,
}

pub(super) fn vectors() -> Value {
    let site = story(1, 2, "2026-11-23T06:10:00Z");
    let whole = Parts::of(&site).bundle(&site);
    json!({
        "policy": site::policy(),
        "whole": whole,
        "drawn": picks(WORD),
        "enrolled": 2,
        "nothing_drawn": overlay(&whole, &nothing_drawn(&site)),
        "changed": changes(&site, &whole),
    })
}

/// Two enrolments, and two operators who let an inspector in.
fn story(one: u8, other: u8, granted: &str) -> Site {
    let day = "2026-11-23T03:30:00Z";
    let mut site = Site::new();
    let gate = |kind, person, reason| record(kind, day, person, reason);
    site.gate(3, None, &gate(RecordKind::Boot, None, "boot"));
    site.gate(3, Some(A), &gate(RecordKind::Enrolled, Some(A), "enrolled"));
    site.gate(3, Some(A), &gate(RecordKind::Opened, Some(A), "passage.recognised"));
    let id = inspection();
    site.server(None, &by(one, "2026-11-23T06:00:00Z", &format!("inspection.asked {id}")));
    site.server(None, &by(other, granted, &format!("inspection.granted {id}")));
    let [nonce, list] = [hash(&NONCE), list()];
    let words = format!("inspection.promised {id} nonce {nonce} consents {CONSENTS} list {list}");
    site.server(None, &record(RecordKind::NoncePromised, "2026-11-23T06:20:00Z", None, &words));
    site.gate(4, Some(B), &gate(RecordKind::Enrolled, Some(B), "enrolled"));
    site
}

fn by(operator: u8, time: &str, reason: &str) -> Record {
    Record {
        actor: Some(OperatorId::from_bytes([operator; 16])),
        pack: None,
        ..record(RecordKind::Changed, time, None, reason)
    }
}

fn inspection() -> String {
    "1a".repeat(16)
}

fn hash(bytes: &[u8]) -> String {
    to_hex(&Sha256::digest(bytes))
}

fn list() -> String {
    hash(b"the list of all consents")
}

/// What nonce and word draw, written a third time.
fn picks(word: &str) -> Vec<u64> {
    let seed = Sha256::digest([NONCE.as_slice(), &Sha256::digest(word)].concat());
    let mut drawn = std::collections::BTreeSet::new();
    for number in 0_u64.. {
        let hash = Sha256::digest([seed.as_slice(), &number.to_be_bytes()].concat());
        let wide = u128::from_be_bytes(hash[..16].try_into().unwrap());
        drawn.insert(u64::try_from(wide % CONSENTS).unwrap());
        if drawn.len() == DRAWN {
            break;
        }
    }
    drawn.into_iter().collect()
}

fn sample(nonce: &str, word: &str, list: &str) -> String {
    format!(
        "{nonce} {} {CONSENTS} {list}",
        word.bytes().map(|byte| to_hex(&[byte])).collect::<String>()
    )
}

impl Parts {
    fn of(site: &Site) -> Self {
        let entries = site.entries.len();
        let root = base64(&site.root(u64::try_from(entries).unwrap()));
        let head = format!(
            "countenance/inspection/v1\nsite {}\nname 静安里 / Jing'an Lane\ninspection {}\nauthority 区网信办\ninspector 王某\nreason 2026 年第 114 号\n\
             from 2026-11-23T06:00:00Z\nuntil 2026-11-25T06:00:00Z\nwritten 2026-11-23T07:00:00Z\ncheckpoint {entries} {root}",
            "51".repeat(16),
            inspection(),
        );
        let drawn = picks(WORD);
        let leaves = [
            (format!("asked {ASKED}"), ASKED, true),
            (format!("granted {GRANTED}"), GRANTED, true),
            (format!("promised {PROMISED}"), PROMISED, true),
            (format!("consent {} {ENROLLED}", drawn[0]), ENROLLED, false),
            (format!("consent {} {ENROLLED_TOO}", drawn[1]), ENROLLED_TOO, false),
        ];
        let section = |name: &str| (name.to_owned(), format!("[{{\"table\":\"{name}\",\"rows\":[]}}]").into());
        Self {
            head: head.lines().map(str::to_owned).collect(),
            sample: sample(&to_hex(&NONCE), WORD, &list()),
            leaves: leaves.into(),
            sections: SECTIONS.map(section).into_iter().collect(),
            signer: site::operator(),
        }
    }

    fn text(&self) -> String {
        let section = |(name, words): (&String, &Value)| format!("section {name} {}", hash(words.as_str().unwrap().as_bytes()));
        let mut lines = self.head.clone();
        lines.push(format!("sample {}", self.sample));
        lines.extend(self.leaves.iter().map(|(words, ..)| format!("leaf {words}")));
        lines.extend(self.sections.iter().map(section));
        lines.extend(
            ["what the operator states is true", "nothing was left out before it was written"].map(|not| format!("not that {not}")),
        );
        lines.push("not that no device is there which the registers do not name\n".to_owned());
        lines.join("\n")
    }

    fn bundle(&self, site: &Site) -> Value {
        let text = self.text();
        let note = Note::new(text.clone(), vec![self.signer.sign_text(&text)]).to_string();
        let proofs: Vec<String> = self.leaves.iter().map(|(_, place, opened)| site.proof(*place, *opened)).collect();
        json!({ "form": "countenance/inspection/v1", "note": note, "sections": self.sections, "proofs": proofs })
    }
}

fn nothing_drawn(site: &Site) -> Value {
    let mut parts = Parts::of(site);
    parts.sample = "none".to_owned();
    parts.leaves.truncate(2);
    parts.bundle(site)
}

/// What of a file differs from the whole one.
fn overlay(whole: &Value, file: &Value) -> Value {
    let differs = |(name, value): &(&String, &Value)| whole.get(name) != Some(value);
    file.as_object()
        .unwrap()
        .iter()
        .filter(differs)
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect::<Map<_, _>>()
        .into()
}

fn changes(site: &Site, whole: &Value) -> Vec<Value> {
    let mut changes: Vec<Value> = Vec::new();
    let mut lie = |name: &str, file: &Value, command: &str, page: &str| {
        changes.push(json!({ "name": name, "change": overlay(whole, file), "command": command, "page": page }));
    };
    unsigned(whole, &mut lie);
    signed(site, &mut lie);
    for (name, one, other, granted) in [
        ("one operator alone", 1, 1, "2026-11-23T06:10:00Z"),
        ("granted before it was asked for", 1, 2, "2026-11-23T05:50:00Z"),
    ] {
        let site = story(one, other, granted);
        let command = if one == other { "TwoOperators" } else { "Order" };
        lie(name, &Parts::of(&site).bundle(&site), command, "inspection.two");
    }
    changes
}

/// Changes by somebody who has no key.
fn unsigned(whole: &Value, lie: &mut impl FnMut(&str, &Value, &str, &str)) {
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut file = whole.clone();
        change(&mut file);
        file
    };
    for section in SECTIONS {
        let file = changed(&|file| file["sections"][section] = format!("[{{\"table\":\"{section}\",\"rows\":[1]}}]").into());
        lie(&format!("section {section} changed"), &file, "Section", "inspection.section");
    }
    let swapped = changed(&|file| {
        file["sections"]["holds"] = whole["sections"]["ledger"].clone();
        file["sections"]["ledger"] = whole["sections"]["holds"].clone();
    });
    lie("two sections swapped", &swapped, "Section", "inspection.section");
    let fewer = changed(&|file| drop(file["sections"].as_object_mut().unwrap().remove("holds")));
    lie("a section left out", &fewer, "Section", "inspection.sections");
    let more = changed(&|file| file["sections"]["more"] = "[]".into());
    lie("a section more", &more, "Section", "inspection.sections");
    let note = |from: &str, to: &str| {
        let words = whole["note"].as_str().unwrap();
        assert!(words.contains(from));
        changed(&|file| file["note"] = words.replacen(from, to, 1).into())
    };
    lie("signed words changed", &note("114", "115"), "Signature", "inspection.signature");
    let signature = whole["note"].as_str().unwrap().trim_end().rsplit(' ').next().unwrap();
    let flipped: String = signature
        .chars()
        .enumerate()
        .map(|(at, sign)| if at == 40 { if sign == 'A' { 'B' } else { 'A' } } else { sign })
        .collect();
    lie("signature changed", &note(signature, &flipped), "Signature", "inspection.signature");
    lie(
        "something beside it",
        &changed(&|file| file["more"] = 1.into()),
        "Form",
        "inspection.form",
    );
    lie(
        "proofs in another order",
        &changed(&|file| file["proofs"].as_array_mut().unwrap().swap(0, 1)),
        "Order",
        "inspection.place",
    );
    lie(
        "a proof left out",
        &changed(&|file| drop(file["proofs"].as_array_mut().unwrap().pop())),
        "Leaf",
        "inspection.proofs",
    );
    // The entry of one enrolment, in the place of the other.
    let extra = |proof: &Value| proof.as_str().unwrap().lines().nth(1).unwrap().to_owned();
    let [one, other] = [3, 4].map(|at| extra(&whole["proofs"][at]));
    let receipt = whole["proofs"][3].as_str().unwrap().replacen(&one, &other, 1);
    lie(
        "the entry of a sampled consent changed",
        &changed(&|file| file["proofs"][3] = receipt.clone().into()),
        "Path",
        "proof.path",
    );
    lie(
        "a sampled consent proved by another's entry",
        &changed(&|file| file["proofs"][3] = whole["proofs"][4].clone()),
        "Order",
        "inspection.place",
    );
}

/// Changes by the operator, or by who signs in the operator's name.
fn signed(site: &Site, lie: &mut impl FnMut(&str, &Value, &str, &str)) {
    let signed = |change: &dyn Fn(&mut Parts)| {
        let mut parts = Parts::of(site);
        change(&mut parts);
        parts.bundle(site)
    };
    let other = || NoteSigner::new("countenance/site/operator", KEY_LOG, &[0x21; 32]).unwrap();
    lie(
        "another key of the same name",
        &signed(&|parts| parts.signer = other()),
        "Signature",
        "inspection.signature",
    );
    lie(
        "signed by the auditor",
        &signed(&|parts| parts.signer = site::auditor()),
        "Signature",
        "inspection.signature",
    );
    let consent = |words: String, place: usize| signed(&|parts| parts.leaves[3] = (words.clone(), place, false));
    let drawn = picks(WORD);
    let not_drawn = (0..41).find(|index| !drawn.contains(index)).unwrap();
    for (name, file) in [
        (
            "a consent shown by a passage",
            consent(format!("consent {} {PASSED}", drawn[0]), PASSED),
        ),
        (
            "a consent shown by the server's own entry",
            consent(format!("consent {} {GRANTED}", drawn[0]), GRANTED),
        ),
        (
            "a consent that was not drawn",
            consent(format!("consent {not_drawn} {ENROLLED}"), ENROLLED),
        ),
        (
            "a consent shown twice",
            consent(format!("consent {} {ENROLLED}", drawn[1]), ENROLLED),
        ),
        (
            "another word",
            signed(&|parts| parts.sample = sample(&to_hex(&NONCE), &other_word(), &list())),
        ),
    ] {
        lie(name, &file, "Leaf", "inspection.consents");
    }
    let list = |words: &[u8]| signed(&|parts| parts.sample = sample(&to_hex(&NONCE), WORD, &hash(words)));
    lie("another list", &list(b"another"), "Sample", "inspection.sample");
    lie(
        "a promise left out",
        &signed(&|parts| drop(parts.leaves.remove(2))),
        "Sample",
        "inspection.sample",
    );
    lie(
        "a promise and no sample",
        &signed(&|parts| {
            parts.sample = "none".to_owned();
            parts.leaves.truncate(3);
        }),
        "Sample",
        "inspection.sample",
    );
    lie(
        "a grant that is not opened",
        &signed(&|parts| parts.leaves[1].2 = false),
        "Leaf",
        "inspection.granted",
    );
    lie(
        "entries beyond its checkpoint",
        &signed(&|parts| {
            let root = base64(&site.root(4));
            parts.head[10] = format!("checkpoint 4 {root}");
        }),
        "Order",
        "inspection.place",
    );
}

/// A word that draws neither of the two consents.
fn other_word() -> String {
    let shown = picks(WORD);
    (0..100)
        .map(|number: u32| number.to_string())
        .find(|word| !picks(word).iter().any(|index| shown[..2].contains(index)))
        .unwrap()
}
