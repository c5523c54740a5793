//! Taking a snapshot: signature, gate, epoch; then whoever has no grant any more is erased.

use countenance_base::Timestamp;
use countenance_gate_core::policy::Policy;
use countenance_gate_core::standing::JournalRoom;
use countenance_gate_core::wire::UploadedFrame;
use countenance_grant::{Envelope, VerifiedSnapshot, decode_canonical, encode};
use tracing::{error, info, warn};

use super::Keeper;

/// Frames in one upload; more wait for the next.
const UPLOAD_FRAMES: usize = 64;

/// The snapshot in force.
#[derive(Debug)]
pub struct Current {
    verified: VerifiedSnapshot,
    policy: Policy,
}

impl Current {
    /// Opens an envelope that is signed for this gate.
    fn open(envelope: &Envelope, store: &crate::store::SealedStore) -> Result<Self, &'static str> {
        let claimed = store.claimed();
        let verified = VerifiedSnapshot::open(envelope, &claimed.site_key).map_err(|_| "snapshot.signature")?;
        if verified.statement().site != claimed.site || verified.statement().gate != claimed.gate {
            return Err("snapshot.other_gate");
        }
        let policy = decode_canonical(&verified.statement().body).ok_or("snapshot.form")?;
        Ok(Self { verified, policy })
    }

    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    pub const fn verified(&self) -> &VerifiedSnapshot {
        &self.verified
    }

    pub const fn epoch(&self) -> u64 {
        self.verified.statement().epoch
    }
}

impl Keeper {
    /// At start: what was in force goes on, as far as leases reach.
    pub(super) fn take_stored_snapshot(&mut self) {
        let Some(bytes) = self.parts.store.snapshot() else { return };
        match decode_canonical::<Stored>(&bytes)
            .ok_or("snapshot.form")
            .and_then(|stored| Ok((Current::open(&stored.envelope, &self.parts.store)?, stored.contact)))
        {
            Ok((current, contact)) => {
                self.standing.last_contact = contact;
                self.standing.face_lease_s = current.verified.statement().face_lease_s;
                self.current = Some(current);
            }
            Err(code) => {
                error!(code, "the stored snapshot does not open");
                self.fault(code);
            }
        }
    }

    /// The server answered.
    pub(super) fn contact(&mut self, at: Timestamp, snapshot: Option<&Envelope>, acknowledged: u64, forked: bool) {
        self.standing.last_contact = at;
        if let Some(envelope) = snapshot {
            match self.take_snapshot(envelope, at) {
                Ok(()) => {}
                Err(code) => warn!(code, "a snapshot was refused"),
            }
        } else {
            self.note_contact(at);
        }
        self.acknowledged(acknowledged, forked);
        self.show();
    }

    fn take_snapshot(&mut self, envelope: &Envelope, at: Timestamp) -> Result<(), &'static str> {
        let next = Current::open(envelope, &self.parts.store)?;
        // INVARIANT: a gate never accepts a lower epoch; an older snapshot could bring back a withdrawn consent.
        if self.current.as_ref().is_some_and(|current| next.epoch() < current.epoch()) {
            return Err("snapshot.older");
        }
        let stored = Stored {
            envelope: envelope.clone(),
            contact: at,
        };
        self.trace_policy(next.epoch());
        self.parts
            .store
            .put_snapshot(&encode(&stored), self.parts.rng.as_mut())
            .map_err(|_| "store.write")?;
        info!(epoch = next.epoch(), "snapshot taken");
        self.standing.face_lease_s = next.verified.statement().face_lease_s;
        self.current = Some(next);
        self.erase_without_grant(at);
        Ok(())
    }

    /// The lease counts from the last contact, also across a restart; written at most once an hour.
    fn note_contact(&mut self, at: Timestamp) {
        let Some(mut stored) = self.parts.store.snapshot().and_then(|bytes| decode_canonical::<Stored>(&bytes)) else {
            return;
        };
        if at.since(stored.contact).as_secs() >= 3600 {
            stored.contact = at;
            if self.parts.store.put_snapshot(&encode(&stored), self.parts.rng.as_mut()).is_err() {
                warn!("the time of the last contact could not be stored");
            }
        }
    }

    /// Whoever has a template here, and in the snapshot neither a match grant nor a word that it rests, is erased: withdrawn, expired, or
    /// superseded.
    fn erase_without_grant(&mut self, now: Timestamp) {
        let Some(current) = &self.current else { return };
        let grants = &current.verified.statement().grants;
        let policy = &current.policy;
        let ended: Vec<_> = self
            .parts
            .store
            .page()
            .people()
            // What rests has lost its grant and keeps its template.
            .filter(|(person, keys)| !policy.keeps(*person, keys.consent(), keys.version(), now))
            .filter(|(person, keys)| {
                !grants.iter().any(|grant| {
                    grant.person == *person
                        && grant.consent == keys.consent()
                        && grant.consent_version == keys.version()
                        && grant.until > now
                })
            })
            .map(|(person, _)| person)
            .collect();
        for person in ended {
            if let Err(code) = self.erase(person, "grant.ended", now) {
                error!(code, "a template without a grant could not be erased");
            }
        }
    }

    pub(super) fn acknowledged(&mut self, acknowledged: u64, forked: bool) {
        if forked {
            error!("the server knows another history of this gate: the face lane is closed until it is claimed anew");
            self.fault("head.forked");
            return;
        }
        if acknowledged > self.acknowledged && acknowledged <= self.parts.journal.head().size {
            self.acknowledged = acknowledged;
            if let Err(error) = self.parts.journal.acknowledge(acknowledged) {
                error!(%error, "the journal could not note what the server has");
            }
            self.end_transit_keys();
        }
    }

    /// Once the server has every frame, the keys that seal their notes end here too.
    fn end_transit_keys(&mut self) {
        if self.acknowledged < self.parts.journal.head().size {
            return;
        }
        let rng = self.parts.rng.as_mut();
        let ended = self.parts.store.rotate_transit(rng);
        if let Err(error) = ended {
            warn!(%error, "transit keys could not be ended");
        }
    }

    pub(super) fn frames_to_upload(&mut self) -> Vec<UploadedFrame> {
        match self.parts.journal.frames_from(self.acknowledged, UPLOAD_FRAMES) {
            Ok(frames) => frames.iter().map(|frame| self.uploaded(frame)).collect(),
            Err(error) => {
                error!(%error, "the journal could not be read");
                self.fault("journal.corrupt");
                vec![]
            }
        }
    }

    pub(super) fn refresh_standing(&mut self) {
        self.standing.journal = match self.parts.journal.fill_permille() {
            0..800 => JournalRoom::Plenty,
            800..990 => JournalRoom::FaceClosed,
            990..1000 => JournalRoom::ErasuresOnly,
            _ => JournalRoom::Full,
        };
        let issued = self
            .current
            .as_ref()
            .map_or(Timestamp(0), |current| current.verified.statement().issued);
        self.standing.time_floor = issued.max(self.parts.journal.last_time());
    }

    pub(super) fn fault(&mut self, code: &str) {
        if !self.standing.faults.iter().any(|fault| fault == code) {
            self.standing.faults.push(code.to_owned());
        }
    }
}

/// The snapshot as stored: the signed bytes, and when the server was last heard.
#[derive(minicbor::Encode, minicbor::Decode)]
#[cbor(array)]
struct Stored {
    #[n(0)]
    envelope: Envelope,
    #[n(1)]
    contact: Timestamp,
}
