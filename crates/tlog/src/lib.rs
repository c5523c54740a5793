//! Transparency logs as C2SP specifies them: Merkle trees (RFC 6962), tiles, signed notes, checkpoints, cosignatures, proofs, policies
//! and the words that witnesses speak. Pure: no IO, no clock, no randomness.
//!
//! Pinned to the texts of C2SP's main branch of 2026-07-22: `signed-note`, `tlog-checkpoint`, `tlog-tiles`, `tlog-cosignature`,
//! `tlog-witness`, `tlog-proof`, `tlog-policy`. Parsers are strict: one text for one meaning, everything else is refused.

mod add_checkpoint;
mod checkpoint;
mod frontier;
mod hash;
mod memory;
mod note;
mod policy;
mod proof;
mod text;
mod tile;
mod tree;

pub use add_checkpoint::{AddCheckpoint, PROOF_LINES_MAX};
pub use checkpoint::{Checkpoint, Cosignature, cosign, open_cosignature};
pub use frontier::Frontier;
pub use hash::{EMPTY_ROOT, Hash, leaf_hash, node_hash};
pub use memory::MemoryTree;
pub use note::{KEY_COSIGNER, KEY_LOG, Note, NoteError, NoteKey, NoteSignature, NoteSigner};
pub use policy::{Policy, PolicyError, Witnessed};
pub use proof::{Proof, ProofError};
pub use tile::{Entries, TILE_WIDTH, Tile, entries_path, tile_path};
pub use tree::{consistency, consistency_holds, inclusion, inclusion_root, root, subtree_root};
