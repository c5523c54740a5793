//! A tree whose hashes are all in memory: for who checks one, and for small ones that live in a file.

use crate::hash::{Hash, leaf_hash, node_hash};
use crate::tree;

/// Hashes of every whole subtree, level by level: 64 bytes for each leaf.
#[derive(Debug, Clone, Default)]
pub struct MemoryTree {
    levels: Vec<Vec<Hash>>,
}

impl MemoryTree {
    pub const fn new() -> Self {
        Self { levels: Vec::new() }
    }

    /// The tree of these entries.
    pub fn of<'e>(entries: impl IntoIterator<Item = &'e [u8]>) -> Self {
        let mut tree = Self::new();
        for entry in entries {
            tree.push(leaf_hash(entry));
        }
        tree
    }

    /// Appends a leaf's hash.
    pub fn push(&mut self, leaf: Hash) {
        let mut hash = leaf;
        for level in 0.. {
            if self.levels.len() == level {
                self.levels.push(Vec::new());
            }
            let Some(row) = self.levels.get_mut(level) else { return };
            row.push(hash);
            let (pairs, rest) = row.as_chunks::<2>();
            let (Some([left, right]), true) = (pairs.last(), rest.is_empty()) else {
                return;
            };
            hash = node_hash(left, right);
        }
    }

    pub fn size(&self) -> u64 {
        self.levels.first().map_or(0, |leaves| leaves.len() as u64)
    }

    /// The hash of leaf `index`.
    pub fn leaf(&self, index: u64) -> Option<Hash> {
        self.read(0, index)
    }

    /// Root of the first `size` leaves; `None` beyond what is there.
    pub fn root(&self, size: u64) -> Option<Hash> {
        if size > self.size() {
            return None;
        }
        tree::root(size, &mut |level, at| self.read(level, at))
    }

    /// Hashes that lead from leaf `index` to the root of the first `size` leaves.
    pub fn inclusion(&self, index: u64, size: u64) -> Option<Vec<Hash>> {
        if size > self.size() {
            return None;
        }
        tree::inclusion(index, size, &mut |level, at| self.read(level, at))
    }

    /// Hashes which show that the first `new` leaves begin with the first `old`.
    pub fn consistency(&self, old: u64, new: u64) -> Option<Vec<Hash>> {
        if new > self.size() {
            return None;
        }
        tree::consistency(old, new, &mut |level, at| self.read(level, at))
    }

    fn read(&self, level: u32, at: u64) -> Option<Hash> {
        let row = self.levels.get(usize::try_from(level).ok()?)?;
        row.get(usize::try_from(at).ok()?).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EMPTY_ROOT, Frontier, consistency_holds, inclusion_root};

    #[test]
    fn a_tree_in_memory_is_that_of_the_frontier_and_proves_as_it() {
        let mut tree = MemoryTree::new();
        let mut frontier = Frontier::default();
        assert_eq!(tree.root(0), Some(EMPTY_ROOT));
        for number in 0..130u64 {
            let leaf = leaf_hash(&number.to_be_bytes());
            tree.push(leaf);
            frontier.push(leaf, &mut |_, _, _| {});
            let size = number + 1;
            assert_eq!((tree.size(), tree.root(size)), (size, Some(frontier.root())));
            for old in 0..=size {
                let proof = tree.consistency(old, size).unwrap();
                assert!(consistency_holds(old, &tree.root(old).unwrap(), size, &frontier.root(), &proof));
            }
            let path = tree.inclusion(number / 2, size).unwrap();
            let half = leaf_hash(&(number / 2).to_be_bytes());
            assert_eq!(inclusion_root(&half, number / 2, size, &path), Some(frontier.root()));
        }
        assert_eq!(
            (tree.root(131), tree.inclusion(0, 131), tree.consistency(1, 131)),
            (None, None, None)
        );
    }
}
