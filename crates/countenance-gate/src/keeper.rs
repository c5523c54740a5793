//! The keeper: one thread that owns everything a gate has (machine, store, journal, models, relay) and takes one event at a time.
//!
//! Nothing here decides: the machine does. The keeper carries out its effects in order, and an effect that must leave a trace
//! is not carried out before its frame is durable.

mod enrolment;
mod erasure;
mod frames;
mod measure;
mod policy;
mod trace;

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use countenance_base::{Clock, Month, Rng, Timestamp};
use countenance_gate_core::device::{DeviceName, device_word, host_of};
use countenance_gate_core::machine::{Effect, Input, Machine, View};
use countenance_gate_core::standing::Standing;
use countenance_gate_core::wire::{Poll, Seal};
use tokio::sync::{mpsc, watch};
use tracing::{error, warn};
use zeroize::Zeroizing;

use crate::event::{Event, Order};
use crate::journal_file::Journal;
use crate::kiosk::camera_code;
use crate::models::Models;
use crate::program::Program;
use crate::relay::Relay;
use crate::status::Status;
use crate::store::SealedStore;

pub use frames::Lens;
pub use policy::Current;

/// How often the machine hears the time; its deadlines are seconds.
const TICK: Duration = Duration::from_millis(250);
/// Seconds that a poll may wait at the server.
const POLL_WAIT_S: u8 = 20;

/// What a keeper is made of.
pub struct Parts {
    pub store: SealedStore,
    pub journal: Journal,
    /// `None` with a code when models or runtime failed their checks: the face lane is closed, the others go on.
    pub models: Result<Models, String>,
    /// Said at start by whoever swapped the pack: templates that another recogniser made end.
    pub end_other_templates: bool,
    pub lens: Option<Lens>,
    pub relay: Box<dyn Relay>,
    pub clock: Arc<dyn Clock>,
    pub rng: Box<dyn Rng>,
    pub orders: mpsc::Sender<Order>,
    pub screen: watch::Sender<String>,
    /// Address of the site that people open, where it is not the one that the gate calls.
    pub site_address: Option<String>,
    pub camera: Arc<AtomicU8>,
    pub program: Program,
}

impl std::fmt::Debug for Parts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Parts")
    }
}

/// The gate at work.
pub struct Keeper {
    parts: Parts,
    machine: Machine,
    standing: Standing,
    current: Option<Current>,
    /// Frames of the attempt that is under way; zeroed when it ends.
    kept: frames::Kept,
    /// A verified but unused enrol grant, between code and frames.
    pending: Option<enrolment::Pending>,
    acknowledged: u64,
    /// Sequence of the passage journalled last.
    last_passage: Option<u64>,
    /// The month to which everybody's secrets were turned; none before the first event.
    turned: Month,
}

impl std::fmt::Debug for Keeper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keeper").field("gate", &self.machine.gate()).finish_non_exhaustive()
    }
}

impl Keeper {
    /// Opens for work: the stored snapshot is taken again, and the boot leaves its frame.
    pub fn new(parts: Parts) -> Self {
        let claimed = parts.store.claimed();
        let standing = Standing {
            demo: claimed.demo,
            device: DeviceName {
                word: device_word(&parts.store.device_key().public()),
                host: host_of(parts.site_address.as_deref().unwrap_or(&claimed.server)).to_owned(),
            },
            camera_ready: parts.lens.is_some(),
            faults: parts.models.as_ref().err().cloned().into_iter().collect(),
            enrolled: parts.store.page().people().map(|(person, _)| person).collect(),
            ..Standing::default()
        };
        let machine = Machine::new(claimed.gate);
        let mut keeper = Self {
            machine,
            standing,
            current: None,
            kept: frames::Kept::default(),
            pending: None,
            acknowledged: 0,
            last_passage: None,
            turned: Month(0),
            parts,
        };
        keeper.acknowledged = keeper.parts.journal.acknowledged();
        if keeper.parts.journal.damaged().is_some() {
            keeper.fault("journal.corrupt");
        }
        keeper.take_stored_snapshot();
        keeper.trace_boot();
        keeper.part_with_other_recognisers();
        keeper.show();
        keeper
    }

    /// Works until told to stop.
    pub fn run(mut self, events: &Receiver<Event>) {
        loop {
            match events.recv_timeout(TICK) {
                Ok(Event::Stop) | Err(RecvTimeoutError::Disconnected) => return,
                Ok(event) => self.take(event),
                Err(RecvTimeoutError::Timeout) => {
                    self.pad(self.now());
                    self.feed(Input::Tick);
                }
            }
        }
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Kiosk(action) => self.feed(Input::Kiosk(action)),
            Event::Frame(jpeg) => self.look_at(&jpeg),
            Event::Contact {
                at,
                snapshot,
                acknowledged,
                forked,
            } => self.contact(at, snapshot.as_ref(), acknowledged, forked),
            Event::Uploaded { acknowledged, forked } => self.acknowledged(acknowledged, forked),
            Event::Redeemed(result) => {
                let result = result.and_then(|envelope| self.hold_grant(&envelope));
                self.feed(Input::Redeemed(result));
            }
            Event::AskPoll(reply) => {
                reply.send(self.poll()).ok();
            }
            Event::AskFrames(reply) => {
                reply.send(self.frames_to_upload()).ok();
            }
            Event::AskStatus(reply) => {
                reply.send(self.status()).ok();
            }
            Event::Stop => {}
        }
    }

    /// Gives the machine one input and carries out what follows, until nothing follows.
    fn feed(&mut self, input: Input) {
        self.turn_month(self.now());
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            self.refresh_standing();
            let now = self.now();
            let view = View {
                policy: self.current.as_ref().map(Current::policy),
                standing: &self.standing,
                now,
            };
            let effects = self.machine.handle(input, view, self.parts.rng.as_mut());
            // The camera's state first: a frame that is on its way must not outlive the attempt.
            self.parts.camera.store(camera_code(self.machine.camera()), Ordering::SeqCst);
            if effects.iter().any(is_slow) {
                self.show();
            }
            for effect in effects {
                inputs.extend(self.carry_out(effect, now));
            }
        }
        self.show();
    }

    fn carry_out(&mut self, effect: Effect, now: Timestamp) -> Option<Input> {
        match effect {
            Effect::CheckPin { unit, pin } => Some(Input::PinChecked(self.check_pin(&unit, &pin))),
            Effect::Measure { unit } => Some(Input::Measured(self.measure(&unit, now))),
            Effect::Redeem(ticket) => {
                let code = ticket.code.clone();
                self.pending = Some(enrolment::Pending::new(ticket, self.current.as_ref().map_or(0, Current::epoch)));
                match self.parts.orders.try_send(Order::Redeem(code)) {
                    Ok(()) => None,
                    Err(_) => Some(Input::Redeemed(Err("code.offline".into()))),
                }
            }
            Effect::Seal => Some(Input::Sealed(self.seal(now))),
            Effect::Erase { person } => Some(Input::Erased(self.erase(person, "withdrawn.gate", now))),
            Effect::Open { passage, open_ms } => match self.trace_passage(&passage) {
                Ok(()) => self.open_door(open_ms, now),
                // No trace, no opening: the machine shows the refusal instead of what it had announced.
                Err(code) => Some(Input::Failed(code)),
            },
            Effect::Refuse { passage } => {
                if let Err(code) = self.trace_passage(&passage) {
                    warn!(code, "a refused passage could not be journalled");
                }
                None
            }
            Effect::Promise => Some(Input::Promised(self.promise(now))),
            Effect::CloseCamera(window) => {
                self.trace_window(window);
                None
            }
            Effect::Forget => {
                self.forget();
                None
            }
        }
    }

    fn open_door(&mut self, open_ms: u32, now: Timestamp) -> Option<Input> {
        match self.parts.relay.open(open_ms, now) {
            Ok(()) => None,
            Err(error) => {
                error!(%error, "the relay did not answer");
                Some(Input::Failed("internal".into()))
            }
        }
    }

    fn check_pin(&self, unit: &str, pin: &Zeroizing<String>) -> Option<countenance_base::PersonId> {
        let household = self.current.as_ref()?.policy().household(unit)?;
        household
            .people
            .iter()
            .find(|member| member.pin.as_ref().is_some_and(|verifier| verifier.fits(pin)))
            .map(|member| member.person)
    }

    fn poll(&self) -> Poll {
        let mut alarms = self.standing.faults.clone();
        if let Some(code) = self.face_closed() {
            alarms.push(code);
        }
        let seal = Seal {
            gate: self.machine.gate(),
            head: self.parts.journal.head(),
            at: self.now(),
        };
        Poll {
            epoch: self.current.as_ref().map_or(0, Current::epoch),
            head: self.parts.journal.head(),
            wait_s: POLL_WAIT_S,
            alarms,
            seal: Some(seal.sign(&self.parts.store.device_key())),
            // One that was put in by mistake recognises nobody, and may be taken out again.
            pack: self
                .pack()
                .filter(|_| !self.standing.faults.iter().any(|fault| fault == erasure::OTHER)),
            program: self.parts.program.get().copied(),
        }
    }

    fn face_closed(&self) -> Option<String> {
        let current = self.current.as_ref()?;
        self.standing.face(current.policy(), self.now()).err().map(str::to_owned)
    }

    fn status(&mut self) -> Status {
        self.refresh_standing();
        let counters = self
            .parts
            .models
            .as_ref()
            .map(|models| models.vision.counters())
            .unwrap_or_default();
        let view = View {
            policy: self.current.as_ref().map(Current::policy),
            standing: &self.standing,
            now: self.now(),
        };
        let screen = self.machine.screen(view);
        Status {
            gate: self.machine.gate().0,
            demo: self.standing.demo,
            epoch: self.current.as_ref().map_or(0, Current::epoch),
            journal_size: self.parts.journal.head().size,
            journal_acknowledged: self.acknowledged,
            journal_fill_permille: self.parts.journal.fill_permille(),
            templates: self.parts.store.page().people().count(),
            face_closed: self.face_closed().unwrap_or_default(),
            faults: self.standing.faults.clone(),
            pack: self.pack().map(|hash| countenance_base::to_hex(&hash)).unwrap_or_default(),
            program: self
                .parts
                .program
                .get()
                .map(|hash| countenance_base::to_hex(hash))
                .unwrap_or_default(),
            detector_calls: counters.detector_calls,
            landmark_calls: counters.landmark_calls,
            liveness_calls: counters.liveness_calls,
            embedder_calls: counters.embedder_calls,
            screen: screen.key,
            code: screen.code,
        }
    }

    fn show(&self) {
        let view = View {
            policy: self.current.as_ref().map(Current::policy),
            standing: &self.standing,
            now: self.now(),
        };
        match serde_json::to_string(&self.machine.screen(view)) {
            Ok(screen) => {
                self.parts.screen.send_if_modified(|shown| {
                    let changed = *shown != screen;
                    if changed {
                        *shown = screen;
                    }
                    changed
                });
            }
            Err(error) => error!(%error, "the screen could not be written"),
        }
    }

    fn now(&self) -> Timestamp {
        self.parts.clock.now()
    }
}

/// Whether carrying this out takes long enough that the person should see that something happens.
const fn is_slow(effect: &Effect) -> bool {
    matches!(
        effect,
        Effect::Measure { .. } | Effect::Seal | Effect::Redeem(_) | Effect::Erase { .. } | Effect::CheckPin { .. }
    )
}
