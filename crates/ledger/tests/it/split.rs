//! An operator with the log's key, two histories, and two groups of people to whom they are shown.

use std::path::Path;

use countenance_base::SeededRng;
use countenance_ledger::{LedgerError, Log, Signer, Witness, WitnessRefused};
use countenance_tlog::{AddCheckpoint, Checkpoint, KEY_COSIGNER, Note, NoteKey, NoteSignature, NoteSigner, Policy, PolicyError, cosign};

use super::{ORIGIN, copy, entries, scratch, signer};

const COMMON: u64 = 10;

/// A log with the signer that goes with it. Copies of the signer's folder sign for the operator what the one signer never would.
struct History {
    log: Log,
    signer: Signer,
}

impl History {
    fn open(folder: &Path) -> Self {
        Self {
            log: Log::open(&folder.join("log")).unwrap(),
            signer: signer(&folder.join("signer")).unwrap(),
        }
    }

    fn grow(&mut self, seed: u64, count: u64) -> Note {
        self.log.append(&entries(seed, count)).unwrap();
        self.signer.sign(&mut self.log).unwrap()
    }

    fn request(&self, old: u64, note: &Note) -> String {
        let new = Checkpoint::parse(note.text()).unwrap().size;
        AddCheckpoint {
            old,
            proof: self.log.prove_consistency(old, new).unwrap().unwrap(),
            note: note.clone(),
        }
        .to_text()
    }
}

/// Two histories with one beginning, each signed by the same key: the folder was copied, signer and all.
fn two_histories(folder: &Path) -> ([History; 2], Note) {
    let (left, right) = (folder.join("left"), folder.join("right"));
    let common = History::open(&left).grow(0, COMMON);
    copy(&left, &right);
    ([left, right].map(|folder| History::open(&folder)), common)
}

/// An honest witness is the real one; the other signs whatever it is shown.
enum Cosigner {
    Honest(Box<Witness>),
    Anything(Box<NoteSigner>),
}

impl Cosigner {
    fn honest(folder: &Path, number: u8, log: &NoteKey) -> Self {
        let witness = Witness::open(
            &folder.join(format!("witness-{number}")),
            &format!("witness.example/{number}"),
            vec![log.clone()],
            &mut SeededRng::new(u64::from(number)),
        );
        Self::Honest(Box::new(witness.unwrap()))
    }

    fn anything(number: u8) -> Self {
        let key = NoteSigner::new(&format!("witness.example/{number}"), KEY_COSIGNER, &[number; 32]);
        Self::Anything(Box::new(key.unwrap()))
    }

    fn key(&self) -> &NoteKey {
        match self {
            Self::Honest(witness) => witness.key(),
            Self::Anything(key) => key.public(),
        }
    }

    /// Shown a checkpoint with a proof from the beginning that both histories have.
    fn asked(&mut self, history: &History, note: &Note) -> Result<NoteSignature, u16> {
        match self {
            Self::Honest(witness) => {
                let line = witness.add_checkpoint(&history.request(COMMON, note), 5);
                line.map(|line| NoteSignature::parse(line.trim_end()).unwrap())
                    .map_err(|refused| refused.status())
            }
            Self::Anything(key) => Ok(cosign(key, 5, note.text()).unwrap()),
        }
    }
}

fn policy(log: &NoteKey, cosigners: &[Cosigner], quorum: usize) -> Policy {
    let names: Vec<String> = (0..cosigners.len()).map(|number| format!("w{number}")).collect();
    let lines: Vec<String> = names
        .iter()
        .zip(cosigners)
        .map(|(name, cosigner)| format!("witness {name} {}\n", cosigner.key()))
        .collect();
    let text = format!("log {log}\n{}group all {quorum} {}\nquorum all\n", lines.concat(), names.join(" "));
    Policy::parse(&text).unwrap()
}

/// Shows the two histories to honest witnesses, to each the one that `order` says first, and then the other, too; the dishonest one,
/// if any, is shown both. Which of the two groups of people are then satisfied.
fn shown(honest: u8, dishonest: bool, quorum: usize, order: u8, counts: [u64; 2]) -> [bool; 2] {
    let folder = scratch();
    let (mut histories, common) = two_histories(folder.path());
    let key = histories[0].signer.key().clone();
    assert_eq!(histories[1].signer.key(), &key);
    let mut cosigners: Vec<Cosigner> = (0..honest).map(|number| Cosigner::honest(folder.path(), number, &key)).collect();
    if dishonest {
        cosigners.push(Cosigner::anything(honest));
    }
    for cosigner in &mut cosigners {
        if let Cosigner::Honest(witness) = cosigner {
            witness.add_checkpoint(&histories[0].request(0, &common), 1).unwrap();
        }
    }
    let [left, right] = &mut histories;
    let mut notes = [left.grow(1_000, counts[0]), right.grow(2_000, counts[1])];
    let policy = policy(&key, &cosigners, quorum);
    for (number, cosigner) in cosigners.iter_mut().enumerate() {
        let first = usize::from(order >> number & 1);
        let mut refused = 0;
        for at in [first, 1 - first] {
            match cosigner.asked(&histories[at], &notes[at]) {
                Ok(line) => notes[at].add(line),
                Err(status) => {
                    assert!([409, 422, 400].contains(&status), "{status}");
                    refused += 1;
                }
            }
        }
        let expected = usize::from(matches!(cosigner, Cosigner::Honest(_)));
        assert_eq!(refused, expected, "an honest witness cosigns one history, the other one both");
    }
    notes.map(|note| match policy.open(&note) {
        Ok(_) => true,
        Err(PolicyError::Quorum) => false,
        Err(other) => panic!("{other}"),
    })
}

#[test]
fn with_three_of_four_and_one_who_signs_anything_no_two_histories_are_believed() {
    let mut believed = [0; 3];
    for counts in [[5, 5], [5, 300], [300, 5]] {
        for order in 0..8 {
            let both = shown(3, true, 3, order, counts);
            assert!(both != [true, true], "order {order:03b}, {counts:?}");
            believed[usize::from(both[0]) + usize::from(both[1])] += 1;
        }
    }
    // All the same one history is believed whenever two of the honest three saw the same first, which is always.
    assert_eq!(believed, [0, 24, 0]);
}

/// Why 3 of 4 and not 2 of 3: n witnesses of which f sign anything keep two histories apart only with k > (n + f) / 2.
#[test]
fn with_two_of_three_and_one_who_signs_anything_both_histories_can_be_believed() {
    let both: Vec<[bool; 2]> = (0..4).map(|order| shown(2, true, 2, order, [5, 5])).collect();
    assert!(both.contains(&[true, true]), "{both:?}");
    let honest: Vec<[bool; 2]> = (0..8).map(|order| shown(3, false, 2, order, [5, 5])).collect();
    assert!(!honest.contains(&[true, true]), "with three honest ones they cannot: {honest:?}");
}

#[test]
fn a_log_brought_back_is_not_signed_and_one_brought_back_with_its_signer_is_not_cosigned() {
    let folder = scratch();
    let (now, old) = (folder.path().join("now"), folder.path().join("old"));
    let mut history = History::open(&now);
    let key = history.signer.key().clone();
    let mut witnesses: Vec<Cosigner> = (0..4).map(|number| Cosigner::honest(folder.path(), number, &key)).collect();
    let common = history.grow(0, COMMON);
    for witness in &mut witnesses {
        let Cosigner::Honest(witness) = witness else { continue };
        witness.add_checkpoint(&history.request(0, &common), 1).unwrap();
    }
    drop(history);
    copy(&now, &old);
    let mut history = History::open(&now);
    let note = history.grow(COMMON, 300);
    for witness in &mut witnesses {
        assert!(witness.asked(&history, &note).is_ok());
    }
    drop(history);

    // The log's folder from before, the signer's from now.
    let mixed = folder.path().join("mixed");
    copy(&old.join("log"), &mixed.join("log"));
    copy(&now.join("signer"), &mixed.join("signer"));
    let mut back = History::open(&mixed);
    for step in [0, 300, 300] {
        back.log.append(&entries(5_000, step)).unwrap();
        let refused = back.signer.sign(&mut back.log);
        assert!(matches!(refused, Err(LedgerError::Fork(_))), "{refused:?}");
    }
    drop(back);

    // Both from before: the signer cannot know, and signs. Nobody cosigns, and nobody believes it.
    let policy = policy(&key, &witnesses, 3);
    let mut back = History::open(&old);
    for step in [0, 300, 300] {
        let mut note = back.grow(5_000, step);
        for witness in &mut witnesses {
            let Cosigner::Honest(witness) = witness else { continue };
            for from in [COMMON, COMMON + 300] {
                let size = Checkpoint::parse(note.text()).unwrap().size;
                let request = AddCheckpoint {
                    old: from,
                    proof: back.log.prove_consistency(from, size).unwrap().unwrap_or_default(),
                    note: note.clone(),
                };
                match witness.add_checkpoint(&request.to_text(), 9) {
                    Ok(line) => note.add(NoteSignature::parse(line.trim_end()).unwrap()),
                    Err(WitnessRefused::Request) => assert!(from > size),
                    Err(WitnessRefused::Stale(held)) => assert_eq!((from, held), (COMMON, COMMON + 300)),
                    Err(WitnessRefused::Proof) => assert_eq!(from, COMMON + 300),
                    Err(other) => panic!("{other}"),
                }
            }
        }
        assert_eq!(policy.open(&note), Err(PolicyError::Quorum), "no witness cosigned");
    }
    drop(back);

    // The log from now without the signer: a new one has a new key, which no policy names.
    let lost = folder.path().join("lost");
    copy(&now.join("log"), &lost.join("log"));
    let mut log = Log::open(&lost.join("log")).unwrap();
    let mut fresh = Signer::open(&lost.join("signer"), ORIGIN, &mut SeededRng::new(77)).unwrap();
    let note = fresh.sign(&mut log).unwrap();
    assert_eq!(policy.open(&note), Err(PolicyError::Log));
}
