//! Making a store, and opening one: finds the state that holds and finishes what a crash left unfinished.

use std::path::Path;

use countenance_anchor::{AnchorFile, files};
use countenance_base::Rng;
use countenance_gallery::{Anchor, KeyPage};
use zeroize::Zeroizing;

use super::claimed::{self, ClaimedGate};
use super::commit::keys_path;
use super::slots::Slots;
use super::{SealedStore, StoreError};

impl SealedStore {
    /// Makes the store of a newly claimed gate. Crash order: `gate.toml` comes last, and a store without it does not exist; what an
    /// earlier attempt left is in the way ([`StoreError::Exists`]) and is for a person to look at.
    pub fn create(data: &Path, anchor: &Path, draft: KeyPage, claimed: &ClaimedGate, rng: &mut dyn Rng) -> Result<Self, StoreError> {
        if Self::exists(data) {
            return Err(StoreError::Exists);
        }
        files::private_folder(data)?;
        files::private_folder(anchor)?;
        let (text, bound) = claimed::write(claimed)?;
        let anchor_file = AnchorFile::create(anchor, rng)?;
        Slots::create(data)?;
        let first = Anchor::generate(rng);
        let sealed = Zeroizing::new(draft.seal(&first, 1, &bound, rng).ok_or(StoreError::Seal)?);
        drop(draft);
        files::write_new(&keys_path(data, 1), &sealed)?;
        files::sync_folder(data)?;
        anchor_file.write(1, first.bytes(), rng)?;
        files::sync_folder(anchor)?;
        files::write_new(&claimed::path(data), &text)?;
        files::sync_folder(data)?;
        drop(anchor_file);
        Self::open(data, anchor, rng)
    }

    /// Opens a store.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the anchor in force opens no page. The page of an older generation is never taken instead:
    /// it could bring back a person who was erased.
    pub fn open(data: &Path, anchor: &Path, rng: &mut dyn Rng) -> Result<Self, StoreError> {
        let (claimed, bound) = claimed::read(data)?;
        let lock = files::open(&claimed::path(data))?;
        lock.try_lock().map_err(|_| StoreError::InUse)?;
        let anchor_file = AnchorFile::open(anchor)?;
        let (generation, in_force) = anchor_file
            .held()?
            .into_iter()
            .next()
            .ok_or(StoreError::Corrupt("no anchor is whole"))?;
        let sealed = files::read(&keys_path(data, generation))?;
        let page = KeyPage::open(&sealed, &Anchor::from_bytes(&in_force), generation, &bound)
            .ok_or(StoreError::Corrupt("the key page does not open"))?;
        drop(in_force);
        let slots = Slots::open(data)?;
        let store = Self {
            data: data.to_owned(),
            claimed,
            bound,
            page,
            generation,
            anchor: anchor_file,
            slots,
            broken: false,
            _lock: lock,
        };
        store.finish(rng)?;
        Ok(store)
    }

    /// Steps (c) to (e) of [`super::commit`], and leftovers of (a). All may be done twice.
    fn finish(&self, rng: &mut dyn Rng) -> Result<(), StoreError> {
        // The other place, whatever is in it: a write torn inside (b) or (c) may have left parts of an anchor without its checksum.
        self.anchor.forget(self.generation + 1, rng)?;
        for generation in files::numbered(&self.data, "keys.")?
            .into_iter()
            .filter(|number| *number != self.generation)
        {
            files::wipe(&keys_path(&self.data, generation), rng)?;
        }
        let snapshot = self.page.snapshot().0;
        for id in files::numbered(&self.data, "snapshot.")?
            .into_iter()
            .filter(|number| *number != snapshot)
        {
            files::wipe(&self.snapshot_path(id), rng)?;
        }
        let named: std::collections::BTreeSet<u32> = self.page.people().map(|(_, keys)| keys.slot()).collect();
        self.slots.overwrite_unnamed(|slot| named.contains(&slot), rng)
    }
}
