//! The inspector's entrance: asked for by one operator, granted by another, read-only, over after a few days, and logged.
//!
//! One use case a file. Every step leaves an open leaf that says which inspection and, by number, which operator: whoever holds the
//! [`Bundle`] sees from the ledger that two people let the inspector in. A sample of consents is drawn by the server's nonce, promised
//! in a leaf together with the list, and by a word of the inspector's that the server did not know then: neither side can steer it.
//!
//! INVARIANT: nobody grants what they asked for, and no session outlives its inspection.
//! Left out: what the pages show (`countenance`), how they look (`portal`).

mod ask_inspection;
mod bundle;
mod end_inspection;
mod error;
mod grant_inspection;
mod inspection;
mod look;
mod open_inspection;
mod sample;
mod statement;
mod store;

pub use ask_inspection::{AskInspection, DAYS_MAX, ask_inspection};
pub use bundle::{Bundle, FORM};
pub use end_inspection::{end_inspection, forget_ended_inspections};
pub use error::InspectionError;
pub use grant_inspection::grant_inspection;
pub use inspection::{Inspection, InspectionState, list_inspections, lookup_inspection, words_of_asked, words_of_granted};
pub use look::{leave_look, lookup_inspection_session};
pub use open_inspection::{InspectionSession, open_inspection};
pub use sample::{
    DrawnSample, PICKS_MAX, PromisedSample, SampleError, SampledConsent, draw_sample, last_drawn_sample, list_hash, promise_hash,
    promise_sample, promise_words, sample_seed,
};
pub use statement::{LeafLine, NOT_SHOWN, SampleLine, SectionLine, Statement};
