//! Tiles: 256 hashes of one level side by side, and bundles of 256 entries (C2SP tlog-tiles).

use crate::hash::{Hash, node_hash};

/// Hashes in a whole tile, and entries in a whole bundle.
pub const TILE_WIDTH: u64 = 256;
/// Levels of the tree in one tile.
const TILE_LEVELS: u32 = 8;

/// Where in the tree a tile lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tile {
    /// Levels of tiles, not of the tree: its hashes are of subtrees of 256^level leaves.
    pub level: u32,
    pub index: u64,
    /// Hashes in it: 256, or fewer at the right edge.
    pub width: u64,
}

impl Tile {
    /// The tile in which a tree of `size` leaves has hash `at` of tree level `level`, and its place there: level and place within.
    pub fn holding(level: u32, at: u64, size: u64) -> Option<(Self, u32, u64)> {
        let tile_level = level / TILE_LEVELS;
        let within = level % TILE_LEVELS;
        let first = at.checked_shl(within)?;
        let index = first / TILE_WIDTH;
        let width = Self::width(tile_level, index, size)?;
        let tile = Self {
            level: tile_level,
            index,
            width,
        };
        // The subtree must lie wholly within what the tile has.
        let begin = first % TILE_WIDTH;
        (begin + (1 << within) <= width).then_some((tile, within, at % (TILE_WIDTH >> within)))
    }

    /// How many hashes tile `index` of this level has in a tree of `size` leaves; `None` when it has none.
    pub fn width(level: u32, index: u64, size: u64) -> Option<u64> {
        let hashes = size.checked_shr(level * TILE_LEVELS)?;
        let width = hashes.saturating_sub(index.checked_mul(TILE_WIDTH)?).min(TILE_WIDTH);
        (width > 0).then_some(width)
    }

    pub const fn is_whole(&self) -> bool {
        self.width == TILE_WIDTH
    }

    /// The hash `at` of level `within` (0 for the tile's own hashes) out of the tile's bytes.
    pub fn hash(bytes: &[u8], within: u32, at: u64) -> Option<Hash> {
        if within == 0 {
            let begin = usize::try_from(at).ok()?.checked_mul(32)?;
            return bytes.get(begin..begin.checked_add(32)?)?.try_into().ok();
        }
        Some(node_hash(
            &Self::hash(bytes, within - 1, at * 2)?,
            &Self::hash(bytes, within - 1, at * 2 + 1)?,
        ))
    }
}

/// `tile/<level>/<index>[.p/<width>]`.
pub fn tile_path(tile: &Tile) -> String {
    format!("tile/{}/{}{}", tile.level, spelled(tile.index), partial(tile.width))
}

/// `tile/entries/<index>[.p/<width>]`.
pub fn entries_path(index: u64, width: u64) -> String {
    format!("tile/entries/{}{}", spelled(index), partial(width))
}

fn partial(width: u64) -> String {
    if width == TILE_WIDTH {
        String::new()
    } else {
        format!(".p/{width}")
    }
}

/// Three digits a folder, every folder but the last behind an `x`.
fn spelled(mut index: u64) -> String {
    let mut path = format!("{:03}", index % 1000);
    while index >= 1000 {
        index /= 1000;
        path = format!("x{:03}/{path}", index % 1000);
    }
    path
}

/// Entries of a bundle: each with its length in two bytes before it, big-endian.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entries(pub Vec<Vec<u8>>);

impl Entries {
    /// `None` when an entry is longer than 65,535 bytes.
    pub fn to_bytes(&self) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        for entry in &self.0 {
            bytes.extend(u16::try_from(entry.len()).ok()?.to_be_bytes());
            bytes.extend(entry);
        }
        Some(bytes)
    }

    /// Reads a bundle to its last byte.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes;
        let mut entries = Vec::new();
        while let Some((length, more)) = rest.split_first_chunk::<2>() {
            let (entry, more) = more.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
            entries.push(entry.to_vec());
            rest = more;
        }
        rest.is_empty().then_some(Self(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_of_the_specification() {
        assert_eq!(spelled(1_234_067), "x001/x234/067");
        assert_eq!(spelled(0), "000");
        assert_eq!(spelled(999), "999");
        assert_eq!(spelled(1000), "x001/000");
        assert_eq!(
            tile_path(&Tile {
                level: 0,
                index: 273,
                width: 112
            }),
            "tile/0/273.p/112"
        );
        assert_eq!(entries_path(1, 256), "tile/entries/001");
    }

    #[test]
    fn the_tree_of_the_specification_has_its_tiles() {
        // 70,000 leaves: 273 whole tiles and one of 112, then one whole and one of 17, then one of 1.
        assert_eq!(Tile::width(0, 272, 70_000), Some(256));
        assert_eq!(Tile::width(0, 273, 70_000), Some(112));
        assert_eq!(Tile::width(0, 274, 70_000), None);
        assert_eq!(Tile::width(1, 0, 70_000), Some(256));
        assert_eq!(Tile::width(1, 1, 70_000), Some(17));
        assert_eq!(Tile::width(2, 0, 70_000), Some(1));
        assert_eq!(Tile::width(3, 0, 70_000), None);
        assert_eq!(Tile::width(9, 0, u64::MAX), None);
    }

    #[test]
    fn a_bundle_is_read_to_its_last_byte() {
        let entries = Entries(vec![vec![], vec![1, 2, 3], vec![7; 65_535]]);
        let bytes = entries.to_bytes().unwrap();
        assert_eq!(Entries::from_bytes(&bytes), Some(entries));
        assert_eq!(Entries::from_bytes(&bytes[..bytes.len() - 1]), None);
        assert_eq!(Entries::from_bytes(&[0]), None);
        assert_eq!(Entries(vec![vec![0; 65_536]]).to_bytes(), None);
    }
}
