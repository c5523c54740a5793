//! Lists of tags: how a person finds their own leaves without asking for them.
//!
//! A list covers a stretch of the ledger and can be made again by anybody from the entries: for each leaf the first eight bytes of
//! its tag and its place, sorted, sixteen bytes a row. Its hash is a leaf of the server's own, committed openly.

use countenance_base::Timestamp;
use countenance_gate_core::journal::{LEAF_BYTES, Leaf, Record, RecordKind};
use countenance_storage::{StoreError, Tx};
use sha2::{Digest, Sha256};

use crate::store;
use crate::writer::site_record;

/// One listed stretch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TagList {
    pub number: u64,
    /// Places `first..past`.
    pub first: u64,
    pub past: u64,
    pub sha256: [u8; 32],
    /// The server's own leaf that commits to it.
    pub sequence: u64,
    pub made_at: Timestamp,
}

impl TagList {
    /// What the leaf's record says.
    pub fn words(&self) -> String {
        let Self {
            number,
            first,
            past,
            sha256,
            ..
        } = self;
        format!("list {number} places {first} {past} sha256 {}", countenance_base::to_hex(sha256))
    }

    /// What the leaf commits to.
    pub(crate) fn record(&self) -> Record {
        site_record(RecordKind::TagList, self.words(), self.made_at)
    }
}

/// When a list was made, out of the coarse time of its leaf.
pub(crate) fn made_at(ten_minutes: u32) -> Timestamp {
    Timestamp::from_seconds(i64::from(ten_minutes) * 600)
}

/// The rows of these leaves. What is no leaf has no tag and no row.
pub fn tag_rows<'a>(leaves: impl IntoIterator<Item = (u64, &'a [u8])>) -> Vec<u8> {
    let mut rows: Vec<[u8; 16]> = leaves.into_iter().filter_map(|(place, leaf)| row(place, leaf)).collect();
    rows.sort_unstable();
    rows.concat()
}

fn row(place: u64, leaf: &[u8]) -> Option<[u8; 16]> {
    let leaf: &[u8; LEAF_BYTES] = leaf.try_into().ok()?;
    let leaf = Leaf::from_bytes(leaf)?;
    let (tag, _) = leaf.tag.split_first_chunk::<8>()?;
    [tag.as_slice(), &place.to_be_bytes()].concat().try_into().ok()
}

/// All lists, the oldest first.
pub async fn tag_lists(tx: &mut Tx) -> Result<Vec<TagList>, StoreError> {
    store::list_tag_lists(tx).await
}

/// The rows of a stretch.
pub async fn read_tags(tx: &mut Tx, first: u64, past: u64) -> Result<Vec<u8>, StoreError> {
    let leaves = store::placed_leaves(tx, first, past).await?;
    Ok(tag_rows(leaves.iter().map(|(place, leaf)| (*place, leaf.as_slice()))))
}

/// Sealed records of a stretch by place: each opens for the person whom it is about, and for two of three holders of evidence shares.
pub async fn sealed_records(tx: &mut Tx, first: u64, past: u64) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
    store::placed_records(tx, first, past).await
}

pub(crate) fn hash(rows: &[u8]) -> [u8; 32] {
    Sha256::digest(rows).into()
}
