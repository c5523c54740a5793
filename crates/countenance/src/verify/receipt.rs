//! A receipt from a gate: a promise, not yet a proof.

use countenance_gate_core::wire::Promise;

use super::{Trust, Why};

/// Whether `text` is, or ends with, a receipt's text; an address that carries one behind `#` does.
pub(super) fn find(text: &str) -> Option<&str> {
    let text = text.trim();
    let at = text.find("CR1:")?;
    text.get(at..)
        .filter(|_| at == 0 || text.get(..at).is_some_and(|before| before.ends_with('#')))
}

/// The promise, and the hash of the leaf that it promises.
pub(crate) fn check(text: &str, trust: &Trust) -> Result<Promise, Why> {
    let envelope = Promise::envelope(find(text).ok_or(Why::Form)?).ok_or(Why::Form)?;
    let by = |key| Promise::open(&envelope, key);
    let (gate, promise) = trust
        .gates
        .iter()
        .find_map(|(gate, key)| Some((*gate, by(key)?)))
        .ok_or(Why::Signature)?;
    if promise.gate == gate { Ok(promise) } else { Err(Why::Signature) }
}
