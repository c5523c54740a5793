//! The form of the journal: leaf, frame, secrets of a leaf. Writing it durably is the agent's.

mod evidence;
mod frame;
mod leaf;
mod ratchet;
mod record;

pub use evidence::Evidence;
pub use frame::{FRAME_BYTES_MAX, Frame, FrameFault, read_frame, write_frame};
pub use leaf::{LEAF_BYTES, Leaf, LeafClass, RawLeaf};
pub use ratchet::Ratchet;
pub use record::{Record, RecordKind, commit, commit_openly, open_record, opened_openly, opened_record, read_opened, seal_record};
