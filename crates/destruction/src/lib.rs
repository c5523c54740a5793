//! Destruction that ends in evidence: ordered, carried out at every holder, swept, certified, sampled.
//!
//! A destruction is ordered for a person, a purpose, an event or a whole site. Gates erase because the next snapshot no longer permits
//! the face, and sign that they did; a gate that will not answer again is declared lost, aloud. Only then the server ends its own part
//! (rows, and the keys in its keyrings: its own secrets and those that open backups), asks again whether anything is left, and writes a certificate that others can check.
//!
//! INVARIANT: a copy is in a certificate only with what the gate signed when it ended it, or as lost.
//! Left out: how a gate erases (`gallery`, `countenance-gate`), which clocks run (`rulebooks/`), how a certificate looks (`portal`).

mod certificate;
mod certify;
mod copies;
mod finish;
mod order;
mod promise;
mod sample;
mod scope;
mod stamp;
mod store;
mod view;

pub use certificate::{Bundle, Certificate, FORM, Mine, NOT_SHOWN};
pub use certify::{CertifyError, certify, make_bundle};
pub use copies::{Copy, CopyTree, End, is_included};
pub use finish::{FinishError, finish_destruction};
pub use order::{OrderError, order_destruction};
pub use promise::{PromiseError, keep_promise};
pub use sample::{Sample, picks, promise_of, promise_words, seed};
pub use scope::{Scope, What};
pub use stamp::{StampRefused, read_stamp, stamp_request};
pub use view::{
    Destruction, HeldAt, Stage, held_at, keep_sample, keep_stamp, list_destructions, list_unfinished, lookup_destruction, standing,
};
