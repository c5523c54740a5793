//! Proofs about the rulebook: not for the requests that somebody thought of, but for every one that there could be.
//!
//! The proofs stand in `tests/proofs/` and run with the feature `solver` (`cargo xtask test`, or
//! `cargo test -p countenance-rules-proof --features solver`). They need Debian's cvc5 as a separate program; nothing of it is
//! linked or shipped, and the server does not contain this crate.
