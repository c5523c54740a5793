//! What was proved before an erasure is proved after it: nothing of the tree ends with a person.

use countenance_gate_core::journal::{Evidence, Leaf, RawLeaf, RecordKind, opened_record, read_opened};
use countenance_tlog::{Policy, Proof};

use crate::town::Town;

/// A proof in a file, with whether its record is open in it.
struct Kept {
    place: u64,
    text: String,
    opened: bool,
}

/// What the file shows under the policy: the leaf, and what it commits to where that is in it.
fn shown(text: &str, policy: &Policy) -> Option<(Leaf, Option<RecordKind>)> {
    let proof = Proof::parse(text).filter(|proof| proof.to_text() == text)?;
    let evidence = Evidence::from_bytes(proof.extra.as_ref()?)?;
    let leaf = evidence.leaf()?;
    proof.verify(&leaf.entry_hash(), policy).ok()?;
    let kind = match &evidence.opened {
        Some(opened) => Some(read_opened(opened, &leaf.commitment)?.kind),
        None => None,
    };
    Some((leaf, kind))
}

#[tokio::test]
async fn proofs_of_before_an_erasure_hold_after_it_byte_for_byte() {
    let mut town = Town::new(2).await;
    for member in [0, 1] {
        town.enrol(member, 0).await;
        town.pass_door(member, 0).await;
    }
    let (_, note) = town.publish().await;
    let frames = town.frames().await;
    let seed = town.members[0].record_seed;
    let kept: Vec<Kept> = frames
        .iter()
        .map(|frame| {
            let opened = opened_record(&seed, frame.leaf.gate, frame.leaf.sequence, &frame.record);
            let evidence = Evidence {
                leaf: RawLeaf(frame.leaf.to_bytes()),
                opened: opened.clone(),
            };
            Kept {
                place: frame.place,
                text: town.ledger.prove(frame.place, &note, &evidence),
                opened: opened.is_some(),
            }
        })
        .collect();
    let own = kept.iter().filter(|proof| proof.opened).count();
    assert!(own > 4 && kept.len() > own + 4, "{own} of {} are the person's", kept.len());
    let policy = town.ledger.policy.clone();
    for proof in &kept {
        let (leaf, kind) = shown(&proof.text, &policy).unwrap();
        assert_eq!(kind.map(RecordKind::class), proof.opened.then_some(leaf.class));
        // The check finds what is wrong.
        let wrong = proof
            .text
            .replace(&format!("\nindex {}\n", proof.place), &format!("\nindex {}\n", proof.place ^ 1));
        assert!(shown(&wrong, &policy).is_none());
    }

    town.erase(0).await;
    let (size, newer) = town.publish().await;
    assert!(size > kept.len() as u64, "the ledger went on");
    for proof in &kept {
        let (leaf, _) = shown(&proof.text, &policy).unwrap();
        let evidence = Evidence::from_bytes(&Proof::parse(&proof.text).unwrap().extra.unwrap()).unwrap();
        assert_eq!(
            town.ledger.prove(proof.place, &note, &evidence),
            proof.text,
            "the tree gives the same bytes again"
        );
        // And a new checkpoint holds the same entry.
        assert_eq!(shown(&town.ledger.prove(proof.place, &newer, &evidence), &policy).unwrap().0, leaf);
    }
}
