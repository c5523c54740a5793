//! One change of the key page, made durable so that every crash leaves the whole old state or the whole new one, and so that what
//! ended has no key on this machine.
//!
//! | step | a crash after it leaves | who goes on |
//! |---|---|---|
//! | (a) `keys.N+1` durable under a new anchor that only memory holds | the old state; `keys.N+1` opens for nobody | [`super::repair`] removes it |
//! | (b) new anchor durable in the other place | **the new state**; the old anchor is still there | repair does (c) to (e) |
//! | (c) old anchor overwritten | the new state; `keys.N` opens for nobody any more | repair does (d), (e) |
//! | (d) `keys.N` overwritten and unlinked | the new state; an ended template's bytes without a key | repair does (e) |
//! | (e) ended template's slot overwritten | the new state, done | – |
//!
//! A crash within (b) tears the new place only: its checksum fails and the old state holds. A crash within (c) tears the old place,
//! which then is no anchor, as it should be.

use countenance_anchor::files;
use countenance_base::Rng;
use countenance_gallery::Anchor;
use zeroize::Zeroizing;

use super::{SealedStore, StoreError};

/// What is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    KeysWritten,
    AnchorWritten,
    OldAnchorGone,
    OldKeysGone,
    SlotGone,
}

impl SealedStore {
    /// Writes the page as it is in memory under a new anchor and ends the old one; see the table above.
    pub(super) fn reanchor(
        &mut self,
        ended: Option<u32>,
        rng: &mut dyn Rng,
        after: &mut dyn FnMut(Step) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let old = self.generation;
        let new = old.checked_add(1).ok_or(StoreError::Broken)?;
        let anchor = Anchor::generate(rng);
        let sealed = Zeroizing::new(self.page.seal(&anchor, new, &self.bound, rng).ok_or(StoreError::Seal)?);

        files::write_new(&keys_path(&self.data, new), &sealed)?;
        files::sync_folder(&self.data)?;
        after(Step::KeysWritten)?;

        self.anchor.write(new, anchor.bytes(), rng)?;
        self.generation = new;
        after(Step::AnchorWritten)?;

        self.anchor.forget(old, rng)?;
        after(Step::OldAnchorGone)?;

        files::wipe(&keys_path(&self.data, old), rng)?;
        after(Step::OldKeysGone)?;

        if let Some(slot) = ended {
            self.slots.overwrite(slot, rng)?;
        }
        after(Step::SlotGone)
    }
}

pub(super) fn keys_path(data: &std::path::Path, generation: u64) -> std::path::PathBuf {
    data.join(format!("keys.{generation}"))
}
