//! Two who ask one witness at once, one of them now and then with a fork.

use std::sync::Mutex;

use countenance_base::{Rng as _, SeededRng};
use countenance_ledger::{Witness, WitnessRefused, origin_name};
use countenance_tlog::{AddCheckpoint, Checkpoint, Frontier, Hash, KEY_LOG, Note, NoteSigner, consistency, leaf_hash};

use super::{ORIGIN, scratch};

/// Tries of both together; `COUNTENANCE_SOAK` asks for more.
const TRIES: u64 = 1_000;
const TRIES_SOAK: u64 = 100_000;
/// One try of so many shows another history.
const FORKS: u64 = 8;

/// A log in memory.
struct History {
    key: NoteSigner,
    nodes: std::collections::HashMap<(u32, u64), Hash>,
    roots: Vec<Hash>,
}

impl History {
    fn new(size: u64, seed: u64) -> Self {
        let mut frontier = Frontier::default();
        let (mut nodes, mut roots) = (std::collections::HashMap::new(), vec![frontier.root()]);
        for at in 0..size {
            frontier.push(leaf_hash(&(at + seed).to_be_bytes()), &mut |level, at, hash| {
                nodes.insert((level, at), hash);
            });
            roots.push(frontier.root());
        }
        let key = NoteSigner::new(ORIGIN, KEY_LOG, &[3; 32]).unwrap();
        Self { key, nodes, roots }
    }

    fn request(&self, old: u64, new: u64) -> String {
        let checkpoint = Checkpoint {
            origin: ORIGIN.to_owned(),
            size: new,
            root: self.roots[usize::try_from(new).unwrap()],
        };
        let proof = consistency(old, new, &mut |level, at| self.nodes.get(&(level, at)).copied());
        AddCheckpoint {
            old,
            proof: proof.unwrap_or_default(),
            note: checkpoint.sign(&self.key),
        }
        .to_text()
    }
}

/// What one of the two did: accepted steps in order, and how often it was refused.
#[derive(Default)]
struct Seen {
    steps: Vec<(u64, u64)>,
    stale: u64,
    forks: u64,
}

fn ask(tries: u64, start: u64, honest: &History, fork: &History, watcher: &Mutex<Witness>, steps: &Mutex<Vec<(u64, u64)>>) -> Seen {
    let mut random = SeededRng::new(start);
    let mut seen = Seen::default();
    let mut known = 0;
    for _ in 0..tries {
        let mut byte = [0];
        random.fill(&mut byte);
        let forks = known > 0 && u64::from(byte[0]) % FORKS == 0;
        let new = known + u64::from(byte[0] % 3);
        let body = if forks { fork } else { honest }.request(known, new);
        // What was accepted is noted down before the other one is let in, so that the list is in the witness's own order.
        let mut watcher = watcher.lock().unwrap();
        match watcher.add_checkpoint(&body, 1) {
            Ok(_) => {
                assert!(!forks, "a fork was cosigned at {new}");
                steps.lock().unwrap().push((known, new));
                seen.steps.push((known, new));
                known = new;
            }
            Err(WitnessRefused::Stale(held)) => {
                seen.stale += 1;
                known = held;
            }
            Err(WitnessRefused::Proof) => {
                assert!(forks, "an honest step from {known} to {new} was refused");
                seen.forks += 1;
            }
            Err(other) => panic!("{other}"),
        }
        drop(watcher);
        // A line that is let go here lets the other one in.
        std::thread::yield_now();
    }
    seen
}

#[test]
fn of_two_who_ask_at_once_each_step_begins_where_the_last_one_ended() {
    let tries = if std::env::var_os("COUNTENANCE_SOAK").is_some() {
        TRIES_SOAK
    } else {
        TRIES
    };
    let (honest, fork) = (History::new(tries * 2 + 2, 0), History::new(tries * 2 + 2, 1 << 40));
    let folder = scratch();
    let log = vec![honest.key.public().clone()];
    let watcher = Witness::open(folder.path(), "witness.example/1", log, &mut SeededRng::new(9)).unwrap();
    let (watcher, steps) = (Mutex::new(watcher), Mutex::new(Vec::new()));
    let [left, right] = std::thread::scope(|scope| {
        let asking = [1, 2].map(|seed| {
            scope.spawn({
                let (honest, fork, watcher, steps) = (&honest, &fork, &watcher, &steps);
                move || ask(tries / 2, seed, honest, fork, watcher, steps)
            })
        });
        asking.map(|thread| thread.join().unwrap())
    });
    let steps = steps.into_inner().unwrap();
    assert_eq!(steps.len(), left.steps.len() + right.steps.len());
    assert!(left.steps.len() > 10 && right.steps.len() > 10, "both of them got through");
    assert!(left.stale + right.stale > 10, "they were in each other's way");
    assert!(left.forks + right.forks > 10, "forks were shown");
    let mut held = 0;
    for (from, to) in &steps {
        assert_eq!(*from, held, "a step from {from} to {to}");
        held = *to;
    }
    let note = watcher.into_inner().unwrap().latest(&origin_name(ORIGIN)).unwrap().unwrap();
    let kept = Checkpoint::parse(Note::parse(&note).unwrap().text()).unwrap();
    assert_eq!((kept.size, kept.root), (held, honest.roots[usize::try_from(held).unwrap()]));
    println!(
        "soak: {tries} tries by two at once: {} steps cosigned, each from where the last one ended, {} stale, {} forks refused",
        steps.len(),
        left.stale + right.stale,
        left.forks + right.forks
    );
}
