//! What a proof carries besides the way through the tree: the leaf itself, and, from a person's own hand, what it commits to.

use countenance_grant::{decode_canonical, encode};

use super::leaf::{Leaf, RawLeaf};

/// The `extra` of a proof: not covered by a signature, and so bound by hashes. The leaf must lead to the root; opening and record, where
/// they are, to the leaf's commitment.
#[derive(Debug, Clone, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(array)]
pub struct Evidence {
    #[n(0)]
    pub leaf: RawLeaf,
    /// Opening and record as the gate sealed them to the person; only the person can add it.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub opened: Option<Vec<u8>>,
}

impl Evidence {
    pub fn to_bytes(&self) -> Vec<u8> {
        encode(self)
    }

    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        decode_canonical(bytes)
    }

    /// The parsed leaf; `None` when the bytes are none.
    pub fn leaf(&self) -> Option<Leaf> {
        Leaf::from_bytes(&self.leaf.0)
    }
}
