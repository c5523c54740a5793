//! Logs, notes, proofs and policies against their definitions, good and mutated.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests may fail as tests do")]

mod notes;
mod policies;
mod proofs;
mod tree;
