//! Ending a person's template and keys at this gate. Needs no grant, no network and no open lane.

use countenance_base::{ConsentId, PersonId, Timestamp};
use countenance_gate_core::journal::{LeafClass, Ratchet, Record, RecordKind};
use countenance_gate_core::wire::{Ending, Note, Receipt};
use tracing::{error, info, warn};

use super::Keeper;
use super::trace::Event;

/// Templates of another recogniser are here, and nobody said yet that they may end.
pub(super) const OTHER: &str = "pack.other";

impl Keeper {
    /// At start: numbers that another recogniser made mean nothing to this one. They end when whoever swapped the pack said so; until
    /// then the face lane stays closed, so that a pack put in by mistake can be taken out again and costs nobody an enrolment.
    pub(super) fn part_with_other_recognisers(&mut self) {
        let Ok(models) = &self.parts.models else { return };
        let people = self.parts.store.page().people();
        let others: Vec<PersonId> = people
            .filter(|(_, keys)| *keys.recogniser() != models.recogniser)
            .map(|(person, _)| person)
            .collect();
        if others.is_empty() {
            return;
        }
        if !self.parts.end_other_templates {
            warn!(
                templates = others.len(),
                "templates of another recogniser are here: the face lane is closed\n\
                 hint: run with the pack of before, or once with --end-other-templates; then their people may enrol again"
            );
            self.fault(OTHER);
            return;
        }
        let now = self.now();
        for person in others {
            if let Err(code) = self.erase(person, "recogniser.changed", now) {
                error!(code, "a template of another recogniser could not be erased");
                self.fault(OTHER);
            }
        }
    }

    pub(super) fn erase(&mut self, person: PersonId, cause: &'static str, now: Timestamp) -> Result<(), String> {
        let Some(keys) = self.parts.store.page().person(person) else {
            return Err("nobody".into());
        };
        let consent = keys.consent();
        let (month, key) = keys.ratchet();
        let ratchet = Ratchet::new(month, key).turned_to(now.month());
        // The trace comes first. A crash in between leaves the template in place and the next snapshot, or the person, erases it.
        self.trace_erasure(person, consent, cause, &ratchet, now)?;
        self.parts.store.erase_person(person, self.parts.rng.as_mut()).map_err(|error| {
            error!(%error, "a template could not be erased");
            self.standing.faults.push("store.write".into());
            "store.write".to_owned()
        })?;
        self.standing.enrolled.remove(&person);
        info!(cause, "a template and its keys ended");
        Ok(())
    }

    /// Journals, and signs for the person, that no template under this consent is here any more.
    pub(super) fn trace_erasure(
        &mut self,
        person: PersonId,
        consent: ConsentId,
        cause: &'static str,
        ratchet: &Ratchet,
        now: Timestamp,
    ) -> Result<(), String> {
        let door = self.current.as_ref().ok_or("policy.none")?.policy().door.id;
        let device = self.parts.store.device_key();
        let gate = self.machine.gate();
        self.trace(Event {
            class: LeafClass::Erase,
            record: Record {
                kind: RecordKind::Erased,
                at: now,
                attempt: None,
                person: Some(person),
                purpose: None,
                consent: Some(consent),
                reason: cause.into(),
                pack: self.pack(),
                actor: None,
            },
            ratchet: Some(ratchet),
            person: Some(person),
            note: Some(Box::new(move |sequence| {
                let receipt = Receipt {
                    gate,
                    door,
                    person,
                    consent,
                    at: now,
                    sequence,
                    cause: cause.into(),
                };
                let ending = Ending { gate, sequence, at: now };
                Note::Erased(receipt.sign(&device), ending.sign(&device))
            })),
        })
    }
}
