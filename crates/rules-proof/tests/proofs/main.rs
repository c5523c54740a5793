//! What no request at all can get past the newest rulebook, settled by a solver. Each proof is paired with a rulebook that lacks the
//! rule in question: there the solver must find a request that gets through, and Cedar itself must let it through.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail the test"
)]

mod lawful;
mod properties;
mod quick;
mod solver;

use countenance_rules::{Rulebook, Shelf, embedded_files};

/// The newest rulebook, approved or not.
fn rulebook() -> Rulebook {
    let shelf = Shelf::read(&embedded_files()).unwrap_or_else(|error| panic!("{error}"));
    shelf.rulebooks().last().unwrap().clone()
}
