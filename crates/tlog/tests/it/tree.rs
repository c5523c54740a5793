use countenance_tlog::{
    EMPTY_ROOT, Frontier, Hash, Tile, consistency, consistency_holds, inclusion, inclusion_root, leaf_hash, node_hash, root,
};

/// RFC 6962's definition, read aloud: slow and plain.
fn by_definition(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => EMPTY_ROOT,
        [leaf] => *leaf,
        _ => {
            let mut split = 1;
            while split * 2 < leaves.len() {
                split *= 2;
            }
            node_hash(&by_definition(&leaves[..split]), &by_definition(&leaves[split..]))
        }
    }
}

fn leaves(count: u64) -> Vec<Hash> {
    (0..count).map(|at| leaf_hash(&at.to_be_bytes())).collect()
}

/// Reads whole subtrees out of leaves.
fn reader(leaves: &[Hash]) -> impl FnMut(u32, u64) -> Option<Hash> + '_ {
    |level, at| {
        let begin = usize::try_from(at << level).unwrap();
        leaves.get(begin..begin + (1 << level)).map(by_definition)
    }
}

#[test]
fn roots_are_those_of_the_definition() {
    let all = leaves(257);
    let mut frontier = Frontier::default();
    for size in 0..=257usize {
        let expected = by_definition(&all[..size]);
        assert_eq!(root(size as u64, &mut reader(&all)), Some(expected), "{size}");
        assert_eq!(frontier.root(), expected, "{size}");
        assert_eq!(Frontier::of(size as u64, &mut reader(&all)), Some(frontier.clone()), "{size}");
        if let Some(leaf) = all.get(size) {
            frontier.push(*leaf, &mut |level, at, hash| {
                assert_eq!(reader(&all)(level, at), Some(hash), "level {level} at {at}");
            });
        }
    }
}

#[test]
fn every_leaf_of_every_tree_leads_to_its_root_and_no_other_does() {
    let all = leaves(66);
    for size in 1..=66u64 {
        let expected = root(size, &mut reader(&all)).unwrap();
        for index in 0..size {
            let path = inclusion(index, size, &mut reader(&all)).unwrap();
            let leaf = all[usize::try_from(index).unwrap()];
            let leads = |leaf: &Hash, index, size, path: &[Hash]| inclusion_root(leaf, index, size, path) == Some(expected);
            assert!(leads(&leaf, index, size, &path), "{index} of {size}");
            assert!(
                !leads(&leaf_hash(b"other"), index, size, &path),
                "another leaf at {index} of {size}"
            );
            assert!(!leads(&leaf, index + 1, size, &path), "{index} + 1 of {size}");
            assert!(
                !leads(&leaf, index, size, &[&path[..], &[leaf]].concat()),
                "one more at {index} of {size}"
            );
            if let Some(last) = path.len().checked_sub(1) {
                assert!(!leads(&leaf, index, size, &path[..last]), "one less at {index} of {size}");
                let mut swapped = path.clone();
                swapped.rotate_left(1);
                assert_eq!(leads(&leaf, index, size, &swapped), path.len() == 1, "turned at {index} of {size}");
            }
        }
        assert_eq!(inclusion(size, size, &mut reader(&all)), None);
    }
}

#[test]
fn every_tree_begins_with_every_smaller_one_and_with_no_other() {
    let all = leaves(66);
    let mut other = all.clone();
    other[0] = leaf_hash(b"other");
    for new in 0..=66u64 {
        let new_root = root(new, &mut reader(&all)).unwrap();
        for old in 0..=new {
            let old_root = root(old, &mut reader(&all)).unwrap();
            let path = consistency(old, new, &mut reader(&all)).unwrap();
            assert!(consistency_holds(old, &old_root, new, &new_root, &path), "{old} in {new}");
            if old > 0 {
                let forked = root(old, &mut reader(&other)).unwrap();
                assert!(!consistency_holds(old, &forked, new, &new_root, &path), "a fork at {old} in {new}");
            }
            assert!(
                !consistency_holds(old, &old_root, new, &leaf_hash(b"other"), &path) || old == 0,
                "{old} in another {new}"
            );
            assert!(
                !consistency_holds(old, &old_root, new, &new_root, &[&path[..], &[new_root]].concat()),
                "one more, {old} in {new}"
            );
            if !path.is_empty() {
                assert!(
                    !consistency_holds(old, &old_root, new, &new_root, &path[1..]),
                    "one less, {old} in {new}"
                );
            }
            assert!(!consistency_holds(new + 1, &old_root, new, &new_root, &path));
        }
    }
}

#[test]
fn proofs_of_a_large_tree_come_out_of_its_tiles() {
    let size = 70_000u64;
    let mut tiles: std::collections::BTreeMap<(u32, u64), Vec<u8>> = std::collections::BTreeMap::new();
    let mut frontier = Frontier::default();
    for leaf in leaves(size) {
        frontier.push(leaf, &mut |level, at, hash| {
            if level % 8 == 0 {
                tiles.entry((level / 8, at / 256)).or_default().extend(hash);
            }
        });
    }
    for ((level, index), bytes) in &tiles {
        assert_eq!(
            Tile::width(*level, *index, size),
            Some(bytes.len() as u64 / 32),
            "tile {level}/{index}"
        );
    }
    let mut read = |level: u32, at: u64| {
        let (tile, within, at) = Tile::holding(level, at, size)?;
        Tile::hash(tiles.get(&(tile.level, tile.index))?, within, at)
    };
    let expected = frontier.root();
    assert_eq!(root(size, &mut read), Some(expected));
    for index in [0, 1, 255, 256, 65_535, 65_536, 69_888, 69_999] {
        let path = inclusion(index, size, &mut read).unwrap();
        assert_eq!(
            inclusion_root(&leaf_hash(&index.to_be_bytes()), index, size, &path),
            Some(expected),
            "{index}"
        );
    }
    for old in [1, 255, 256, 65_535, 65_536, 65_537, 69_999] {
        let path = consistency(old, size, &mut read).unwrap();
        let old_root = root(old, &mut read).unwrap();
        assert!(consistency_holds(old, &old_root, size, &expected, &path), "{old}");
    }
}
