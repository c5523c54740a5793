//! The right edge of a growing tree: enough to append and to tell the root, whatever the size.

use crate::hash::{EMPTY_ROOT, Hash, node_hash};

/// Roots of the whole subtrees that a tree of `size` leaves is made of, the largest first. At most 64 hashes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

impl Frontier {
    /// The frontier of a tree that is there: `read` as in [`crate::root`].
    pub fn of(size: u64, read: &mut impl FnMut(u32, u64) -> Option<Hash>) -> Option<Self> {
        let mut peaks = Vec::new();
        let mut begin = 0;
        for level in (0..64).rev().filter(|level| size >> level & 1 == 1) {
            peaks.push(read(level, begin >> level)?);
            begin += 1 << level;
        }
        Some(Self { size, peaks })
    }

    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Appends a leaf's hash. `each` is given every subtree that it completes, the leaf itself first: level, place, hash.
    pub fn push(&mut self, leaf: Hash, each: &mut impl FnMut(u32, u64, Hash)) {
        let mut hash = leaf;
        let mut level = 0;
        each(0, self.size, hash);
        while self.size >> level & 1 == 1 {
            let Some(left) = self.peaks.pop() else { break };
            hash = node_hash(&left, &hash);
            level += 1;
            each(level, self.size >> level, hash);
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        let Some(last) = peaks.next() else { return EMPTY_ROOT };
        peaks.fold(*last, |right, left| node_hash(left, &right))
    }
}
