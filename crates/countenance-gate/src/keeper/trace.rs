//! Frames of the journal, written before the acts they speak of.

use std::time::Duration;

use countenance_base::{AttemptId, PersonId, Timestamp, rng};
use countenance_gate_core::journal::{Frame, LeafClass, Ratchet, Record, RecordKind};
use countenance_gate_core::wire::{Note, Passage, Promise, UploadedFrame, Window};
use countenance_grant::{Match, VerifiedGrant, decode_canonical, letter_key};
use tracing::{error, info, warn};

use super::{Current, Keeper};
use crate::event::Order;
use crate::journal_file::{Entry, Need};

/// What a receipt promises: an entry is in the ledger by then. As long as a face grant holds without contact; a gate that is cut off for
/// longer breaks its word, and the receipt shows it.
const MERGED_WITHIN: Duration = Duration::from_hours(24);
/// Leaves of ten minutes are a multiple of this.
const BLOCK: u32 = 16;
/// Beyond this the journal is for what happened.
const PADDING_FILL_PERMILLE: u32 = 700;

/// One thing to leave a trace of.
pub(super) struct Event<'a> {
    pub(super) class: LeafClass,
    pub(super) record: Record,
    /// Makes the tag; without it the tag is random.
    pub(super) ratchet: Option<&'a Ratchet>,
    /// Whom the record is also sealed to.
    pub(super) person: Option<PersonId>,
    /// Made when the frame's sequence is known: a receipt names it.
    pub(super) note: Option<Box<dyn FnOnce(u64) -> Note + 'a>>,
}

impl Keeper {
    /// Writes one frame durably.
    ///
    /// # Errors
    /// The code to show; nothing was written.
    pub(super) fn trace(&mut self, event: Event<'_>) -> Result<(), String> {
        self.trace_all(vec![event])
    }

    /// Writes frames with one `fdatasync`.
    pub(super) fn trace_all(&mut self, events: Vec<Event<'_>>) -> Result<(), String> {
        let need = events.iter().map(|event| need(event.class)).max().unwrap_or(Need::Face);
        let at = events.iter().map(|event| event.record.at).max().unwrap_or_default();
        let policy = self.current.as_ref().map_or(0, Current::epoch);
        // What is over is filled up before anything newer is written: times in the journal only rise.
        let mut entries = self.padding(at, policy);
        let first = self.parts.journal.head().size + entries.len() as u64;
        for (sequence, event) in (first..).zip(events) {
            entries.push(Entry {
                class: event.class,
                demo: self.standing.demo,
                policy,
                recipients: self.recipients(event.person),
                record: event.record,
                ratchet: event.ratchet.cloned(),
                note: event.note.map(|note| note(sequence)),
            });
        }
        self.append(need, entries)
    }

    fn append(&mut self, need: Need, entries: Vec<Entry>) -> Result<(), String> {
        let transit = self.parts.store.page().current_transit();
        self.parts
            .journal
            .append(need, entries, transit, self.parts.rng.as_mut())
            .map_err(|error| {
                warn!(%error, "the journal took nothing");
                error.code().to_owned()
            })?;
        // The sync task may be busy or gone; the next poll uploads what this misses.
        self.parts.orders.try_send(Order::Upload).ok();
        Ok(())
    }

    /// The person and the evidence key. Where there is no person a key that nobody has stands in its place: records have one shape.
    fn recipients(&mut self, person: Option<PersonId>) -> Vec<[u8; 32]> {
        let Some(policy) = self.current.as_ref().map(Current::policy) else {
            return vec![];
        };
        let evidence = policy.evidence_key;
        let own = person.and_then(|person| policy.member(person)).and_then(|member| member.record_key);
        let nobody = || letter_key(&rng::bytes(self.parts.rng.as_mut()));
        own.or_else(nobody).into_iter().chain([evidence]).collect()
    }

    /// Leaves that fill the ten minutes before those of `at` up to a multiple of [`BLOCK`], so that who reads the ledger does not see how
    /// many passed. None while the journal is nearly full, or while nothing was written.
    fn padding(&mut self, at: Timestamp, policy: u64) -> Vec<Entry> {
        let (over, missing) = self.parts.journal.missing_to(BLOCK);
        if at.ten_minutes() <= over || self.parts.journal.fill_permille() > PADDING_FILL_PERMILLE {
            return Vec::new();
        }
        // The last second of the stretch.
        let end = Timestamp::from_seconds((i64::from(over) + 1) * 600 - 1);
        let mut pads = Vec::new();
        for _ in 0..missing {
            let attempt = AttemptId::new(end, self.parts.rng.as_mut());
            pads.push(Entry {
                class: LeafClass::Passage,
                demo: self.standing.demo,
                policy,
                recipients: self.recipients(None),
                record: Record {
                    attempt: Some(attempt),
                    ..self.own_record(RecordKind::Padding, "padding", end)
                },
                ratchet: None,
                note: None,
            });
        }
        pads
    }

    /// At a tick: a stretch that is over is filled up, also when nobody comes any more.
    pub(super) fn pad(&mut self, now: Timestamp) {
        let policy = self.current.as_ref().map_or(0, Current::epoch);
        let pads = self.padding(now, policy);
        if !pads.is_empty()
            && let Err(code) = self.append(Need::Other, pads)
        {
            warn!(code, "a stretch of the journal could not be filled up");
        }
    }

    /// The ratchet of a person who is enrolled here, turned to the month of `now`.
    fn ratchet_of(&self, person: PersonId, now: Timestamp) -> Option<Ratchet> {
        let (month, key) = self.parts.store.page().person(person)?.ratchet();
        Some(Ratchet::new(month, key).turned_to(now.month()))
    }

    /// The months before that of `now` end for everybody here, also at a door to which nobody comes.
    pub(super) fn turn_month(&mut self, now: Timestamp) {
        if now.month() <= self.turned {
            return;
        }
        self.turned = now.month();
        match self.parts.store.turn_month(self.turned, self.parts.rng.as_mut()) {
            Ok(true) => info!("a month's secrets ended"),
            Ok(false) => {}
            Err(error) => {
                // Tried again at the next start: after a failed write the store takes nothing more until then.
                error!(%error, "a month's secrets could not be ended");
                self.fault("store.write");
            }
        }
    }

    pub(super) fn trace_passage(&mut self, passage: &Passage) -> Result<(), String> {
        let ratchet = passage.person.and_then(|person| self.ratchet_of(person, passage.at));
        let purpose = self
            .current
            .as_ref()
            .and_then(|current| current.policy().face.as_ref())
            .map(|face| face.purpose);
        let note = Note::Passage(passage.clone());
        let done = self.trace(Event {
            class: LeafClass::Passage,
            record: Record {
                kind: if passage.opened { RecordKind::Opened } else { RecordKind::Refused },
                at: passage.at,
                attempt: Some(passage.attempt),
                person: passage.person,
                purpose: purpose.filter(|_| passage.lanes.contains(&countenance_gate_core::policy::Lane::Face)),
                consent: None,
                reason: passage.reason.clone(),
                pack: self.pack(),
                actor: None,
            },
            ratchet: ratchet.as_ref(),
            person: passage.person,
            note: Some(Box::new(move |_| note)),
        });
        self.last_passage = self.parts.journal.head().size.checked_sub(1).filter(|_| done.is_ok());
        done
    }

    /// What promises the last passage's entry to whoever stands here: signed, behind the `#` of the page that checks it, so that a phone
    /// opens the page and sends the receipt to nobody.
    pub(super) fn promise(&self, now: Timestamp) -> Result<String, String> {
        let sequence = self.last_passage.ok_or("internal")?;
        let frames = self
            .parts
            .journal
            .frames_from(sequence, 1)
            .map_err(|error| error.code().to_owned())?;
        let leaf = &frames.first().ok_or("internal")?.leaf;
        let promise = Promise {
            gate: self.machine.gate(),
            sequence,
            leaf: leaf.entry_hash(),
            at: now,
            until: now.plus(MERGED_WITHIN),
        };
        let receipt = Promise::to_text(&promise.sign(&self.parts.store.device_key()));
        let server = self.parts.store.claimed().server.trim_end_matches('/');
        Ok(format!("{server}/verify#{receipt}"))
    }

    /// One frame for each person whose template is about to be read: each can find this use of their own.
    pub(super) fn trace_search(&mut self, grants: &[VerifiedGrant<'_, Match>]) -> Result<(), String> {
        let now = self.now();
        let people: Vec<_> = grants
            .iter()
            .map(|grant| (grant.person(), grant.purpose(), grant.consent()))
            .collect();
        let ratchets: Vec<_> = people.iter().map(|(person, _, _)| self.ratchet_of(*person, now)).collect();
        let events = people
            .iter()
            .zip(&ratchets)
            .map(|((person, purpose, consent), ratchet)| Event {
                class: LeafClass::Search,
                record: Record {
                    kind: RecordKind::Searched,
                    at: now,
                    attempt: Some(self.machine.attempt()),
                    person: Some(*person),
                    purpose: Some(*purpose),
                    consent: Some(*consent),
                    reason: "searched".into(),
                    pack: self.pack(),
                    actor: None,
                },
                ratchet: ratchet.as_ref(),
                person: Some(*person),
                note: None,
            })
            .collect();
        self.trace_all(events)
    }

    pub(super) fn trace_window(&mut self, mut window: Window) {
        window.faces_max = self.kept.faces_max;
        window.embedded = self.kept.embedded;
        self.kept.faces_max = 0;
        self.kept.embedded = 0;
        let record = self.own_record(RecordKind::CameraWindow, "window", window.closed);
        let event = Event {
            class: LeafClass::Window,
            record,
            ratchet: None,
            person: None,
            note: Some(Box::new(move |_| Note::Window(window))),
        };
        if let Err(code) = self.trace(event) {
            warn!(code, "a capture window could not be journalled");
        }
    }

    pub(super) fn trace_boot(&mut self) {
        let record = self.own_record(RecordKind::Boot, "boot", self.now());
        let event = Event {
            class: LeafClass::Boot,
            record,
            ratchet: None,
            person: None,
            note: None,
        };
        if let Err(code) = self.trace(event) {
            warn!(code, "the start could not be journalled");
        }
    }

    pub(super) fn trace_policy(&mut self, epoch: u64) {
        let record = self.own_record(RecordKind::PolicyTaken, &format!("epoch {epoch}"), self.now());
        let event = Event {
            class: LeafClass::Policy,
            record,
            ratchet: None,
            person: None,
            note: None,
        };
        if let Err(code) = self.trace(event) {
            warn!(code, "a snapshot could not be journalled");
        }
    }

    fn own_record(&self, kind: RecordKind, reason: &str, at: Timestamp) -> Record {
        let attempt = matches!(kind, RecordKind::CameraWindow).then(|| self.machine.attempt());
        Record {
            kind,
            at,
            attempt,
            person: None,
            purpose: None,
            consent: None,
            reason: reason.into(),
            pack: self.pack(),
            actor: None,
        }
    }

    pub(super) fn pack(&self) -> Option<[u8; 32]> {
        self.parts.models.as_ref().ok().map(|models| models.pack)
    }

    /// A frame as the server gets it: the note is opened with its transit key, the record stays sealed.
    pub(super) fn uploaded(&self, frame: &Frame) -> UploadedFrame {
        let gate = self.machine.gate();
        let note = self
            .parts
            .store
            .page()
            .transit(frame.transit)
            .and_then(|key| crate::journal_file::open_note(frame, gate, key))
            .and_then(|bytes| decode_canonical(&bytes));
        UploadedFrame {
            leaf: frame.raw_leaf(),
            record: frame.record.clone(),
            note,
        }
    }
}

const fn need(class: LeafClass) -> Need {
    match class {
        LeafClass::Search
        | LeafClass::Enrol
        | LeafClass::Copy
        // The server's own, which no gate writes.
        | LeafClass::Consent
        | LeafClass::Withdraw
        | LeafClass::Look
        | LeafClass::Export
        | LeafClass::Change
        | LeafClass::Opening
        | LeafClass::Foreign
        | LeafClass::Tags
        | LeafClass::Plan
        | LeafClass::Certificate
        | LeafClass::Nonce
        | LeafClass::Lost => Need::Face,
        LeafClass::Boot | LeafClass::Policy | LeafClass::Passage | LeafClass::Window => Need::Other,
        LeafClass::Erase => Need::Erase,
    }
}
