//! Events become leaves; whom an event is about gets its record sealed to their own key, too.

use countenance_base::Rng;
use countenance_trace::{Ink, Trace, WriteError, Writer};

use crate::store;

/// Writes leaves for the oldest events, at most `most`, in the caller's transaction; whether there were any.
pub async fn write_leaves(
    tx: &mut Trace,
    writer: &mut Writer,
    most: u64,
    ink: Ink,
    rng: &mut (dyn Rng + Sync),
) -> Result<bool, WriteError> {
    let events = writer.waiting(tx, most).await?;
    if events.is_empty() {
        return Ok(false);
    }
    // Before the events are gone: a secret that is taken in twice is the same secret.
    writer.admit(&events, rng)?;
    let mut keys = Vec::with_capacity(events.len());
    for event in &events {
        let account = match event.person() {
            Some(person) => store::account::lookup(tx, person).await?,
            None => None,
        };
        keys.push(account.map(|account| account.record_key));
    }
    writer.write(tx, events, &keys, ink, rng).await?;
    Ok(true)
}
