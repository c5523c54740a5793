//! The template file: places of 2 KiB. A place in use begins with the template's format byte; a free one with zero and is random
//! beyond, or was never written.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use countenance_anchor::files;
use countenance_base::Rng;
use countenance_gallery::{SEALED_TEMPLATE_BYTES, SealedTemplate};
use zeroize::Zeroizing;

use super::{StoreError, failed};

const SLOT_BYTES: usize = 2048;
/// First byte of a place that no template lies in.
const FREE: u8 = 0;

pub(super) struct Slots(File);

impl Slots {
    fn path(data: &Path) -> std::path::PathBuf {
        data.join("templates")
    }

    pub(super) fn create(data: &Path) -> Result<Self, StoreError> {
        Ok(Self(files::create(&Self::path(data))?))
    }

    pub(super) fn open(data: &Path) -> Result<Self, StoreError> {
        Ok(Self(files::open(&Self::path(data))?))
    }

    pub(super) fn read(&self, slot: u32) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let mut bytes = Zeroizing::new(vec![0; SEALED_TEMPLATE_BYTES]);
        self.0.read_exact_at(&mut bytes, offset(slot)).map_err(failed("read a template"))?;
        Ok(bytes)
    }

    /// Durable when it returns. Behind the template the place is random, so that its end does not show.
    pub(super) fn write(&self, slot: u32, sealed: &SealedTemplate, rng: &mut dyn Rng) -> Result<(), StoreError> {
        let mut bytes = Zeroizing::new([0u8; SLOT_BYTES]);
        rng.fill(bytes.as_mut_slice());
        for (byte, value) in bytes.iter_mut().zip(sealed.as_bytes()) {
            *byte = *value;
        }
        self.put(slot, &bytes)
    }

    pub(super) fn overwrite(&self, slot: u32, rng: &mut dyn Rng) -> Result<(), StoreError> {
        let mut bytes = Zeroizing::new([0u8; SLOT_BYTES]);
        rng.fill(bytes.as_mut_slice());
        if let Some(first) = bytes.first_mut() {
            *first = FREE;
        }
        self.put(slot, &bytes)
    }

    /// Overwrites every place that holds something and is not `named`.
    pub(super) fn overwrite_unnamed(&self, named: impl Fn(u32) -> bool, rng: &mut dyn Rng) -> Result<(), StoreError> {
        for slot in (0..self.count()?).filter(|slot| !named(*slot)) {
            if self.is_used(slot)? {
                self.overwrite(slot, rng)?;
            }
        }
        Ok(())
    }

    /// How many places hold something.
    pub(super) fn used(&self) -> Result<usize, StoreError> {
        let mut used = 0;
        for slot in 0..self.count()? {
            used += usize::from(self.is_used(slot)?);
        }
        Ok(used)
    }

    fn count(&self) -> Result<u32, StoreError> {
        let length = self.0.metadata().map_err(failed("read the templates"))?.len();
        Ok(u32::try_from(length.div_ceil(SLOT_BYTES as u64)).unwrap_or(u32::MAX))
    }

    fn is_used(&self, slot: u32) -> Result<bool, StoreError> {
        let mut first = [0u8];
        self.0.read_exact_at(&mut first, offset(slot)).map_err(failed("read a template"))?;
        Ok(first != [FREE])
    }

    fn put(&self, slot: u32, bytes: &[u8; SLOT_BYTES]) -> Result<(), StoreError> {
        self.0.write_all_at(bytes, offset(slot)).map_err(failed("write a template"))?;
        self.0.sync_data().map_err(failed("write a template durably"))
    }
}

fn offset(slot: u32) -> u64 {
    u64::from(slot) * SLOT_BYTES as u64
}
