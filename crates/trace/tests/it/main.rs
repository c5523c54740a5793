//! What leaves a trace, what rolls back, and what a month's end takes away; on a real database.
#![expect(clippy::unwrap_used, reason = "a test")]

mod backup_keys;
mod lost_list;

use std::time::Duration;

use countenance_base::{GateId, Month, OperatorId, PersonId, SecretKey, SeededRng, Timestamp};
use countenance_gate_core::journal::{Leaf, LeafClass, Ratchet, RecordKind, open_record};
use countenance_grant::letter_key;
use countenance_storage::{Db, StoreError};
use countenance_testdb::{Place, intake, keyring};
use countenance_trace::{Event, Ink, Pen, PersonSecret, Reader, Trace, Writer, open_leaves, read_tags, sealed_records, tag_lists};

const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);
const ANN: PersonId = PersonId::from_bytes([1; 16]);
const BEN: PersonId = PersonId::from_bytes([2; 16]);
const EVIDENCE: [u8; 32] = [9; 32];

struct World {
    place: Place,
    db: Db,
    writer: Writer,
    now: Timestamp,
    rng: SeededRng,
}

impl World {
    async fn new() -> Self {
        let place = Place::empty().await;
        let db = place.open().await;
        let writer = Writer::new(keyring(&place.folder().join("keyring")));
        Self {
            place,
            db,
            writer,
            now: NOW,
            rng: SeededRng::new(1),
        }
    }

    async fn begin(&self, reader: Reader, intake: Option<[u8; 32]>) -> Trace {
        let pen = Pen {
            intake,
            now: self.now,
            rng: Box::new(SeededRng::new(u64::try_from(self.now.0).unwrap())),
        };
        Trace::begin(self.db.write().await.unwrap(), reader, pen)
    }

    fn ink(&self) -> Ink {
        Ink {
            evidence_key: letter_key(&EVIDENCE).unwrap(),
            policy: 1,
            demo: true,
            now: self.now,
        }
    }

    /// Makes leaves of what waits; how many there were.
    async fn write(&mut self) -> usize {
        let mut tx = self.begin(Reader::Machine, intake()).await;
        let events = self.writer.waiting(&mut tx, 99).await.unwrap();
        let count = events.len();
        self.writer.admit(&events, &mut self.rng).unwrap();
        let (ink, keys) = (self.ink(), vec![None; count]);
        self.writer.write(&mut tx, events, &keys, ink, &mut self.rng).await.unwrap();
        tx.commit().await.unwrap();
        count
    }

    /// The server's own leaves with what was sealed, in order.
    async fn leaves(&self) -> Vec<(Leaf, Vec<u8>)> {
        let mut tx = self.db.read().await.unwrap();
        let rows = tx.list("SELECT leaf, record FROM frames ORDER BY sequence", &[]).await.unwrap();
        rows.iter()
            .map(|row| {
                let leaf: Vec<u8> = row.get("leaf").unwrap();
                (Leaf::from_bytes(&leaf.try_into().unwrap()).unwrap(), row.get("record").unwrap())
            })
            .collect()
    }

    /// The event that brings a person's monthly secret.
    async fn bring(&mut self, person: PersonId, secret: &SecretKey) {
        let start = Ratchet::start(secret, GateId::SERVER, self.now.month());
        let mut tx = self.begin(Reader::Own(person), intake()).await;
        tx.leave(Event {
            secret: Some(PersonSecret {
                month: start.month(),
                key: start.key().clone(),
            }),
            ..Event::about(person, RecordKind::Consented, "consent.signed")
        });
        tx.commit().await.unwrap();
        self.write().await;
    }
}

#[tokio::test]
async fn a_look_by_an_operator_becomes_a_leaf_and_nobody_is_named_in_the_clear() {
    let mut world = World::new().await;
    let desk = OperatorId::from_bytes([7; 16]);
    for (reader, looks) in [
        (Reader::Desk(desk), 1),
        (Reader::Console, 1),
        (Reader::Own(ANN), 0),
        (Reader::Machine, 0),
    ] {
        let mut tx = world.begin(reader, intake()).await;
        tx.looked_at(ANN);
        tx.looked_at(ANN);
        tx.commit().await.unwrap();
        assert_eq!(world.write().await, looks, "{reader:?}");
        world.now = world.now.plus(Duration::from_secs(1));
    }
    let leaves = world.leaves().await;
    let read = |(leaf, sealed): &(Leaf, Vec<u8>)| open_record(&EVIDENCE, GateId::SERVER, leaf.sequence, &leaf.commitment, sealed).unwrap();
    let (first, second) = (read(&leaves[0]), read(&leaves[1]));
    assert_eq!((first.kind, first.person, first.actor), (RecordKind::Looked, Some(ANN), Some(desk)));
    assert_eq!((second.person, second.actor), (Some(ANN), None));
    let bytes = world.place.bytes().await;
    assert!(!bytes.windows(16).any(|window| window == ANN.as_bytes()));
    assert!(
        bytes.windows(128).any(|window| window == leaves[0].0.to_bytes()),
        "the same search finds a leaf"
    );
}

#[tokio::test]
async fn what_is_not_committed_leaves_neither_change_nor_event() {
    let mut world = World::new().await;
    for keep in [false, true] {
        let mut tx = world.begin(Reader::Console, intake()).await;
        tx.looked_at(BEN);
        tx.leave(Event::site(RecordKind::Changed, "policy"));
        tx.execute(
            "INSERT INTO tag_lists (number, first, past, sha256, sequence, made_at) VALUES (7, 0, 0, $1, 0, 0)",
            &[[0u8; 32].into()],
        )
        .await
        .unwrap();
        if keep {
            tx.commit().await.unwrap();
        } else {
            drop(tx);
        }
        let mut tx = world.begin(Reader::Machine, intake()).await;
        assert_eq!(tag_lists(&mut tx).await.unwrap().len(), usize::from(keep));
        drop(tx);
        assert_eq!(world.write().await, if keep { 2 } else { 0 });
    }
}

#[tokio::test]
async fn without_a_keyring_nothing_that_must_be_written_down_is_done() {
    let world = World::new().await;
    let mut tx = world.begin(Reader::Console, None).await;
    tx.looked_at(ANN);
    assert!(matches!(tx.commit().await.unwrap_err(), StoreError::Untraced));
    // What leaves no trace needs none.
    world.begin(Reader::Machine, None).await.commit().await.unwrap();
}

#[tokio::test]
async fn a_person_finds_their_own_leaves_and_after_the_month_only_the_person_does() {
    let mut world = World::new().await;
    let secret = SecretKey::new([5; 32]);
    world.bring(ANN, &secret).await;
    world.bring(BEN, &SecretKey::new([6; 32])).await;
    for _ in 0..3 {
        let mut tx = world.begin(Reader::Machine, intake()).await;
        tx.leave(Event::about(ANN, RecordKind::Exported, "receipt"));
        tx.leave(Event::about(BEN, RecordKind::Exported, "receipt"));
        tx.commit().await.unwrap();
        world.write().await;
        world.now = world.now.plus(Duration::from_secs(1));
    }
    let leaves = world.leaves().await;
    for (at, (leaf, _)) in leaves.iter().enumerate() {
        assert_eq!(leaf.sequence, at as u64);
        assert_eq!(leaf.previous, at.checked_sub(1).map_or([0; 32], |before| leaves[before].0.hash()));
    }
    let own = Ratchet::start(&secret, GateId::SERVER, NOW.month());
    let tied = |ratchet: &Ratchet| leaves.iter().filter(|(leaf, _)| ratchet.ties(leaf, 99)).count();
    let held = |world: &World, person| {
        let held = world.writer.keyring().person(person).unwrap().unwrap();
        Ratchet::new(held.month, held.key)
    };
    assert_eq!((tied(&own), tied(&held(&world, ANN)), tied(&held(&world, BEN))), (4, 4, 4));
    let next = Month(NOW.month().0 + 1);
    assert_eq!(world.writer.turn(next, &mut world.rng).unwrap(), 2);
    assert_eq!(world.writer.turn(next, &mut world.rng).unwrap(), 0, "turned already");
    assert_eq!(
        (tied(&held(&world, ANN)), tied(&held(&world, BEN))),
        (0, 0),
        "the server cannot any more"
    );
    assert_eq!(tied(&own), 4, "the person can");
}

#[tokio::test]
async fn a_list_of_tags_covers_each_place_once_and_is_committed_to_openly() {
    let mut world = World::new().await;
    world.bring(ANN, &SecretKey::new([5; 32])).await;
    let mut tx = world.begin(Reader::Machine, intake()).await;
    tx.execute("UPDATE frames SET place = sequence", &[]).await.unwrap();
    let ink = world.ink();
    let list = world.writer.list_tags(&mut tx, 1, ink, &mut world.rng).await.unwrap().unwrap();
    assert!(
        world.writer.list_tags(&mut tx, 1, ink, &mut world.rng).await.unwrap().is_none(),
        "nothing new"
    );
    tx.commit().await.unwrap();
    let mut tx = world.db.read().await.unwrap();
    let rows = read_tags(&mut tx, list.first, list.past).await.unwrap();
    let tag = world.leaves().await[0].0.tag;
    assert_eq!(rows, [&tag[..8], &0u64.to_be_bytes()].concat());
    let open = open_leaves(&mut tx, LeafClass::Tags).await.unwrap();
    assert_eq!(
        (open[0].record.reason.as_str(), open[0].sequence),
        (list.words().as_str(), list.sequence)
    );
    assert_eq!(sealed_records(&mut tx, 0, 9).await.unwrap().len(), 1);
}
