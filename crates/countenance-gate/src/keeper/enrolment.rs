//! Enrolling at this gate: grant verified when the code is redeemed and again before the act, used once, journalled first.

use countenance_base::{Month, PersonId, SecretKey, Timestamp};
use countenance_gallery::enrol;
use countenance_gate_core::wire::{EnrolmentTicket, Note, Receipt};
use countenance_grant::{Enrol, Envelope, GrantRefused, VerifiedGrant, verify_enrol};
use tracing::warn;

use super::Keeper;
use super::trace::Event;
use countenance_gate_core::journal::{LeafClass, Ratchet, Record, RecordKind};

/// Frames and so pictures of one enrolment.
const PICTURES: usize = 3;
/// Cause of the receipt that takes back an enrolment whose template could not be made.
const NOT_ENROLLED: &str = "not.enrolled";
/// The same, where the person's template of before stays.
const KEPT: &str = "enrol.kept";
/// A newer template of the same person takes this one's place.
const SUPERSEDED: &str = "superseded";

/// What is known between the enrolment code and the sealed template.
pub(super) struct Pending {
    ticket: EnrolmentTicket,
    envelope: Option<Envelope>,
    /// Of the policy in force when the code was shown: a grant minted before it is an old one.
    epoch: u64,
}

impl Pending {
    pub(super) const fn new(ticket: EnrolmentTicket, epoch: u64) -> Self {
        Self {
            ticket,
            envelope: None,
            epoch,
        }
    }
}

impl Keeper {
    /// Takes the server's answer to a redemption: the grant must hold for this attempt, and the person's own signature must fit
    /// the key whose fingerprint their phone showed.
    pub(super) fn hold_grant(&mut self, envelope: &Envelope) -> Result<(), String> {
        let attempt = self.grant_attempt(self.now());
        let pending = self.pending.as_ref().ok_or("code.unknown")?;
        self.verify(&attempt, envelope, pending).map_err(|refused| {
            warn!(%refused, "an enrol grant was refused");
            refusal_code(refused).to_owned()
        })?;
        if let Some(pending) = &mut self.pending {
            pending.envelope = Some(envelope.clone());
        }
        Ok(())
    }

    fn verify<'a>(
        &self,
        attempt: &'a countenance_grant::Attempt,
        envelope: &Envelope,
        pending: &Pending,
    ) -> Result<(VerifiedGrant<'a, Enrol>, countenance_grant::EnrolGrant), GrantRefused> {
        let site_key = &self.parts.store.claimed().site_key;
        let (grant, full) = verify_enrol(attempt, envelope, site_key, &pending.ticket.key_fingerprint, pending.epoch)?;
        let current = self.current.as_ref().ok_or(GrantRefused::Epoch)?;
        if !current.verified().statement().permits(&full.statement) {
            return Err(GrantRefused::Epoch);
        }
        Ok((grant, full))
    }

    pub(super) fn seal(&mut self, now: Timestamp) -> Result<(), String> {
        if !self.frames_are_live()? {
            return Err("face.not_live".into());
        }
        let pending = self.pending.take().ok_or("code.unknown")?;
        let envelope = pending.envelope.clone().ok_or("code.unknown")?;
        let attempt = self.grant_attempt(now);
        let (grant, full) = self
            .verify(&attempt, &envelope, &pending)
            .map_err(|refused| refusal_code(refused).to_owned())?;
        let (person, consent, purpose) = (grant.person(), grant.consent(), grant.purpose());
        let month = Month(pending.ticket.month);
        let ratchet = Ratchet::new(month, SecretKey::new(pending.ticket.ratchet)).turned_to(now.month());

        // Order: grant used up, then the trace, then the act. A crash after the first step costs the person a new code and
        // nobody a face; a crash after the second leaves a frame whose act did not happen, which its missing template shows.
        // An act that fails takes its receipt back with another one.
        let rng = self.parts.rng.as_mut();
        let until = full.statement.until;
        self.parts.store.use_grant(grant.id(), until, now, rng).map_err(|_| "code.used")?;
        let door = self.current.as_ref().ok_or("policy.none")?.policy().door.id;
        let device = self.parts.store.device_key();
        let gate = self.machine.gate();
        self.trace(Event {
            class: LeafClass::Enrol,
            record: Record {
                kind: RecordKind::Enrolled,
                at: now,
                attempt: Some(attempt.id),
                person: Some(person),
                purpose: Some(purpose),
                consent: Some(consent),
                reason: "enrolled".into(),
                pack: self.pack(),
                actor: None,
            },
            ratchet: Some(&ratchet),
            person: Some(person),
            note: Some(Box::new(move |sequence| {
                let receipt = Receipt {
                    gate,
                    door,
                    person,
                    consent,
                    at: now,
                    sequence,
                    cause: "enrolled".into(),
                };
                Note::Enrolled(receipt.sign(&device))
            })),
        })?;
        // Every enrolment of the journal has an end of its own, so that enrolments less ends are the templates that are here.
        let made = self.make_template(grant, &ratchet, now);
        if made.is_err() {
            let kept = self.parts.store.page().person(person).is_some();
            let cause = if kept { KEPT } else { NOT_ENROLLED };
            self.trace_erasure(person, consent, cause, &ratchet, now)?;
        }
        made
    }

    fn make_template(&mut self, grant: VerifiedGrant<'_, Enrol>, ratchet: &Ratchet, now: Timestamp) -> Result<(), String> {
        let person = grant.person();
        let pictures = self.embed_stills()?;
        let policy = self.match_policy()?;
        let [front, ..] = &pictures;
        self.expect_same_turned(&grant, front, &policy)?;
        let rng = self.parts.rng.as_mut();
        let enrolled = enrol(grant, pictures, &policy, rng).map_err(|refused| {
            warn!(%refused, "an enrolment was refused");
            "face.not_one_person".to_owned()
        })?;
        self.trace_superseded(person, now)?;
        let rng = self.parts.rng.as_mut();
        self.parts.store.admit(enrolled, now, ratchet, rng).map_err(|error| {
            warn!(%error, "a template could not be stored");
            "store.write".to_owned()
        })?;
        self.standing.enrolled.insert(person);
        Ok(())
    }

    /// The end of the person's template of before, which the new one overwrites.
    fn trace_superseded(&mut self, person: PersonId, now: Timestamp) -> Result<(), String> {
        let Some(keys) = self.parts.store.page().person(person) else {
            return Ok(());
        };
        let (consent, (month, key)) = (keys.consent(), keys.ratchet());
        let before = Ratchet::new(month, key).turned_to(now.month());
        self.trace_erasure(person, consent, SUPERSEDED, &before, now)
    }

    fn embed_stills(&mut self) -> Result<[countenance_gallery::Embedding; PICTURES], String> {
        let models = self.parts.models.as_mut().map_err(|code| code.clone())?;
        let mut pictures = Vec::with_capacity(PICTURES);
        for still in self.kept.stills.iter().take(PICTURES) {
            pictures.push(
                models
                    .vision
                    .embed_enrol(&still.picture, &still.landmarks)
                    .map_err(|failed| failed.code().to_owned())?,
            );
            self.kept.embedded += 1;
        }
        pictures.try_into().map_err(|_| "face.none".to_owned())
    }
}

/// The words of a refused grant at the kiosk.
const fn refusal_code(refused: GrantRefused) -> &'static str {
    match refused {
        GrantRefused::ConsentSignature => "consent.signature",
        GrantRefused::Lease => "face.lease_over",
        GrantRefused::Gate => "code.other_gate",
        GrantRefused::Ended => "code.expired",
        GrantRefused::Missing
        | GrantRefused::Signature
        | GrantRefused::Site
        | GrantRefused::Act
        | GrantRefused::Person
        | GrantRefused::NotYet
        | GrantRefused::Epoch
        | GrantRefused::ConsentScope => "grant.refused",
    }
}
