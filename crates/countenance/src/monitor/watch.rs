//! What a monitor knows and finds: the tree made again from its entries, every writer's chain, lists of tags, promises. Pure.

use std::collections::{BTreeMap, BTreeSet};

use countenance_base::{GateId, Timestamp};
use countenance_gate_core::journal::{LEAF_BYTES, Leaf, LeafClass, Record, RecordKind, commit_openly};
use countenance_gate_core::wire::{Head, Promise, Seal};
use countenance_tlog::{Checkpoint, Hash, MemoryTree, leaf_hash};
use countenance_trace::{TagList, tag_rows};
use sha2::{Digest, Sha256};

/// Something that should not be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Finding {
    /// Entries do not lead to the root that was signed.
    Root { size: u64 },
    /// A checkpoint by this ledger's key contradicts what is known.
    Fork { size: u64 },
    /// A published checkpoint is smaller than one seen before.
    Shrunk { from: u64, to: u64 },
    /// An entry is no leaf.
    NoLeaf { place: u64 },
    /// A writer's chain skips or repeats.
    Gap { writer: u64, expected: u64, found: u64 },
    /// A back-link does not lead to the writer's leaf before.
    BackLink { writer: u64, sequence: u64 },
    /// A gate's last signed word about its journal is too old, or there is none.
    SealOld { gate: u64 },
    /// What a gate signed is not what was merged.
    SealDiffers { gate: u64 },
    /// A gate's journal is longer than what was merged of it, and was for long.
    Behind { gate: u64, merged: u64, sealed: u64 },
    /// A list of tags is not what its stretch gives, or not what its leaf commits to.
    TagList { number: u64 },
    /// A receipt's entry is not there though its time is over.
    Promise { gate: u64, sequence: u64 },
    /// Rows came or went without a leaf.
    Rows { table: String, rows: u64, leaves: u64 },
}

impl Finding {
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::Root { .. } => "tree.root",
            Self::Fork { .. } => "tree.fork",
            Self::Shrunk { .. } => "tree.shrunk",
            Self::NoLeaf { .. } => "entry.none",
            Self::Gap { .. } => "chain.gap",
            Self::BackLink { .. } => "chain.back_link",
            Self::SealOld { .. } => "seal.old",
            Self::SealDiffers { .. } => "seal.differs",
            Self::Behind { .. } => "seal.behind",
            Self::TagList { .. } => "tags.list",
            Self::Promise { .. } => "promise.broken",
            Self::Rows { .. } => "rows.leaves",
        }
    }
}

/// A writer's chain so far.
#[derive(Debug, Clone, Copy)]
struct Chain {
    head: Head,
    /// After a gap the chain goes on from what was found.
    broken: bool,
}

/// Everything re-derived.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    tree: MemoryTree,
    chains: BTreeMap<GateId, Chain>,
    /// Hash of each writer's leaf at each sequence, for seals that are older than what was merged.
    heads: BTreeMap<(GateId, u64), [u8; 32]>,
    entries: BTreeSet<Hash>,
    leaves: Vec<[u8; LEAF_BYTES]>,
    counts: BTreeMap<LeafClass, u64>,
    /// Enrolments less endings, by gate.
    open: BTreeMap<GateId, i64>,
}

impl Watch {
    pub(crate) fn size(&self) -> u64 {
        self.tree.size()
    }

    pub(crate) fn root(&self, size: u64) -> Option<Hash> {
        self.tree.root(size)
    }

    pub(crate) fn consistency(&self, old: u64, new: u64) -> Option<Vec<Hash>> {
        self.tree.consistency(old, new)
    }

    pub(crate) fn count(&self, class: LeafClass) -> u64 {
        self.counts.get(&class).copied().unwrap_or(0)
    }

    /// Leaves of each writer.
    pub(crate) fn writers(&self) -> impl Iterator<Item = (GateId, u64)> {
        self.chains.iter().map(|(writer, chain)| (*writer, chain.head.size))
    }

    /// Templates that each gate holds by its own journal.
    pub(crate) fn open_copies(&self) -> impl Iterator<Item = (GateId, i64)> {
        self.open.iter().map(|(gate, open)| (*gate, *open))
    }

    /// Takes the next entry in.
    pub(crate) fn push(&mut self, entry: &[u8]) -> Vec<Finding> {
        let place = self.size();
        let hash = leaf_hash(entry);
        self.tree.push(hash);
        self.entries.insert(hash);
        let raw: Option<[u8; LEAF_BYTES]> = entry.try_into().ok();
        self.leaves.push(raw.unwrap_or([0; LEAF_BYTES]));
        match raw.and_then(|raw| Leaf::from_bytes(&raw)) {
            Some(leaf) => self.follow(&leaf),
            None => vec![Finding::NoLeaf { place }],
        }
    }

    fn follow(&mut self, leaf: &Leaf) -> Vec<Finding> {
        *self.counts.entry(leaf.class).or_default() += 1;
        if leaf.gate != GateId::SERVER {
            let open = self.open.entry(leaf.gate).or_default();
            *open += i64::from(leaf.class == LeafClass::Enrol);
            *open -= i64::from(leaf.class == LeafClass::Erase);
        }
        let start = Chain {
            head: Head { size: 0, hash: [0; 32] },
            broken: false,
        };
        let chain = self.chains.entry(leaf.gate).or_insert(start);
        let mut findings = Vec::new();
        if leaf.sequence != chain.head.size {
            findings.push(Finding::Gap {
                writer: leaf.gate.0,
                expected: chain.head.size,
                found: leaf.sequence,
            });
            chain.broken = true;
        } else if leaf.previous != chain.head.hash {
            findings.push(Finding::BackLink {
                writer: leaf.gate.0,
                sequence: leaf.sequence,
            });
            chain.broken = true;
        }
        chain.head = Head {
            size: leaf.sequence + 1,
            hash: leaf.hash(),
        };
        self.heads.insert((leaf.gate, leaf.sequence), leaf.hash());
        findings
    }

    /// Whether a checkpoint is the tree that was re-derived. Beyond what is known nothing is said.
    pub(crate) fn contradicts(&self, checkpoint: &Checkpoint) -> bool {
        self.root(checkpoint.size).is_some_and(|root| root != checkpoint.root)
    }

    /// A gate's signed head against what was merged of it. `old` is when a seal counts as too old.
    pub(crate) fn judge_seal(&self, seal: &Seal, old: Timestamp) -> Vec<Finding> {
        let gate = seal.gate;
        let merged = self.chains.get(&gate).map_or(0, |chain| chain.head.size);
        let mut findings = Vec::new();
        if seal.at < old {
            findings.push(Finding::SealOld { gate: gate.0 });
        }
        match seal.head.size.checked_sub(1) {
            Some(last) if seal.head.size <= merged && self.heads.get(&(gate, last)) != Some(&seal.head.hash) => {
                findings.push(Finding::SealDiffers { gate: gate.0 });
            }
            Some(_) if seal.head.size > merged && seal.at < old => findings.push(Finding::Behind {
                gate: gate.0,
                merged,
                sealed: seal.head.size,
            }),
            _ => {}
        }
        findings
    }

    /// A list against its stretch and against the server's leaf that commits to it.
    pub(crate) fn judge_list(&self, list: &TagList, rows: &[u8]) -> Option<Finding> {
        let stretch = self.leaves.iter().enumerate().map(|(place, leaf)| (place as u64, leaf.as_slice()));
        let own = tag_rows(stretch.filter(|(place, _)| (list.first..list.past).contains(place)));
        let hash: [u8; 32] = Sha256::digest(rows).into();
        let record = Record {
            kind: RecordKind::TagList,
            at: list.made_at,
            attempt: None,
            person: None,
            purpose: None,
            consent: None,
            reason: list.words(),
            pack: None,
            actor: None,
        };
        let committed = commit_openly(&record);
        let said = self.leaves.iter().filter_map(Leaf::from_bytes).any(|leaf| {
            leaf.gate == GateId::SERVER && leaf.sequence == list.sequence && leaf.class == LeafClass::Tags && leaf.commitment == committed
        });
        let holds = own == rows && hash == list.sha256 && said;
        (!holds).then_some(Finding::TagList { number: list.number })
    }

    /// A receipt whose time is over.
    pub(crate) fn judge_promise(&self, promise: &Promise, now: Timestamp) -> Option<Finding> {
        let broken = now > promise.until && !self.entries.contains(&promise.leaf);
        broken.then_some(Finding::Promise {
            gate: promise.gate.0,
            sequence: promise.sequence,
        })
    }

    /// Rows against leaves. Every frame has a leaf; of the rest there may be fewer rows than leaves, since rows end and leaves do not.
    pub(crate) fn judge_rows(&self, frames: &BTreeMap<u64, u64>, rows: &BTreeMap<String, u64>) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (writer, merged) in self.writers() {
            let held = frames.get(&writer.0).copied().unwrap_or(0);
            if held < merged {
                findings.push(rows_differ(format!("frames of {writer}"), held, merged));
            }
        }
        let limits = [
            ("consents", self.count(LeafClass::Consent)),
            ("receipts", self.count(LeafClass::Enrol) + self.count(LeafClass::Erase)),
        ];
        for (table, leaves) in limits {
            let held = rows.get(table).copied().unwrap_or(0);
            if held > leaves {
                findings.push(rows_differ(table.to_owned(), held, leaves));
            }
        }
        findings
    }
}

const fn rows_differ(table: String, rows: u64, leaves: u64) -> Finding {
    Finding::Rows { table, rows, leaves }
}

#[cfg(test)]
mod tests {
    use countenance_base::SeededRng;
    use countenance_base::rng::bytes;

    use super::*;

    fn chain(writer: u64, classes: &[LeafClass]) -> Vec<Leaf> {
        let mut rng = SeededRng::new(writer + 1);
        let mut leaves: Vec<Leaf> = Vec::new();
        for (sequence, class) in (0..).zip(classes) {
            leaves.push(Leaf {
                class: *class,
                flags: 0,
                gate: GateId(writer),
                sequence,
                ten_minutes: 100,
                policy: 1,
                previous: leaves.last().map_or([0; 32], Leaf::hash),
                commitment: bytes(&mut rng),
                tag: bytes(&mut rng),
            });
        }
        leaves
    }

    fn fed(leaves: &[Leaf]) -> (Watch, Vec<Finding>) {
        let mut watch = Watch::default();
        let findings = leaves.iter().flat_map(|leaf| watch.push(&leaf.to_bytes())).collect();
        (watch, findings)
    }

    const PASSAGES: [LeafClass; 5] = [LeafClass::Passage; 5];

    #[test]
    fn a_whole_chain_is_quiet_and_a_missing_or_changed_leaf_is_named() {
        let (watch, findings) = fed(&chain(3, &PASSAGES));
        assert!(findings.is_empty());
        assert_eq!(watch.writers().collect::<Vec<_>>(), [(GateId(3), 5)]);
        let mut missing = chain(3, &PASSAGES);
        missing.remove(2);
        assert_eq!(
            fed(&missing).1,
            [Finding::Gap {
                writer: 3,
                expected: 2,
                found: 3
            }]
        );
        let mut changed = chain(3, &PASSAGES);
        changed[1].tag = [9; 32];
        assert_eq!(fed(&changed).1, [Finding::BackLink { writer: 3, sequence: 2 }]);
        let mut watch = Watch::default();
        assert_eq!(watch.push(b"not a leaf"), [Finding::NoLeaf { place: 0 }]);
    }

    #[test]
    fn a_checkpoint_of_another_history_contradicts() {
        let (watch, _) = fed(&chain(3, &PASSAGES));
        let checkpoint = |size, root| Checkpoint {
            origin: "log".into(),
            size,
            root,
        };
        for size in 1..=5 {
            assert!(!watch.contradicts(&checkpoint(size, watch.root(size).unwrap())));
            assert!(watch.contradicts(&checkpoint(size, [7; 32])));
        }
        assert!(!watch.contradicts(&checkpoint(6, [7; 32])), "what is not known is not judged");
    }

    #[test]
    fn seals_bind_gates_to_what_was_merged() {
        let leaves = chain(3, &PASSAGES);
        let (watch, _) = fed(&leaves);
        let seal = |size: u64, hash, at| Seal {
            gate: GateId(3),
            head: Head { size, hash },
            at: Timestamp(at),
        };
        let old = Timestamp(10);
        assert!(watch.judge_seal(&seal(5, leaves[4].hash(), 20), old).is_empty());
        assert!(
            watch.judge_seal(&seal(3, leaves[2].hash(), 20), old).is_empty(),
            "a seal from before"
        );
        assert_eq!(watch.judge_seal(&seal(3, [7; 32], 20), old), [Finding::SealDiffers { gate: 3 }]);
        assert_eq!(watch.judge_seal(&seal(5, leaves[4].hash(), 5), old), [Finding::SealOld { gate: 3 }]);
        assert!(watch.judge_seal(&seal(9, [7; 32], 20), old).is_empty(), "on its way");
        assert_eq!(
            watch.judge_seal(&seal(9, [7; 32], 5), old),
            [
                Finding::SealOld { gate: 3 },
                Finding::Behind {
                    gate: 3,
                    merged: 5,
                    sealed: 9
                }
            ]
        );
    }

    #[test]
    fn a_list_is_what_its_stretch_gives_and_its_leaf_says() {
        let mut leaves = chain(3, &PASSAGES);
        let rows = tag_rows(
            leaves
                .iter()
                .enumerate()
                .map(|(place, leaf)| (place as u64, leaf.to_bytes()))
                .collect::<Vec<_>>()
                .iter()
                .map(|(place, leaf)| (*place, leaf.as_slice())),
        );
        let list = TagList {
            number: 0,
            first: 0,
            past: 5,
            sha256: Sha256::digest(&rows).into(),
            sequence: 0,
            made_at: Timestamp(7),
        };
        let mut own = chain(0, &[LeafClass::Tags]);
        own[0].commitment = commit_openly(&Record {
            kind: RecordKind::TagList,
            at: Timestamp(7),
            attempt: None,
            person: None,
            purpose: None,
            consent: None,
            reason: list.words(),
            pack: None,
            actor: None,
        });
        leaves.append(&mut own);
        let (watch, _) = fed(&leaves);
        assert_eq!(watch.judge_list(&list, &rows), None);
        let wrong = Some(Finding::TagList { number: 0 });
        assert_eq!(watch.judge_list(&list, &rows[16..]), wrong, "a row is left out");
        assert_eq!(watch.judge_list(&TagList { past: 4, ..list }, &rows), wrong);
        assert_eq!(watch.judge_list(&TagList { sha256: [1; 32], ..list }, &rows), wrong);
        assert_eq!(watch.judge_list(&TagList { sequence: 1, ..list }, &rows), wrong, "no leaf says so");
    }

    #[test]
    fn promises_and_rows_are_held_against_leaves() {
        let leaves = chain(3, &[LeafClass::Enrol, LeafClass::Erase, LeafClass::Enrol]);
        let (watch, _) = fed(&leaves);
        assert_eq!(watch.open_copies().collect::<Vec<_>>(), [(GateId(3), 1)]);
        let promise = |leaf| Promise {
            gate: GateId(3),
            sequence: 1,
            leaf,
            at: Timestamp(1),
            until: Timestamp(10),
        };
        assert_eq!(watch.judge_promise(&promise(leaves[1].entry_hash()), Timestamp(20)), None);
        assert_eq!(watch.judge_promise(&promise([7; 32]), Timestamp(9)), None, "there is time yet");
        assert!(watch.judge_promise(&promise([7; 32]), Timestamp(20)).is_some());
        let frames = |count| BTreeMap::from([(3, count)]);
        let rows = |receipts| BTreeMap::from([("receipts".to_owned(), receipts)]);
        assert!(watch.judge_rows(&frames(3), &rows(3)).is_empty());
        assert_eq!(watch.judge_rows(&frames(2), &rows(3)).len(), 1, "a frame was taken away");
        assert_eq!(watch.judge_rows(&frames(3), &rows(4)).len(), 1, "a receipt came without a leaf");
    }
}
