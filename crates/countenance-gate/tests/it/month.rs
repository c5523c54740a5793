//! A month's secrets end at a gate to which nobody comes.

use std::sync::atomic::AtomicU8;
use std::sync::{Arc, mpsc};

use countenance_base::{Clock, GateId, Month, SeededRng, Timestamp};
use countenance_gate::event::Event;
use countenance_gate::journal_file::Journal;
use countenance_gate::keeper::{Keeper, Parts};
use countenance_gate::relay::Relay;
use countenance_gate_core::device::{device_word, host_of};
use countenance_gate_core::journal::Ratchet;
use countenance_gate_core::machine::Do;

use crate::planted::{Gate, MONTH};

struct Stands(Timestamp);

impl Clock for Stands {
    fn now(&self) -> Timestamp {
        self.0
    }
}

struct NoRelay;

impl Relay for NoRelay {
    fn open(&mut self, _: u32, _: Timestamp) -> std::io::Result<()> {
        panic!("nobody is let in")
    }
}

/// The gate's program over one event, without models, camera and network.
fn run(gate: &Gate, now: Timestamp) -> serde_json::Value {
    let (orders, _line) = tokio::sync::mpsc::channel(8);
    let (screen, shown) = tokio::sync::watch::channel(String::new());
    let keeper = Keeper::new(Parts {
        store: gate.open(),
        journal: Journal::open(&gate.folder.join("journal"), 1 << 20, GateId(u64::from(gate.number))).unwrap(),
        models: Err("pack.none".to_owned()),
        end_other_templates: false,
        lens: None,
        relay: Box::new(NoRelay),
        clock: Arc::new(Stands(now)),
        rng: Box::new(SeededRng::new(3)),
        orders,
        screen,
        site_address: None,
        camera: Arc::new(AtomicU8::new(0)),
        program: countenance_gate::program::Program::default(),
    });
    let (tell, events) = mpsc::channel();
    tell.send(Event::Kiosk(Do::Cancel)).unwrap();
    tell.send(Event::Stop).unwrap();
    keeper.run(&events);
    serde_json::from_str(&shown.borrow()).unwrap()
}

#[test]
fn a_months_secrets_end_for_everybody_though_nobody_comes() {
    let folder = tempfile::tempdir().unwrap();
    let gate = Gate::plant(folder.path().to_owned(), 3, 5);
    for (month, held) in [
        (MONTH, MONTH),
        (Month(MONTH.0 + 2), Month(MONTH.0 + 2)),
        (MONTH, Month(MONTH.0 + 2)),
    ] {
        run(&gate, month.begin());
        let store = gate.open();
        for somebody in gate.everybody() {
            let (is, key) = store.page().person(somebody.id()).unwrap().ratchet();
            assert_eq!(is, held, "at a clock in {month}");
            let from = Ratchet::new(MONTH, somebody.secret(1));
            assert_eq!(key.expose(), from.turned_to(held).key().expose());
        }
    }
}

#[test]
fn an_idle_screen_shows_the_word_that_the_server_makes_of_the_same_key() {
    let folder = tempfile::tempdir().unwrap();
    let gate = Gate::plant(folder.path().to_owned(), 3, 1);
    let screen = run(&gate, MONTH.begin());
    let store = gate.open();
    let word = device_word(&store.device_key().public());
    assert_eq!(
        (&screen["key"], &screen["args"]["word"]["zh"]),
        (&"idle".into(), &word.as_str().into())
    );
    assert_eq!(screen["args"]["host"]["en"], host_of(&store.claimed().server));
    assert!(word.len() == 6 && !host_of(&store.claimed().server).is_empty());
}
