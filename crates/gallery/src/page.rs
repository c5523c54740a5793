//! The key page: every key of a gate in one sealed block. Erasing a person is writing the page anew without them.

mod form;

pub use form::Anchor;

use std::collections::BTreeMap;

use countenance_base::{ConsentId, GrantId, Month, PersonId, Rng, SecretKey, Timestamp};
use zeroize::Zeroizing;

use crate::enrol::Enrolled;
use crate::seal::{Key, StoreKey};
use crate::template::TemplateKey;

/// What a gate holds of one person beside the sealed template.
pub struct PersonKeys {
    template: TemplateKey,
    consent: ConsentId,
    version: u32,
    recogniser: [u8; 32],
    slot: u32,
    enrolled_at: Timestamp,
    month: Month,
    ratchet: Key,
}

impl PersonKeys {
    pub(crate) const fn template(&self) -> &TemplateKey {
        &self.template
    }

    pub const fn consent(&self) -> ConsentId {
        self.consent
    }

    pub const fn version(&self) -> u32 {
        self.version
    }

    /// What made the template's numbers: [`crate::MatchPolicy::recogniser`].
    pub const fn recogniser(&self) -> &[u8; 32] {
        &self.recogniser
    }

    /// Where in the slot file the sealed template lies.
    pub const fn slot(&self) -> u32 {
        self.slot
    }

    pub const fn enrolled_at(&self) -> Timestamp {
        self.enrolled_at
    }

    /// The writer's monthly secret about this person, from which this gate's tags and openings come.
    pub const fn ratchet(&self) -> (Month, SecretKey) {
        (self.month, SecretKey::new(*self.ratchet.bytes()))
    }
}

impl std::fmt::Debug for PersonKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PersonKeys(slot {})", self.slot)
    }
}

/// All keys of one gate. INVARIANT: exists in memory and under an anchor, nowhere else; every key is zeroed when it leaves.
pub struct KeyPage {
    people: BTreeMap<PersonId, PersonKeys>,
    transit: BTreeMap<u32, StoreKey>,
    snapshot: (u64, StoreKey),
    device: Key,
    used: BTreeMap<GrantId, Timestamp>,
}

/// The grant was already used at this gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("grant was already used")]
pub struct GrantUsed;

impl KeyPage {
    /// The page of a new gate: a device key, a snapshot key, and the first transit key.
    pub fn new(rng: &mut dyn Rng) -> Self {
        Self {
            people: BTreeMap::new(),
            transit: BTreeMap::from([(1, StoreKey::generate(rng))]),
            snapshot: (0, StoreKey::generate(rng)),
            device: Key::generate(rng),
            used: BTreeMap::new(),
        }
    }

    /// Writes the use of an enrol or copy grant down, before the act. Ids are kept until their grant ends; an ended grant
    /// does not verify any more.
    ///
    /// # Errors
    /// [`GrantUsed`] when this grant was used before.
    pub fn use_grant(&mut self, id: GrantId, until: Timestamp, now: Timestamp) -> Result<(), GrantUsed> {
        if self.used.contains_key(&id) {
            return Err(GrantUsed);
        }
        self.used.retain(|_, end| *end > now);
        self.used.insert(id, until);
        Ok(())
    }

    /// Takes a new template's key in and returns the slot of the template that it replaces, to be overwritten.
    /// The sealed bytes must be durable in `slot` before the page is.
    pub fn admit(&mut self, enrolled: Enrolled, slot: u32, at: Timestamp, month: Month, ratchet: &SecretKey) -> Option<u32> {
        let Enrolled {
            sealed: _,
            key,
            person,
            consent,
            version,
            recogniser,
        } = enrolled;
        let keys = PersonKeys {
            template: key,
            consent,
            version,
            recogniser,
            slot,
            enrolled_at: at,
            month,
            ratchet: Key::copied(ratchet.expose()),
        };
        self.people.insert(person, keys).map(|replaced| replaced.slot)
    }

    /// Ends a person's keys and returns the slot to overwrite. Needs no grant: erasing is always allowed.
    pub fn erase(&mut self, person: PersonId) -> Option<u32> {
        self.people.remove(&person).map(|keys| keys.slot)
    }

    pub fn person(&self, person: PersonId) -> Option<&PersonKeys> {
        self.people.get(&person)
    }

    pub fn people(&self) -> impl Iterator<Item = (PersonId, &PersonKeys)> {
        self.people.iter().map(|(person, keys)| (*person, keys))
    }

    /// The lowest slot that no template lies in.
    pub fn free_slot(&self) -> u32 {
        let taken: std::collections::BTreeSet<u32> = self.people.values().map(|keys| keys.slot).collect();
        (0..u32::MAX).find(|slot| !taken.contains(slot)).unwrap_or(u32::MAX)
    }

    /// Puts a later month's ratchet in the place of the one held, which ends: earlier months cannot be derived from it.
    /// A month that is not later changes nothing.
    pub fn turn_ratchet(&mut self, person: PersonId, month: Month, ratchet: &SecretKey) {
        if let Some(keys) = self.people.get_mut(&person).filter(|keys| keys.month < month) {
            keys.month = month;
            keys.ratchet = Key::copied(ratchet.expose());
        }
    }

    /// The newest transit key: notes of new frames are sealed under it.
    pub fn current_transit(&self) -> Option<(u32, &StoreKey)> {
        self.transit.last_key_value().map(|(id, key)| (*id, key))
    }

    pub fn transit(&self, id: u32) -> Option<&StoreKey> {
        self.transit.get(&id)
    }

    /// Begins a new transit key and returns its id.
    pub fn add_transit(&mut self, rng: &mut dyn Rng) -> u32 {
        let id = self.transit.last_key_value().map_or(0, |(id, _)| *id).saturating_add(1);
        self.transit.insert(id, StoreKey::generate(rng));
        id
    }

    /// Ends every transit key before `id`: the server has those notes, and nobody reads them here again.
    pub fn end_transit_before(&mut self, id: u32) {
        self.transit.retain(|held, _| *held >= id);
    }

    /// Which stored snapshot is in force, and the key that seals it; 0 before the first.
    pub const fn snapshot(&self) -> (u64, &StoreKey) {
        (self.snapshot.0, &self.snapshot.1)
    }

    /// Puts a later snapshot in force. The key of the one before ends, and with it the credentials that stand in that one only.
    pub fn set_snapshot(&mut self, id: u64, key: StoreKey) {
        self.snapshot = (id, key);
    }

    /// The seed of the device's signing key.
    pub fn device_seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(*self.device.bytes())
    }
}

impl std::fmt::Debug for KeyPage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyPage(…)")
    }
}

#[cfg(test)]
mod tests;
