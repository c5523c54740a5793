//! Memory for plain templates: whole pages that the kernel is asked to keep out of swap and core dumps, zeroed before they are
//! given back. Beside `dot`, the crate's only `unsafe` stands here.
#![expect(
    unsafe_code,
    reason = "allocating pages and asking the kernel to lock them has no safe form in std"
)]

use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error};
use std::ptr::NonNull;

use zeroize::Zeroize as _;

/// Largest page size of the machines this runs on; a multiple of the smaller ones.
const PAGE: usize = 16 * 1024;

/// `len` bytes on pages of their own. Pages of their own, because `munlock` works on pages: two values sharing one would unlock
/// each other.
pub(crate) struct Locked {
    start: NonNull<u8>,
    len: usize,
    layout: Layout,
}

impl Locked {
    /// Zeroed memory. Where the kernel refuses to lock (a small `RLIMIT_MEMLOCK`) the memory is used all the same: it is still
    /// zeroed on drop, and a gate without swap loses nothing. `None` when `len` is beyond what memory can hold.
    pub(crate) fn zeroed(len: usize) -> Option<Self> {
        let size = len.max(1).checked_next_multiple_of(PAGE)?;
        let layout = Layout::from_size_align(size, PAGE).ok()?;
        // SAFETY: `layout` has a size of at least one page, so it is not zero.
        let start = unsafe { alloc_zeroed(layout) };
        let Some(start) = NonNull::new(start) else {
            handle_alloc_error(layout)
        };
        // SAFETY: the range is exactly the allocation above; neither call touches its content, and both may fail without harm.
        unsafe {
            libc::mlock(start.as_ptr().cast(), size);
            libc::madvise(start.as_ptr().cast(), size, libc::MADV_DONTDUMP);
        }
        Some(Self { start, len, layout })
    }

    pub(crate) const fn bytes(&self) -> &[u8] {
        // SAFETY: `start` points to `layout.size() >= len` initialised (zeroed) bytes that this value owns until drop.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.len) }
    }

    pub(crate) const fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: as above, and `&mut self` makes this the only reference.
        unsafe { std::slice::from_raw_parts_mut(self.start.as_ptr(), self.len) }
    }
}

/// No core dump of this process; with `alone`, no other process of the same user reads its memory either.
/// Both may fail on unusual kernels, and then change nothing.
pub fn forbid_core_dumps(alone: bool) {
    let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: `none` outlives the call, which only reads it.
    unsafe { libc::setrlimit(libc::RLIMIT_CORE, &raw const none) };
    if alone {
        // SAFETY: this option takes one number and touches no memory of ours.
        unsafe { libc::prctl(libc::PR_SET_DUMPABLE, 0, 0, 0, 0) };
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        self.bytes_mut().zeroize();
        // SAFETY: the range is the allocation of `zeroed`, given back once, with the layout it was made with.
        unsafe {
            libc::madvise(self.start.as_ptr().cast(), self.layout.size(), libc::MADV_DODUMP);
            libc::munlock(self.start.as_ptr().cast(), self.layout.size());
            dealloc(self.start.as_ptr(), self.layout);
        }
    }
}

// SAFETY: the pointer is owned, never shared outside a borrow of `self`, and memory may be freed from any thread.
unsafe impl Send for Locked {}
// SAFETY: `&Locked` gives out `&[u8]` only.
unsafe impl Sync for Locked {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locked_memory_begins_zeroed_and_keeps_what_is_written() {
        for len in [0, 1, 1548, PAGE, PAGE + 1] {
            let mut memory = Locked::zeroed(len).unwrap();
            assert_eq!(memory.bytes().len(), len);
            assert!(memory.bytes().iter().all(|byte| *byte == 0));
            memory.bytes_mut().fill(7);
            assert!(memory.bytes().iter().all(|byte| *byte == 7));
        }
        assert!(Locked::zeroed(usize::MAX).is_none());
    }

    #[test]
    fn memory_that_the_kernel_will_not_lock_is_used_all_the_same() {
        // More than RLIMIT_MEMLOCK allows on an ordinary machine; where it allows more, the test says only that it works.
        let blocks: Vec<Locked> = (0..1024).filter_map(|_| Locked::zeroed(PAGE)).collect();
        assert_eq!(blocks.len(), 1024);
    }
}
