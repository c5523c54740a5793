//! What a gate knows and does, without doing it: policy, decision, the attempt as a state machine, the journal's form,
//! the words that travel between gate and server.
//!
//! Pure: no IO, no clock, no randomness but what is passed in. The program `countenance-gate` is the shell around it.
//!
//! INVARIANT: the crate knows no law. What the law asks arrives compiled into the snapshot (grants, leases, texts) by the server.

pub mod audit;
pub mod base64url;
pub mod challenge;
pub mod decide;
pub mod device;
pub mod journal;
pub mod machine;
pub mod policy;
pub mod qr;
pub mod sight;
pub mod standing;
#[cfg(test)]
pub(crate) mod testing;
pub mod throttle;
pub mod wait;
pub mod wire;
