use std::collections::BTreeSet;
use std::ops::{Deref, DerefMut};

use countenance_base::{EventId, PersonId, Rng, Timestamp};
use countenance_gate_core::journal::RecordKind;
use countenance_grant::seal_letter;
use countenance_storage::{StoreError, Tx};

use crate::event::{CONTEXT, Event, Letter};
use crate::{Reader, store};

/// What events are written with.
pub struct Pen {
    /// The keyring's public key; none before the site has a keyring, and then nothing can be written down.
    pub intake: Option<[u8; 32]>,
    pub now: Timestamp,
    pub rng: Box<dyn Rng + Sync>,
}

impl std::fmt::Debug for Pen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pen({})", self.now.0)
    }
}

/// A transaction that may read and change rows about persons. Dropped without [`Trace::commit`] it changes nothing, and what was
/// read must not be shown to anybody.
#[derive(Debug)]
pub struct Trace {
    tx: Tx,
    reader: Reader,
    pen: Pen,
    looked: Looked,
    events: Vec<Event>,
}

/// Whom an operator looked at and no leaf tells of yet.
#[derive(Debug, Default)]
struct Looked(BTreeSet<PersonId>);

impl Drop for Looked {
    fn drop(&mut self) {
        if !self.0.is_empty() {
            // A use case failed after it had read: right when no answer followed, and worth a line in any case.
            tracing::warn!(people = self.0.len(), "rows about persons were read and no look was written down");
        }
    }
}

impl Trace {
    pub fn begin(tx: Tx, reader: Reader, pen: Pen) -> Self {
        Self {
            tx,
            reader,
            pen,
            looked: Looked::default(),
            events: Vec::new(),
        }
    }

    pub const fn reader(&self) -> Reader {
        self.reader
    }

    /// Called by a store function that read a row about this person.
    pub fn looked_at(&mut self, person: PersonId) {
        if self.reader.leaves_looks() {
            self.looked.0.insert(person);
        }
    }

    /// Writes down what is done in this transaction.
    pub fn leave(&mut self, event: Event) {
        self.events.push(event);
    }

    /// Makes changes and events durable together. Every person that an operator looked at gets an event.
    ///
    /// # Errors
    /// [`StoreError::Untraced`], with nothing changed, when something has to be written down and the site has no keyring.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        self.settle().await?;
        self.tx.commit().await
    }

    /// Writes the events into the transaction now, for who makes leaves of them in the same one.
    pub async fn settle(&mut self) -> Result<(), StoreError> {
        let looked = std::mem::take(&mut self.looked.0);
        let mut events = std::mem::take(&mut self.events);
        let look = self.reader.look();
        events.extend(looked.into_iter().map(|person| Event::about(person, RecordKind::Looked, look)));
        for event in events {
            self.put(event).await?;
        }
        Ok(())
    }

    async fn put(&mut self, event: Event) -> Result<(), StoreError> {
        let Pen { intake, now, rng } = &mut self.pen;
        let letter = Letter::new(event, self.reader.actor(), *now).to_bytes();
        let sealed = intake.and_then(|intake| seal_letter(&[intake], CONTEXT, &letter, rng.as_mut()));
        let sealed = sealed.ok_or(StoreError::Untraced)?;
        let id = EventId::new(*now, rng.as_mut());
        store::put_event(&mut self.tx, id, &sealed).await
    }
}

impl Deref for Trace {
    type Target = Tx;

    fn deref(&self) -> &Tx {
        &self.tx
    }
}

impl DerefMut for Trace {
    fn deref_mut(&mut self) -> &mut Tx {
        &mut self.tx
    }
}
