use countenance_tlog::{AddCheckpoint, Checkpoint, Frontier, Hash, Policy, Proof, ProofError, inclusion, leaf_hash};
use proptest::prelude::*;

use crate::policies::{policy_text, seen_by};

fn leaves(count: u64) -> Vec<Hash> {
    (0..count).map(|at| leaf_hash(&at.to_be_bytes())).collect()
}

fn proof(index: u64, size: u64) -> Proof {
    let leaves = leaves(size);
    let mut nodes = std::collections::BTreeMap::new();
    let mut frontier = Frontier::default();
    for leaf in leaves {
        frontier.push(leaf, &mut |level, at, hash| {
            nodes.insert((level, at), hash);
        });
    }
    let checkpoint = Checkpoint {
        origin: "countenance.example/site".to_owned(),
        size,
        root: frontier.root(),
    };
    Proof {
        extra: Some(b"record and opening".to_vec()),
        index,
        path: inclusion(index, size, &mut |level, at| nodes.get(&(level, at)).copied()).unwrap(),
        checkpoint: seen_by(&checkpoint, &[1, 2, 3]),
    }
}

fn holds(file: &str, index: u64) -> bool {
    let policy = Policy::parse(&policy_text(3)).unwrap();
    Proof::parse(file).is_some_and(|proof| proof.verify(&leaf_hash(&index.to_be_bytes()), &policy).is_ok())
}

#[test]
fn a_proof_is_read_as_it_was_written_and_holds() {
    for (index, size) in [(0, 1), (4, 9), (8, 9), (73, 300)] {
        let file = proof(index, size).to_text();
        assert_eq!(Proof::parse(&file), Some(proof(index, size)), "{index} of {size}");
        assert!(holds(&file, index), "{index} of {size}");
        assert!(!holds(&file, index + 1), "another entry, {index} of {size}");
    }
}

#[test]
fn without_enough_witnesses_a_proof_proves_nothing() {
    let mut proof = proof(4, 9);
    let checkpoint = Checkpoint::parse(proof.checkpoint.text()).unwrap();
    proof.checkpoint = seen_by(&checkpoint, &[1, 2]);
    let policy = Policy::parse(&policy_text(3)).unwrap();
    let refused = proof.verify(&leaf_hash(&4u64.to_be_bytes()), &policy);
    assert!(matches!(refused, Err(ProofError::Policy(_))), "{refused:?}");
}

/// Whether changing this byte may leave the proof's meaning alone: only inside `extra`, which no signature covers.
fn within_extra(file: &str, at: usize) -> bool {
    let begin = file.find("extra ").unwrap() + 6;
    let end = file.find("\nindex ").unwrap();
    (begin..end).contains(&at)
}

#[test]
fn a_proof_with_any_byte_changed_does_not_hold() {
    let file = proof(4, 9).to_text();
    assert!(holds(&file, 4));
    for at in 0..file.len() {
        for bit in 0..8 {
            let mut bytes = file.as_bytes().to_vec();
            bytes[at] ^= 1 << bit;
            let Ok(text) = String::from_utf8(bytes) else { continue };
            assert!(!holds(&text, 4) || within_extra(&file, at), "byte {at}, bit {bit}");
        }
    }
}

#[test]
fn a_request_to_a_witness_is_read_as_it_was_written() {
    let proof = proof(4, 9);
    for path in [vec![], proof.path.clone()] {
        let request = AddCheckpoint {
            old: 5,
            proof: path,
            note: proof.checkpoint.clone(),
        };
        assert_eq!(AddCheckpoint::parse(&request.to_text()), Some(request));
    }
    let request = AddCheckpoint {
        old: 5,
        proof: vec![[1; 32]; 64],
        note: proof.checkpoint,
    };
    assert_eq!(AddCheckpoint::parse(&request.to_text()), None, "64 lines of proof");
}

proptest! {
    #[test]
    fn anything_is_refused_without_a_panic(text in "\\PC{0,200}", bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(Proof::parse(&text).is_none());
        prop_assert!(AddCheckpoint::parse(&text).is_none());
        let text = String::from_utf8_lossy(&bytes).into_owned();
        prop_assert!(Proof::parse(&text).is_none());
        Policy::parse(&text).err();
        countenance_tlog::Entries::from_bytes(&bytes);
    }
}
