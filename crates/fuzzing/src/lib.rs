//! One target for each parser that strangers' bytes reach at a door, from it or in an inspection, and what must hold whatever the
//! bytes are.
//!
//! A target panics when its property is broken: that is what both ways of running it look for. `cargo test` replays the committed
//! corpus and seeded mutations of it on the stable toolchain; `cargo xtask fuzz` has libFuzzer search on a nightly one.
//!
//! The properties: nothing panics; what is accepted is written back as the same bytes; an altered signed object is not accepted, so what
//! is accepted is the original.

pub mod corpus;
pub mod estate;
mod mutate;
mod replay;
pub mod targets;

pub use replay::{Counts, Fall, replay};

/// What became of the bytes. Both are fine; a target tells them apart so that a test can see that it reaches both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Accepted,
    Refused,
}

impl Verdict {
    const fn accepted_if(accepted: bool) -> Self {
        if accepted { Self::Accepted } else { Self::Refused }
    }
}

/// One parser under its properties.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Name of the corpus folder, and of libFuzzer's program.
    pub name: &'static str,
    pub run: fn(&[u8]) -> Verdict,
}

/// The target of this name.
pub fn target(name: &str) -> Option<Target> {
    targets::ALL.into_iter().find(|target| target.name == name)
}
