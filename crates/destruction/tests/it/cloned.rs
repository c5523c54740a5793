//! One device on two machines: an image of a gate's disk was started beside the gate itself.

use countenance_access::list_alarms;
use countenance_gate_core::journal::RecordKind;
use countenance_testdb::reading;

use crate::gate::Device;
use crate::world::World;

/// What a clone tells the server.
#[derive(Debug, Clone, Copy)]
enum Tells {
    Frames,
    Head,
}
use Tells::{Frames, Head};

struct Clones {
    world: World,
    /// The gate, and the gate that was started from its image.
    pair: [Device; 2],
}

impl Clones {
    /// Both with the same past, which the server knows, and with a future of their own of so many frames.
    async fn new(lengths: [u64; 2]) -> Self {
        let mut world = World::new().await;
        let folder = world.place.folder().to_owned();
        let mut gate = Device::claim(&mut world, folder.join("gate")).await;
        gate.own(RecordKind::Boot, world.now, None);
        assert!(!gate.upload(&world).await);
        gate.image(&folder.join("image"));
        let mut clone = Device::open(&world, &folder.join("image"));
        // The image knows what was acknowledged as the gate did: it asks the server.
        clone.journal.acknowledge(1).unwrap();
        let mut clones = Self {
            world,
            pair: [gate, clone],
        };
        for (at, length) in lengths.into_iter().enumerate() {
            for _ in 0..length {
                clones.world.pass(1);
                let now = clones.world.now;
                clones.pair[at].own(RecordKind::PolicyTaken, now, None);
            }
        }
        clones
    }

    async fn tell(&mut self, who: usize, what: Tells) -> bool {
        match what {
            Frames => self.pair[who].upload(&self.world).await,
            Head => self.pair[who].poll(&self.world).await,
        }
    }

    async fn is_known(&self) -> bool {
        let forked = self.pair[0].row(&self.world).await.forked_at.is_some();
        let alarms = list_alarms(&mut *reading(&self.world.db).await).await.unwrap();
        assert_eq!(forked, alarms.iter().any(|alarm| alarm.code == "journal.forked"), "with an alarm");
        forked
    }
}

#[tokio::test]
async fn a_cloned_gate_is_seen_whichever_of_the_two_tells_first() {
    for lengths in [[1, 1], [2, 1], [1, 2], [3, 3]] {
        for first in [0, 1] {
            for (one, other) in [(Frames, Frames), (Frames, Head), (Head, Frames), (Head, Head)] {
                let case = format!("{lengths:?}, {first} first with {one:?}, then {other:?}");
                let mut clones = Clones::new(lengths).await;
                assert!(!clones.tell(first, one).await, "{case}: one history is none too many");
                let mut seen = clones.tell(1 - first, other).await;
                if matches!((one, other), (Frames, Frames)) {
                    assert!(seen, "{case}: two histories lie side by side");
                }
                // A longer head may be of either history, until the frames behind it come, as they do after every poll.
                for who in [first, 1 - first] {
                    seen |= clones.tell(who, Frames).await;
                }
                assert!(seen && clones.is_known().await, "{case}");
                for who in [0, 1] {
                    assert!(clones.tell(who, Frames).await && clones.tell(who, Head).await, "{case}: for good");
                }
            }
        }
    }
}

#[tokio::test]
async fn two_that_do_not_diverge_are_one() {
    let mut clones = Clones::new([0, 0]).await;
    for who in [0, 1, 1, 0] {
        assert!(!clones.tell(who, Frames).await && !clones.tell(who, Head).await);
    }
    assert!(!clones.is_known().await);
    // One goes on, and the other is only behind; from its next frame on there are two.
    let now = clones.world.now;
    clones.pair[1].own(RecordKind::PolicyTaken, now, None);
    assert!(!clones.tell(1, Frames).await && !clones.tell(0, Head).await && !clones.is_known().await);
    clones.world.pass(1);
    let now = clones.world.now;
    clones.pair[0].own(RecordKind::PolicyTaken, now, None);
    assert!(clones.tell(0, Head).await && clones.is_known().await);
}
