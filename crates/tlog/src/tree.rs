//! Roots and proofs (RFC 6962, section 2.1; RFC 9162, sections 2.1.3 and 2.1.4), from the hashes of whole subtrees.
//!
//! Whoever keeps a tree gives a reader: `read(level, at)` is the hash of the whole subtree of 2^level leaves that begins at leaf
//! `at << level`, `None` when it is not there.

use crate::hash::{EMPTY_ROOT, Hash, node_hash};

/// Root of the tree of `size` leaves; `None` when a hash is missing.
pub fn root(size: u64, read: &mut impl FnMut(u32, u64) -> Option<Hash>) -> Option<Hash> {
    if size == 0 {
        return Some(EMPTY_ROOT);
    }
    subtree_root(0, size, read)
}

/// Hash of the leaves from `begin` up to, and without, `end`. `begin` must be a multiple of the least power of two not below the length.
pub fn subtree_root(begin: u64, end: u64, read: &mut impl FnMut(u32, u64) -> Option<Hash>) -> Option<Hash> {
    let length = end.checked_sub(begin).filter(|length| *length > 0)?;
    if length.is_power_of_two() {
        let level = length.trailing_zeros();
        return read(level, begin >> level);
    }
    let split = begin + split(length);
    let left = subtree_root(begin, split, read)?;
    let right = subtree_root(split, end, read)?;
    Some(node_hash(&left, &right))
}

/// Hashes that lead from leaf `index` to the root of `size` leaves, the lowest first.
pub fn inclusion(index: u64, size: u64, read: &mut impl FnMut(u32, u64) -> Option<Hash>) -> Option<Vec<Hash>> {
    if index >= size {
        return None;
    }
    let (mut begin, mut end) = (0, size);
    let mut path = Vec::new();
    while end - begin > 1 {
        let middle = begin + split(end - begin);
        if index < middle {
            path.push(subtree_root(middle, end, read)?);
            end = middle;
        } else {
            path.push(subtree_root(begin, middle, read)?);
            begin = middle;
        }
    }
    path.reverse();
    Some(path)
}

/// The root that `path` leads to from a leaf's hash; `None` for a path of another length than this place in this tree has.
pub fn inclusion_root(leaf: &Hash, index: u64, size: u64, path: &[Hash]) -> Option<Hash> {
    if index >= size {
        return None;
    }
    // RFC 9162, 2.1.3.2: `node` and `last` are the places of our node and of the last one, level by level.
    let (mut node, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for sibling in path {
        if last == 0 {
            return None;
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(sibling, &hash);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    (last == 0).then_some(hash)
}

/// Hashes which show that the tree of `new` leaves begins with that of `old`; empty for no or all leaves.
pub fn consistency(old: u64, new: u64, read: &mut impl FnMut(u32, u64) -> Option<Hash>) -> Option<Vec<Hash>> {
    if old > new {
        return None;
    }
    if old == 0 || old == new {
        return Some(Vec::new());
    }
    let (mut begin, mut end) = (0, new);
    let mut path = Vec::new();
    // RFC 6962, 2.1.2: down to the subtree in which the old tree ends; `begin > 0` tells that its left part is in the path.
    while old != end {
        let middle = begin + split(end - begin);
        if old <= middle {
            path.push(subtree_root(middle, end, read)?);
            end = middle;
        } else {
            path.push(subtree_root(begin, middle, read)?);
            begin = middle;
        }
    }
    if begin > 0 {
        path.push(subtree_root(begin, end, read)?);
    }
    path.reverse();
    Some(path)
}

/// Whether `path` shows that the tree of `new` leaves with `new_root` begins with the tree of `old` leaves with `old_root`.
pub fn consistency_holds(old: u64, old_root: &Hash, new: u64, new_root: &Hash, path: &[Hash]) -> bool {
    if old > new {
        return false;
    }
    if old == new {
        return path.is_empty() && old_root == new_root;
    }
    if old == 0 {
        return path.is_empty() && *old_root == EMPTY_ROOT;
    }
    both_roots(old, old_root, new, path).is_some_and(|(first, second)| first == *old_root && second == *new_root)
}

/// RFC 9162, 2.1.4.2.
fn both_roots(old: u64, old_root: &Hash, new: u64, path: &[Hash]) -> Option<(Hash, Hash)> {
    let (mut node, mut last) = (old - 1, new - 1);
    let mut rest = path.iter();
    let seed = if old.is_power_of_two() { *old_root } else { *rest.next()? };
    let (mut first, mut second) = (seed, seed);
    while node & 1 == 1 {
        node >>= 1;
        last >>= 1;
    }
    for hash in rest {
        if last == 0 {
            return None;
        }
        if node & 1 == 1 || node == last {
            first = node_hash(hash, &first);
            second = node_hash(hash, &second);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            second = node_hash(&second, hash);
        }
        node >>= 1;
        last >>= 1;
    }
    (last == 0).then_some((first, second))
}

/// Leaves in the left part of a tree of `size` leaves: the greatest power of two below it.
const fn split(size: u64) -> u64 {
    1 << match (size - 1).checked_ilog2() {
        Some(level) => level,
        None => 0,
    }
}
