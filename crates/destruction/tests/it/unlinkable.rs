//! Whom leaves are about, for who has all bytes and keys of the operator: everything within the month, next to nothing after it, nothing
//! after an erasure. Only the person's own secret goes on to tell.

use std::collections::BTreeSet;

use countenance_base::GateId;
use countenance_gate_core::journal::{LeafClass, open_record};

use crate::attacker::{Attacker, Found, How, Ties, found};
use crate::town::{Framed, Town};

/// What a person did that nobody may know after the retention.
const DAILY: [LeafClass; 5] = [
    LeafClass::Passage,
    LeafClass::Search,
    LeafClass::Copy,
    LeafClass::Look,
    LeafClass::Export,
];

async fn attacked(town: &mut Town, frames: &[Framed]) -> Ties {
    town.next().await;
    let mut images = Vec::new();
    for at in 0..town.gates.len() {
        let image = town.folder();
        town.gates[at].image(&image);
        images.push(image);
    }
    let images: Vec<&std::path::Path> = images.iter().map(std::path::PathBuf::as_path).collect();
    let attacker = Attacker::of(&town.estate.world.db, town.estate.writer.keyring(), &images).await;
    assert!(attacker.secrets() > 4);
    attacker.tie(frames)
}

fn of(ties: &Ties, frames: &[Framed], town: &Town, member: usize) -> Found {
    found(ties, frames, town.members[member].id, Town::truth)
}

fn set(hows: &[How]) -> BTreeSet<How> {
    hows.iter().copied().collect()
}

/// Every leaf about this member, with S alone: by its tag, and its record by the key that S gives.
fn finds_own(town: &Town, frames: &[Framed], member: usize) -> usize {
    let (person, held) = (town.members[member].id, &town.members[member]);
    let mut count = 0;
    for frame in frames {
        let mine = Town::truth(frame) == Some(person);
        assert_eq!(held.start(frame.leaf.gate).ties(&frame.leaf, 24), mine, "{:?}", frame.leaf);
        let (gate, sequence) = (frame.leaf.gate, frame.leaf.sequence);
        let opened = open_record(&held.record_seed, gate, sequence, &frame.leaf.commitment, &frame.record);
        assert_eq!(opened.and_then(|record| record.person), mine.then_some(person));
        count += usize::from(mine);
    }
    count
}

/// Three members: Ann will be erased, Ben stays, Cho withdrew within the month and stays without a face.
const ANN: usize = 0;
const BEN: usize = 1;
const CHO: usize = 2;

async fn a_month() -> Town {
    let mut town = Town::new(3).await;
    for (member, gate) in [(ANN, 0), (BEN, 0), (BEN, 1), (CHO, 0)] {
        town.enrol(member, gate).await;
    }
    for (member, gate) in [(ANN, 0), (BEN, 1), (CHO, 0), (BEN, 0), (ANN, 0)] {
        town.pass_door(member, gate).await;
    }
    for member in [ANN, BEN, CHO] {
        town.copy(member, 0).await;
        town.look(member).await;
        town.export(member, 0).await;
    }
    town.next().await;
    town
}

#[tokio::test]
async fn after_the_month_no_passage_search_copy_look_or_export_is_tied_to_anybody_without_their_own_secret() {
    let mut town = a_month().await;
    let (size, _) = town.publish().await;
    let frames = town.frames().await;
    // What everybody may read is what the server has, leaf by leaf.
    let public: Vec<Vec<u8>> = frames.iter().map(|frame| frame.leaf.to_bytes().to_vec()).collect();
    assert_eq!((town.ledger.entries(), size), (public, frames.len() as u64));

    // Positive first: within the month every leaf about anybody is tied, and to nobody else.
    let ties = attacked(&mut town, &frames).await;
    let mut seen = 0;
    for member in [ANN, BEN, CHO] {
        let found = of(&ties, &frames, &town, member);
        for class in DAILY {
            assert!(found.contains_key(&class), "{class:?} is in the ledger");
        }
        seen += finds_own(&town, &frames, member);
    }
    for frame in frames.iter().filter(|frame| Town::truth(frame).is_some()) {
        let told = &ties[&(frame.leaf.gate, frame.leaf.sequence)];
        assert!(!told.is_empty(), "{:?} is tied within its month", frame.leaf);
    }
    let ben = of(&ties, &frames, &town, BEN);
    assert_eq!(ben[&LeafClass::Search], set(&["a gate's secret", "passages"]));
    assert_eq!(ben[&LeafClass::Look], set(&["the server's secret"]));

    // A withdrawal ends the gate's secret at once; what was tied by it alone is not any more.
    town.withdraw(CHO).await;
    town.next().await;
    let frames = town.frames().await;
    let ties = attacked(&mut town, &frames).await;
    assert_eq!(of(&ties, &frames, &town, CHO)[&LeafClass::Copy], set(&[]));

    // The month is over, and so is the retention of its passages.
    town.outlive(40).await;
    let ties = attacked(&mut town, &frames).await;
    let mut left = 0;
    for member in [ANN, BEN, CHO] {
        let found = of(&ties, &frames, &town, member);
        for class in DAILY {
            assert_eq!(found[&class], set(&[]), "{class:?}");
        }
        left += frames.iter().filter(|frame| is_tied(&ties, frame, &town, member)).count();
        finds_own(&town, &frames, member);
    }
    // Who stays is named by what is kept as evidence of their consents, and by nothing else.
    assert_eq!(of(&ties, &frames, &town, BEN), stays(&[]));
    assert_eq!(of(&ties, &frames, &town, CHO), stays(&[LeafClass::Withdraw, LeafClass::Erase]));

    // And after an erasure nothing is, of this month or of any later one.
    town.erase(ANN).await;
    let all = town.frames().await;
    assert!(all.len() > frames.len());
    let ties = attacked(&mut town, &all).await;
    assert!(of(&ties, &all, &town, ANN).values().all(BTreeSet::is_empty));
    assert_eq!(of(&ties, &frames, &town, BEN), stays(&[]), "nobody else lost evidence");
    let own = finds_own(&town, &all, ANN);
    let last = all.iter().rfind(|frame| Town::truth(frame) == Some(town.members[ANN].id)).unwrap();
    assert_eq!(
        (last.leaf.gate, last.leaf.class),
        (GateId::SERVER, LeafClass::Erase),
        "the server's last word about her is there"
    );
    println!(
        "soak: {seen} leaves about three people tied within their month, {left} after it, all through what is kept of consents and accounts; \
         of {own} about one who was erased none, with her own secret all"
    );
}

fn is_tied(ties: &Ties, frame: &Framed, town: &Town, member: usize) -> bool {
    let person = town.members[member].id;
    Town::truth(frame) == Some(person) && !ties[&(frame.leaf.gate, frame.leaf.sequence)].is_empty()
}

/// Which leaves of a living person stay tied, through what: the evidence of consents, enrolments and their ends, and the account.
fn stays(also: &[LeafClass]) -> Found {
    let mut found: Found = DAILY.into_iter().map(|class| (class, set(&[]))).collect();
    found.insert(LeafClass::Change, set(&["accounts", "claim_codes", "persons"]));
    found.insert(LeafClass::Consent, set(&["consents", "notices_shown"]));
    let enrolled = match also {
        [] => set(&["a gate's key page", "consent_gates", "consents", "receipts"]),
        // Who withdrew is in no gate's page.
        _ => set(&["consent_gates", "consents", "receipts"]),
    };
    found.insert(LeafClass::Enrol, enrolled);
    for class in also {
        let how: &[How] = if *class == LeafClass::Withdraw {
            &["consents"]
        } else {
            &["consent_gates", "receipts"]
        };
        found.insert(*class, set(how));
    }
    found
}
