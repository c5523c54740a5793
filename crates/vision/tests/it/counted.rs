//! Counts what one thread holds, so that a test can say how much a decoder reserved at most.

#![expect(
    unsafe_code,
    reason = "an allocator is unsafe by its trait; this one hands everything to the system's"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

struct Counting;

#[global_allocator]
static COUNTING: Counting = Counting;

thread_local! {
    static HELD: Cell<i64> = const { Cell::new(0) };
    static PEAK: Cell<i64> = const { Cell::new(0) };
}

fn count(bytes: usize, sign: i64) {
    // A thread that ends has no counters any more, and no test waits for it.
    HELD.try_with(|held| {
        held.set(held.get() + sign * i64::try_from(bytes).unwrap_or(i64::MAX / 4));
        PEAK.try_with(|peak| peak.set(peak.get().max(held.get()))).ok();
    })
    .ok();
}

// SAFETY: every call is the system allocator's own; counting touches thread-local cells that need no allocation.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 1);
        // SAFETY: as our caller promised.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 1);
        // SAFETY: as our caller promised.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        count(layout.size(), -1);
        // SAFETY: as our caller promised.
        unsafe { System.dealloc(at, layout) }
    }
}

/// What `work` gives, and the most bytes that this thread held meanwhile beyond what it held before.
pub(crate) fn peak<T>(work: impl FnOnce() -> T) -> (T, u64) {
    let before = HELD.get();
    PEAK.set(before);
    let done = work();
    (done, u64::try_from(PEAK.get() - before).unwrap_or(0))
}

#[test]
fn what_is_held_and_given_back_is_counted() {
    let (_, most) = peak(|| {
        drop(std::hint::black_box(vec![1u8; 300_000]));
        std::hint::black_box(vec![0u8; 200_000])
    });
    assert!((300_000..310_000).contains(&most), "{most}");
    let (grown, most) = peak(|| {
        let mut grown = Vec::with_capacity(10);
        grown.resize(100_000, 7u8);
        grown
    });
    assert!(most >= grown.len() as u64, "growing counts too: {most}");
}
