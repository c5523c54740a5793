//! What a destruction ends, as lines that anybody can hash: one for each copy, bound to the leaf that made it and to the leaf that
//! ended it. The certificate holds their number and Merkle root (RFC 6962), each person their own line with its path.

use countenance_base::{GateId, from_hex, to_hex};
use countenance_tlog::{EMPTY_ROOT, Hash, MemoryTree, inclusion_root, leaf_hash};

/// How a copy ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Its holder signed that it is gone; SHA-256 of what it signed.
    Erased([u8; 32]),
    /// Its holder was declared lost; nobody says that it is gone.
    Lost,
}

/// A template at a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Copy {
    pub gate: GateId,
    /// Place in the ledger of the leaf that made it; none at a lost gate that never told of it.
    pub enrolled: Option<u64>,
    /// Place of the leaf that ended it: the gate's own, or the server's when the gate is lost.
    pub ended: u64,
    pub end: End,
}

impl Copy {
    /// `gate 3 enrolled 41 ended 77 erased <sha256>` or `gate 3 enrolled - ended 99 lost -`.
    pub fn line(&self) -> String {
        let enrolled = self.enrolled.map_or_else(|| "-".to_owned(), |place| place.to_string());
        let (word, ending) = match self.end {
            End::Erased(ending) => ("erased", to_hex(&ending)),
            End::Lost => ("lost", "-".to_owned()),
        };
        format!("gate {} enrolled {enrolled} ended {} {word} {ending}", self.gate, self.ended)
    }

    /// Reads what [`Copy::line`] writes, and nothing else.
    pub fn parse(line: &str) -> Option<Self> {
        let words: Vec<&str> = line.split(' ').collect();
        let ["gate", gate, "enrolled", enrolled, "ended", ended, word, ending] = words.as_slice() else {
            return None;
        };
        let copy = Self {
            gate: GateId(gate.parse().ok()?),
            enrolled: if *enrolled == "-" { None } else { Some(enrolled.parse().ok()?) },
            ended: ended.parse().ok()?,
            end: match (*word, *ending) {
                ("erased", ending) => End::Erased(from_hex(ending)?),
                ("lost", "-") => End::Lost,
                _ => return None,
            },
        };
        (copy.line() == line).then_some(copy)
    }
}

/// The tree over the lines of a destruction's copies.
#[derive(Debug, Clone)]
pub struct CopyTree(MemoryTree);

impl CopyTree {
    pub fn of(copies: &[Copy]) -> Self {
        Self::of_lines(copies.iter().map(Copy::line))
    }

    pub fn of_lines(lines: impl Iterator<Item = String>) -> Self {
        let mut tree = MemoryTree::new();
        for line in lines {
            tree.push(leaf_hash(line.as_bytes()));
        }
        Self(tree)
    }

    pub fn count(&self) -> u64 {
        self.0.size()
    }

    pub fn root(&self) -> Hash {
        self.0.root(self.count()).unwrap_or(EMPTY_ROOT)
    }

    /// Hashes that lead from copy `index` to the root.
    pub fn path(&self, index: u64) -> Option<Vec<Hash>> {
        self.0.inclusion(index, self.count())
    }
}

/// Whether `line` is copy `index` of `count` under `root`.
pub fn is_included(line: &str, index: u64, count: u64, root: &Hash, path: &[Hash]) -> bool {
    inclusion_root(&leaf_hash(line.as_bytes()), index, count, path).as_ref() == Some(root)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copy(number: u64) -> Copy {
        Copy {
            gate: GateId(3),
            enrolled: (!number.is_multiple_of(5)).then_some(number),
            ended: number + 100,
            end: if number.is_multiple_of(5) {
                End::Lost
            } else {
                End::Erased([7; 32])
            },
        }
    }

    #[test]
    fn a_line_has_one_spelling() {
        for number in 0..6 {
            let copy = copy(number);
            assert_eq!(Copy::parse(&copy.line()), Some(copy));
        }
        let good = copy(1).line();
        for bad in [
            good.replace("gate 3", "gate 03"),
            good.replace("gate 3", "gate +3"),
            good.replace("07", "0G"),
            good.to_uppercase(),
            format!("{good} "),
            good.replace("erased", "lost"),
            copy(0).line().replace("lost -", "erased -"),
        ] {
            assert_eq!(Copy::parse(&bad), None, "{bad}");
        }
    }

    #[test]
    fn every_copy_leads_to_the_root_and_no_other_line_does() {
        for count in 0..70 {
            let copies: Vec<Copy> = (0..count).map(copy).collect();
            let tree = CopyTree::of(&copies);
            assert_eq!(tree.count(), count);
            for (index, copy) in (0..).zip(&copies) {
                let path = tree.path(index).unwrap();
                assert!(is_included(&copy.line(), index, count, &tree.root(), &path));
                let other = copy.line().replace("ended 1", "ended 2");
                assert!(!is_included(&other, index, count, &tree.root(), &path));
                assert!(!is_included(&copy.line(), index + 1, count, &tree.root(), &path));
            }
            assert_eq!(tree.path(count), None);
        }
        assert_eq!(CopyTree::of(&[]).root(), EMPTY_ROOT);
    }
}
