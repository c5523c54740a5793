//! From what happened to a frame: back-link, commitment, tag, sealed record, sealed note.

use countenance_base::rng::bytes;
use countenance_base::{GateId, Rng, SecretKey, Timestamp};
use countenance_gallery::StoreKey;
use countenance_gate_core::journal::{Frame, Leaf, LeafClass, Ratchet, Record, commit, seal_record};
use countenance_gate_core::wire::{Head, Note};
use countenance_grant::encode;
use zeroize::Zeroizing;

use super::JournalError;

/// One thing that is about to happen.
#[derive(Debug)]
pub struct Entry {
    pub class: LeafClass,
    pub demo: bool,
    /// Epoch of the policy in force.
    pub policy: u64,
    /// X25519 keys that the record is sealed to. Without any (before the first snapshot) the leaf alone is kept.
    pub recipients: Vec<[u8; 32]>,
    pub record: Record,
    /// The person's ratchet of this month; without it tag and opening are random.
    pub ratchet: Option<Ratchet>,
    /// What the server may know while passages are retained.
    pub note: Option<Note>,
}

impl Entry {
    pub(super) const fn at(&self) -> Timestamp {
        self.record.at
    }

    /// The frame after `head`. `taken` knows the tags that are in the journal already.
    pub(super) fn into_frame(
        self,
        gate: GateId,
        head: Head,
        taken: impl Fn(&[u8; 32]) -> bool,
        transit: Option<(u32, &StoreKey)>,
        rng: &mut dyn Rng,
    ) -> Result<Frame, JournalError> {
        let sequence = head.size;
        let (tag, opening) = match &self.ratchet {
            Some(ratchet) => (next_tag(ratchet, self.record.at, gate, taken), ratchet.opening(gate, sequence)),
            None => (bytes(rng), SecretKey::new(bytes(rng))),
        };
        let leaf = Leaf {
            class: self.class,
            flags: if self.demo { Leaf::FLAG_DEMO } else { 0 },
            gate,
            sequence,
            ten_minutes: Leaf::time(self.record.at),
            policy: low_bits(self.policy),
            previous: head.hash,
            commitment: commit(&opening, &self.record),
            tag,
        };
        let record = if self.recipients.is_empty() {
            Vec::new()
        } else {
            seal_record(&self.record, &opening, gate, sequence, &self.recipients, rng).ok_or(JournalError::Seal)?
        };
        let (transit, note) = match (self.note, transit) {
            (Some(note), Some((id, key))) => {
                let plain = Zeroizing::new(encode(&note));
                (id, key.seal(&note_context(gate, sequence), &plain, rng).ok_or(JournalError::Seal)?)
            }
            (None, _) | (_, None) => (0, Vec::new()),
        };
        Ok(Frame {
            leaf,
            record,
            transit,
            note,
        })
    }
}

/// The first tag of this person and day that is not in the journal: the count needs no store of its own.
fn next_tag(ratchet: &Ratchet, now: Timestamp, gate: GateId, taken: impl Fn(&[u8; 32]) -> bool) -> [u8; 32] {
    let mut count = 0;
    loop {
        let tag = ratchet.tag(now, gate, count);
        if !taken(&tag) || count == u32::MAX {
            return tag;
        }
        count += 1;
    }
}

/// Opens a frame's note; `None` without one, or when its transit key is another.
pub fn open_note(frame: &Frame, gate: GateId, key: &StoreKey) -> Option<Zeroizing<Vec<u8>>> {
    key.open(&note_context(gate, frame.leaf.sequence), &frame.note)
}

fn note_context(gate: GateId, sequence: u64) -> Vec<u8> {
    [b"countenance/note/v1".as_slice(), &gate.0.to_be_bytes(), &sequence.to_be_bytes()].concat()
}

/// The low 32 bits, as the leaf's layout has it.
fn low_bits(epoch: u64) -> u32 {
    u32::try_from(epoch & u64::from(u32::MAX)).unwrap_or(u32::MAX)
}
