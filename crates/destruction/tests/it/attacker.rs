//! Whoever has every byte and every key of the server and its gates, and wants to know whom a leaf is about.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use countenance_base::{GateId, PersonId, SecretKey, SeededRng, Timestamp};
use countenance_gallery::StoreKey;
use countenance_gate::journal_file::{Journal, open_note};
use countenance_gate::store::SealedStore;
use countenance_gate_core::journal::{Frame, LeafClass, Ratchet, open_record};
use countenance_gate_core::wire::{Note, Receipt};
use countenance_grant::decode_canonical;
use countenance_keyring::Keyring;
use countenance_persons::{list_everybody, list_evidence, open_evidence};
use countenance_storage::{Db, tables};
use countenance_testdb::reading;

use crate::town::Framed;

/// Leaves of one person and day at one writer, at most.
const A_DAY: u32 = 24;

/// How a leaf was tied to somebody.
pub(crate) type How = &'static str;
/// Writer and sequence of a leaf, and whom it was tied to, how.
pub(crate) type Ties = BTreeMap<(GateId, u64), BTreeSet<(PersonId, How)>>;

/// Tables that name a person beside a leaf.
const LEAVES: [(How, &str); 3] = [
    ("receipts", "SELECT gate_id, sequence, person_id FROM receipts"),
    (
        "passages",
        "SELECT gate_id, sequence, person_id FROM passages WHERE person_id IS NOT NULL",
    ),
    (
        "destruction_copies",
        "SELECT c.ended_writer AS gate_id, c.ended AS sequence, d.person_id AS person_id
         FROM destruction_copies c JOIN destructions d ON d.id = c.destruction_id WHERE d.person_id IS NOT NULL",
    ),
];

/// Tables that name a person beside an instant, which may be that of a leaf.
const INSTANTS: [(How, &str); 26] = [
    ("persons", "SELECT id AS person_id, created_at AS t FROM persons"),
    ("accounts", "SELECT person_id, claimed_at AS t FROM accounts"),
    ("claim_codes", "SELECT person_id, made_at AS t FROM claim_codes"),
    (
        "claim_codes",
        "SELECT person_id, used_at AS t FROM claim_codes WHERE used_at IS NOT NULL",
    ),
    ("person_sessions", "SELECT person_id, begun_at AS t FROM person_sessions"),
    ("credentials", "SELECT person_id, began_at AS t FROM credentials"),
    (
        "credentials",
        "SELECT person_id, ended_at AS t FROM credentials WHERE ended_at IS NOT NULL",
    ),
    ("notices_shown", "SELECT person_id, shown_at AS t FROM notices_shown"),
    ("consents", "SELECT person_id, given_at AS t FROM consents"),
    (
        "consents",
        "SELECT person_id, signed_at AS t FROM consents WHERE signed_at IS NOT NULL",
    ),
    (
        "consents",
        "SELECT person_id, enrolled_at AS t FROM consents WHERE enrolled_at IS NOT NULL",
    ),
    (
        "consents",
        "SELECT person_id, ended_at AS t FROM consents WHERE ended_at IS NOT NULL",
    ),
    (
        "consent_gates",
        "SELECT person_id, g.redeemed_at AS t FROM consent_gates g JOIN consents c ON c.id = g.consent_id WHERE g.redeemed_at IS NOT NULL",
    ),
    (
        "consent_gates",
        "SELECT person_id, g.enrolled_at AS t FROM consent_gates g JOIN consents c ON c.id = g.consent_id WHERE g.enrolled_at IS NOT NULL",
    ),
    (
        "consent_gates",
        "SELECT person_id, g.erased_at AS t FROM consent_gates g JOIN consents c ON c.id = g.consent_id WHERE g.erased_at IS NOT NULL",
    ),
    ("enrolment_codes", "SELECT person_id, made_at AS t FROM enrolment_codes"),
    (
        "enrolment_codes",
        "SELECT person_id, used_at AS t FROM enrolment_codes WHERE used_at IS NOT NULL",
    ),
    ("receipts", "SELECT person_id, at AS t FROM receipts"),
    ("receipts", "SELECT person_id, received_at AS t FROM receipts"),
    ("passages", "SELECT person_id, at AS t FROM passages WHERE person_id IS NOT NULL"),
    ("holds", "SELECT person_id, begun_at AS t FROM holds WHERE person_id IS NOT NULL"),
    ("holds", "SELECT person_id, covers_from AS t FROM holds WHERE person_id IS NOT NULL"),
    ("stops", "SELECT person_id, begun_at AS t FROM stops WHERE person_id IS NOT NULL"),
    (
        "stops",
        "SELECT person_id, ended_at AS t FROM stops WHERE person_id IS NOT NULL AND ended_at IS NOT NULL",
    ),
    (
        "destructions",
        "SELECT person_id, ordered_at AS t FROM destructions WHERE person_id IS NOT NULL",
    ),
    (
        "grant_findings",
        "SELECT person_id, c.signed_at AS t FROM grant_findings f JOIN consents c ON c.id = f.consent_id WHERE c.signed_at IS NOT NULL",
    ),
];

/// Tables that name nobody in the clear. What is sealed in them is tried with every key.
const NOBODY: [&str; 38] = [
    "duties_done",
    "duties_told",
    "filings",
    "handler_sites",
    "incidents",
    "officers",
    "oversight",
    "stored_counts",
    "lane_waits",
    "suppliers",
    "assessment_texts",
    "assessments",
    "auditor_passes",
    "doors",
    "destruction_copies",
    "evidence",
    "frames",
    "gate_alarms",
    "gates",
    "households",
    "inspection_links",
    // Tells which consents an inspector drew as long as the inspection lasts, and ends with it.
    "inspection_samples",
    "inspection_sessions",
    "inspections",
    "ledger",
    "migrations",
    "notices",
    "operator_links",
    "operator_sessions",
    "operators",
    "promises",
    "purposes",
    "site",
    "tag_lists",
    "trace_events",
    "windows",
    "keys",
    "jobs",
];

pub(crate) struct Attacker {
    ratchets: Vec<(PersonId, How, Ratchet)>,
    /// Anything of 32 bytes that opens something.
    secrets: Vec<[u8; 32]>,
    leaves: Vec<((GateId, u64), PersonId, How)>,
    /// In stretches of ten minutes.
    instants: Vec<(u32, PersonId, How)>,
    journals: Vec<(GateId, Vec<Frame>)>,
}

impl Attacker {
    /// Reads database and keyring, and images of gates.
    pub(crate) async fn of(db: &Db, keyring: &Keyring, gates: &[&Path]) -> Self {
        let mut attacker = Self {
            ratchets: Vec::new(),
            secrets: Vec::new(),
            leaves: Vec::new(),
            instants: Vec::new(),
            journals: Vec::new(),
        };
        attacker.read_rows(db).await;
        attacker.read_keyring(db, keyring).await;
        for gate in gates {
            attacker.read_gate(gate);
        }
        attacker
            .secrets
            .extend(attacker.ratchets.iter().map(|(_, _, ratchet)| *ratchet.key().expose()));
        attacker.read_evidence(db).await;
        // Whatever opens anything is tried on notes, too.
        let spare: Vec<StoreKey> = attacker
            .secrets
            .iter()
            .map(|secret| StoreKey::of(&SecretKey::new(*secret)))
            .collect();
        for (gate, frames) in std::mem::take(&mut attacker.journals) {
            attacker.read_notes(gate, &frames, &spare.iter().collect::<Vec<_>>());
        }
        attacker
    }

    async fn read_rows(&mut self, db: &Db) {
        let mut tx = reading(db).await;
        let known: BTreeSet<&str> = NOBODY
            .into_iter()
            .chain(LEAVES.iter().chain(&INSTANTS).map(|(table, _)| *table))
            .collect();
        let unknown: Vec<String> = tables(&mut tx)
            .await
            .unwrap()
            .into_iter()
            .filter(|table| !known.contains(table.as_str()))
            .collect();
        assert!(unknown.is_empty(), "what do these tables tell: {unknown:?}");
        for (table, sql) in LEAVES {
            for row in tx.list(sql, &[]).await.unwrap() {
                let leaf = (row.get("gate_id").unwrap(), row.get("sequence").unwrap());
                self.leaves.push((leaf, row.get("person_id").unwrap(), table));
            }
        }
        for (table, sql) in INSTANTS {
            for row in tx.list(sql, &[]).await.unwrap() {
                let at: Timestamp = row.get("t").unwrap();
                self.instants.push((at.ten_minutes(), row.get("person_id").unwrap(), table));
            }
        }
    }

    async fn read_keyring(&mut self, db: &Db, keyring: &Keyring) {
        let mut tx = reading(db).await;
        let before = self.ratchets.len();
        for person in list_everybody(&mut tx).await.unwrap() {
            if let Some(held) = keyring.person(person).unwrap() {
                self.ratchets
                    .push((person, "the server's secret", Ratchet::new(held.month, held.key)));
            }
        }
        assert_eq!(
            self.ratchets.len() - before,
            keyring.count().unwrap(),
            "every key is somebody's who is registered"
        );
        // Events that wait for their leaf open with the keyring; the test leaves none waiting.
        let events = tx.list("SELECT sealed FROM trace_events", &[]).await.unwrap();
        assert!(events.is_empty(), "nothing waits");
        for row in tx.list("SELECT gate_id, sequence, record FROM frames", &[]).await.unwrap() {
            let (gate, sequence): (GateId, u64) = (row.get("gate_id").unwrap(), row.get("sequence").unwrap());
            let record: Vec<u8> = row.get("record").unwrap();
            let context = [b"countenance/record/v1".as_slice(), &gate.0.to_be_bytes(), &sequence.to_be_bytes()].concat();
            assert!(keyring.open_letter(&context, &record).is_none(), "the intake key is no record key");
        }
    }

    /// An image of a gate's disk, opened with the anchor that lies in it.
    fn read_gate(&mut self, folder: &Path) {
        let store = SealedStore::open(&folder.join("data"), &folder.join("anchor"), &mut SeededRng::new(1)).unwrap();
        let gate = store.claimed().gate;
        self.secrets.push(*store.page().device_seed());
        for (person, keys) in store.page().people() {
            let (month, key) = keys.ratchet();
            self.ratchets.push((person, "a gate's secret", Ratchet::new(month, key)));
            self.instants.push((keys.enrolled_at().ten_minutes(), person, "a gate's key page"));
        }
        let journal = Journal::open(&folder.join("journal"), 4 << 20, gate).unwrap();
        let frames = journal.frames_from(0, usize::MAX).unwrap();
        let newest = store.page().current_transit().map_or(0, |(id, _)| id);
        let keys: Vec<&StoreKey> = (0..=newest).filter_map(|id| store.page().transit(id)).collect();
        self.read_notes(gate, &frames, &keys);
        self.journals.push((gate, frames));
    }

    /// What stays of erased people, with every key: it would name consents, their people, and gates' receipts.
    async fn read_evidence(&mut self, db: &Db) {
        for (_, letter) in list_evidence(&mut reading(db).await).await.unwrap() {
            for secret in &self.secrets {
                assert!(open_evidence(secret, &letter).is_none(), "a letter for a court opens here");
            }
        }
    }

    fn read_notes(&mut self, gate: GateId, frames: &[Frame], keys: &[&StoreKey]) {
        for frame in frames {
            let opened = keys.iter().find_map(|key| open_note(frame, gate, key));
            let note = opened.and_then(|bytes| decode_canonical::<Note>(&bytes));
            if let Some(person) = note.as_ref().and_then(whom) {
                self.leaves
                    .push(((gate, frame.leaf.sequence), person, "a note in a gate's journal"));
            }
        }
    }

    /// Tries everything on each of these leaves.
    pub(crate) fn tie(&self, frames: &[Framed]) -> Ties {
        let mut ties = Ties::new();
        for frame in frames {
            let leaf = (frame.leaf.gate, frame.leaf.sequence);
            let told = ties.entry(leaf).or_default();
            let by_ratchet = self.ratchets.iter().filter(|(_, _, ratchet)| ratchet.ties(&frame.leaf, A_DAY));
            told.extend(by_ratchet.map(|(person, how, _)| (*person, *how)));
            let by_row = self.leaves.iter().filter(|(other, _, _)| *other == leaf);
            told.extend(by_row.map(|(_, person, how)| (*person, *how)));
            let by_time = self.instants.iter().filter(|(at, _, _)| *at == frame.leaf.ten_minutes);
            told.extend(by_time.map(|(_, person, how)| (*person, *how)));
            for secret in &self.secrets {
                let opened = open_record(secret, leaf.0, leaf.1, &frame.leaf.commitment, &frame.record);
                told.extend(opened.and_then(|record| record.person).map(|person| (person, "an opened record")));
            }
        }
        ties
    }

    pub(crate) const fn secrets(&self) -> usize {
        self.secrets.len()
    }
}

/// Whom a note names.
fn whom(note: &Note) -> Option<PersonId> {
    match note {
        Note::Passage(passage) => passage.person,
        Note::Enrolled(receipt) | Note::Erased(receipt, _) => {
            let receipt: Receipt = decode_canonical(&receipt.payload)?;
            Some(receipt.person)
        }
        Note::Window(_) => None,
    }
}

/// By class of leaf, how those about one person were tied to them; empty for those that were not.
pub(crate) type Found = BTreeMap<LeafClass, BTreeSet<How>>;

/// What the ties say of one person. Every tie must be to whom the leaf is about.
pub(crate) fn found(ties: &Ties, frames: &[Framed], person: PersonId, truth: impl Fn(&Framed) -> Option<PersonId>) -> Found {
    let mut found = Found::new();
    for frame in frames.iter().filter(|frame| truth(frame) == Some(person)) {
        let told = &ties[&(frame.leaf.gate, frame.leaf.sequence)];
        assert!(told.iter().all(|(other, _)| *other == person), "tied to somebody else: {told:?}");
        found.entry(frame.leaf.class).or_default().extend(told.iter().map(|(_, how)| *how));
    }
    found
}
