//! What a gate keeps: sealed templates, the key page, its anchor, the snapshot. Two folders: `data` may be copied, `anchor` must not.
//!
//! | file | what | readable with |
//! |---|---|---|
//! | `data/gate.toml` | what was pinned at claim | nothing; bound into the key page's seal |
//! | `data/keys.<generation>` | every key of this gate | the anchor of that generation |
//! | `data/templates` | slots of 2 KiB, one sealed template each | that person's key in the page |
//! | `data/snapshot.<id>` | the signed policy (it holds PIN verifiers) | that snapshot's key in the page |
//! | `anchor/anchor` | 2 × 4 KiB: the anchor in force, and random bytes | – |
//!
//! Every change of the page goes the way of [`commit`]: a new page under a new anchor, then the old anchor's end. What stays of old
//! pages in free blocks, copies or backups has no key any more. (A file does not resist disk forensics as a TPM or HSM does.)

mod claimed;
mod commit;
mod repair;
mod slots;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use countenance_anchor::{AnchorError, AnchorFile, files};
use countenance_base::{GrantId, Month, PersonId, Rng, Timestamp};
use countenance_gallery::{Enrolled, KeyPage, SealedTemplate, StoreKey};
use countenance_gate_core::journal::Ratchet;
use countenance_grant::SigningKey;
use zeroize::Zeroizing;

pub use claimed::ClaimedGate;
pub use countenance_gallery::forbid_core_dumps;

use commit::Step;
use slots::Slots;

/// Why the store did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("a gate's files are there already")]
    Exists,
    #[error("another process uses this gate's store")]
    InUse,
    #[error("stored bytes are not what this gate wrote: {0}")]
    Corrupt(&'static str),
    #[error("an earlier write failed; the store takes nothing more until it is opened again")]
    Broken,
    #[error("grant was already used")]
    GrantUsed,
    #[error("could not seal")]
    Seal,
    #[error("could not {what}")]
    Io { what: &'static str, source: std::io::Error },
}

impl StoreError {
    /// The stable code for screen and console.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Exists => "store.exists",
            Self::InUse => "store.in_use",
            Self::Corrupt(_) => "store.corrupt",
            Self::GrantUsed => "code.used",
            Self::Broken | Self::Seal | Self::Io { .. } => "store.write",
        }
    }
}

impl From<AnchorError> for StoreError {
    fn from(error: AnchorError) -> Self {
        match error {
            AnchorError::Io { what, source } => Self::Io { what, source },
            AnchorError::Exists => Self::Exists,
            AnchorError::Corrupt(what) => Self::Corrupt(what),
        }
    }
}

fn failed(what: &'static str) -> impl FnOnce(std::io::Error) -> StoreError {
    move |source| StoreError::Io { what, source }
}

/// An opened store. One process holds it at a time.
pub struct SealedStore {
    data: PathBuf,
    claimed: ClaimedGate,
    /// SHA-256 of `gate.toml`.
    bound: [u8; 32],
    page: KeyPage,
    generation: u64,
    anchor: AnchorFile,
    slots: Slots,
    /// A write failed half-way: disk and memory may differ, and only opening again tells which state holds.
    broken: bool,
    /// Held for its lock.
    _lock: File,
}

impl std::fmt::Debug for SealedStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SealedStore")
            .field("generation", &self.generation)
            .field("broken", &self.broken)
            .finish_non_exhaustive()
    }
}

impl SealedStore {
    /// Whether `data` holds a claimed gate.
    pub fn exists(data: &Path) -> bool {
        claimed::path(data).exists()
    }

    /// The keys of a gate that is about to be claimed, in memory only.
    pub fn draft(rng: &mut dyn Rng) -> KeyPage {
        KeyPage::new(rng)
    }

    pub const fn claimed(&self) -> &ClaimedGate {
        &self.claimed
    }

    pub const fn page(&self) -> &KeyPage {
        &self.page
    }

    /// The device's signing key, made at claim.
    pub fn device_key(&self) -> Arc<SigningKey> {
        Arc::new(SigningKey::from_seed(&self.page.device_seed()))
    }

    /// A person's sealed template as it lies in its slot. `None` when there is none, and after a failed write: what cannot be
    /// erased durably is not compared either.
    pub fn template(&self, person: PersonId) -> Option<Zeroizing<Vec<u8>>> {
        if self.broken {
            return None;
        }
        self.slots.read(self.page.person(person)?.slot()).ok()
    }

    /// How many places hold a template; those that no key of the page names are among them.
    pub fn used_places(&self) -> Result<usize, StoreError> {
        self.slots.used()
    }

    /// Notes that an enrol or copy grant is used up; durable before the act.
    pub fn use_grant(&mut self, id: GrantId, until: Timestamp, now: Timestamp, rng: &mut dyn Rng) -> Result<(), StoreError> {
        self.usable()?;
        self.page.use_grant(id, until, now).map_err(|_| StoreError::GrantUsed)?;
        self.commit(|_| None, rng)
    }

    /// Stores a new template. Crash order: the sealed bytes first, in a slot that no page names; only the page makes them a template.
    pub fn admit(&mut self, enrolled: Enrolled, at: Timestamp, ratchet: &Ratchet, rng: &mut dyn Rng) -> Result<(), StoreError> {
        let slot = self.page.free_slot();
        self.put_template(slot, enrolled.sealed(), rng)?;
        self.commit(|page| page.admit(enrolled, slot, at, ratchet.month(), ratchet.key()), rng)
    }

    fn put_template(&mut self, slot: u32, sealed: &SealedTemplate, rng: &mut dyn Rng) -> Result<(), StoreError> {
        self.usable()?;
        self.slots.write(slot, sealed, rng)
    }

    /// Ends a person's template and keys, durably when this returns. Erasing somebody who is not here is no error.
    pub fn erase_person(&mut self, person: PersonId, rng: &mut dyn Rng) -> Result<(), StoreError> {
        if self.page.person(person).is_none() {
            return self.usable();
        }
        self.commit(|page| page.erase(person), rng)
    }

    /// Turns every ratchet that is older to `month`; the months before end for all, also for who has not come since. Whether there was one.
    pub fn turn_month(&mut self, month: Month, rng: &mut dyn Rng) -> Result<bool, StoreError> {
        let turned: Vec<(PersonId, Ratchet)> = self
            .page
            .people()
            .filter(|(_, keys)| keys.ratchet().0 < month)
            .map(|(person, keys)| {
                let (held, key) = keys.ratchet();
                (person, Ratchet::new(held, key).turned_to(month))
            })
            .collect();
        if turned.is_empty() {
            return Ok(false);
        }
        let change = |page: &mut KeyPage| {
            for (person, ratchet) in &turned {
                page.turn_ratchet(*person, ratchet.month(), ratchet.key());
            }
            None
        };
        self.commit(change, rng)?;
        Ok(true)
    }

    /// Begins a new transit key and ends all before it. For when the server has every frame.
    pub fn rotate_transit(&mut self, rng: &mut dyn Rng) -> Result<(), StoreError> {
        self.usable()?;
        let id = self.page.add_transit(rng);
        self.page.end_transit_before(id);
        self.commit(|_| None, rng)
    }

    /// Stores a snapshot under a key of its own. Crash order: the new file first, under a name that no page knows; the page puts it
    /// in force and ends the old key; the old file goes last. Each crash leaves one whole snapshot.
    pub fn put_snapshot(&mut self, bytes: &[u8], rng: &mut dyn Rng) -> Result<(), StoreError> {
        self.usable()?;
        let id = self.page.snapshot().0.saturating_add(1);
        let key = StoreKey::generate(rng);
        let sealed = Zeroizing::new(key.seal(&snapshot_context(id), bytes, rng).ok_or(StoreError::Seal)?);
        files::write_new(&self.snapshot_path(id), &sealed)?;
        files::sync_folder(&self.data)?;
        let before = self.page.snapshot().0;
        self.commit(
            |page| {
                page.set_snapshot(id, key);
                None
            },
            rng,
        )?;
        Ok(files::wipe(&self.snapshot_path(before), rng)?)
    }

    /// The stored snapshot, `None` before the first or when it does not open.
    pub fn snapshot(&self) -> Option<Zeroizing<Vec<u8>>> {
        let (id, key) = self.page.snapshot();
        let sealed = files::read(&self.snapshot_path(id)).ok()?;
        key.open(&snapshot_context(id), &sealed)
    }

    fn snapshot_path(&self, id: u64) -> PathBuf {
        self.data.join(format!("snapshot.{id}"))
    }

    const fn usable(&self) -> Result<(), StoreError> {
        if self.broken { Err(StoreError::Broken) } else { Ok(()) }
    }

    /// Changes the page and makes the change durable; `change` names a slot whose template ended with it.
    fn commit(&mut self, change: impl FnOnce(&mut KeyPage) -> Option<u32>, rng: &mut dyn Rng) -> Result<(), StoreError> {
        self.commit_until(change, rng, &mut |_| Ok(()))
    }

    /// As [`Self::commit`]; `after` hears of each step, and tests stop there.
    fn commit_until(
        &mut self,
        change: impl FnOnce(&mut KeyPage) -> Option<u32>,
        rng: &mut dyn Rng,
        after: &mut dyn FnMut(Step) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.usable()?;
        // Memory goes first: a person who is being erased is not compared any more, whatever the disk does.
        let ended = change(&mut self.page);
        self.broken = true;
        self.reanchor(ended, rng, after)?;
        self.broken = false;
        Ok(())
    }
}

fn snapshot_context(id: u64) -> Vec<u8> {
    [b"countenance/snapshot-file/v1".as_slice(), &id.to_be_bytes()].concat()
}

#[cfg(test)]
mod tests;
