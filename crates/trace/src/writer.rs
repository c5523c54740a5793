//! Events become leaves: the server's own chain, under writer 0. One process of a site has the keyring and does this.

use std::collections::HashSet;

use countenance_base::{DestructionId, EventId, GateId, Month, PersonId, Rng, SecretKey, Timestamp, rng};
use countenance_gate_core::journal::{LEAF_BYTES, Leaf, Ratchet, Record, RecordKind, commit, commit_openly, opened_openly, seal_record};
use countenance_grant::decode_canonical;
use countenance_keyring::{Keyring, KeyringError, PersonKey};
use countenance_storage::{StoreError, Tx};

use crate::event::{CONTEXT, Letter};
use crate::owner::Owner;
use crate::store;
use crate::tag_list::{self, TagList};

/// Why no leaves were written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Keyring(#[from] KeyringError),
    /// A record could not be sealed: the evidence key is none.
    #[error("a record could not be sealed")]
    Seal,
}

/// An event that waits for its leaf.
pub struct Own {
    id: EventId,
    letter: Option<Letter>,
}

impl std::fmt::Debug for Own {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Own({})", self.id)
    }
}

impl Own {
    /// Whom it is about; the record is also sealed to them.
    pub fn person(&self) -> Option<PersonId> {
        self.letter.as_ref()?.record.person
    }
}

/// What leaves are written with.
#[derive(Debug, Clone, Copy)]
pub struct Ink {
    pub evidence_key: [u8; 32],
    /// The policy epoch in force.
    pub policy: u64,
    pub demo: bool,
    pub now: Timestamp,
}

/// Holds the keyrings and writes the server's own leaves.
#[derive(Debug)]
pub struct Writer {
    keyring: Keyring,
    /// Under which backups are sealed; none where no backup was ever made, as in tests.
    backup_keys: Option<Keyring>,
    /// A day and the first leaf that was written on it.
    day: Option<(u32, u64)>,
}

impl Writer {
    pub const fn new(keyring: Keyring) -> Self {
        Self {
            keyring,
            backup_keys: None,
            day: None,
        }
    }

    /// With the keys of the site's backups, so that an erasure ends both.
    #[must_use]
    pub fn with_backup_keys(self, backup_keys: Keyring) -> Self {
        Self {
            backup_keys: Some(backup_keys),
            ..self
        }
    }

    pub const fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    pub const fn backup_keys(&self) -> Option<&Keyring> {
        self.backup_keys.as_ref()
    }

    pub const fn backup_keys_mut(&mut self) -> Option<&mut Keyring> {
        self.backup_keys.as_mut()
    }

    /// Ends everything that is held of these people, and the backups' key of the destruction that ends them: no backup of before gives
    /// them back, wherever it lies. A crash between the two keyrings is mended by doing it again.
    pub fn erase(&mut self, people: &[PersonId], destruction: DestructionId, rng: &mut dyn Rng) -> Result<(), KeyringError> {
        self.keyring.erase(people, rng)?;
        if let Some(backup_keys) = &mut self.backup_keys {
            let owners = people.iter().copied().map(Owner::Person).chain([Owner::Destruction(destruction)]);
            let entries: Vec<PersonId> = owners.map(Owner::entry).collect();
            backup_keys.erase(&entries, rng)?;
        }
        Ok(())
    }

    /// Which keyring still holds something of this person; after [`Writer::erase`] none does.
    pub fn held_of(&self, person: PersonId) -> Result<Option<&'static str>, KeyringError> {
        if self.keyring.person(person)?.is_some() {
            return Ok(Some("keyring"));
        }
        let held = self.backup_keys.as_ref().map(|keys| keys.person(Owner::Person(person).entry()));
        Ok(held.transpose()?.flatten().map(|_| "backup-keys"))
    }

    /// The oldest events that have no leaf yet, at most `most`.
    pub async fn waiting(&self, tx: &mut Tx, most: u64) -> Result<Vec<Own>, StoreError> {
        let rows = store::list_events(tx, most).await?;
        let own = |(id, sealed): (EventId, Vec<u8>)| Own {
            id,
            letter: self
                .keyring
                .open_letter(CONTEXT, &sealed)
                .and_then(|letter| decode_canonical(&letter)),
        };
        Ok(rows.into_iter().map(own).collect())
    }

    /// Takes in the secrets that these events bring. Durable before the events are gone; taking them in twice changes nothing.
    pub fn admit(&mut self, events: &[Own], rng: &mut dyn Rng) -> Result<(), KeyringError> {
        let keys: Vec<PersonKey> = events.iter().filter_map(brought).collect();
        if keys.is_empty() {
            return Ok(());
        }
        self.keyring.admit(&keys, rng)
    }

    /// Writes a leaf for each event, in order, and ends the event; in the caller's transaction. `record_keys` are the public keys of
    /// whom the events are about, in the same order.
    pub async fn write(
        &mut self,
        tx: &mut Tx,
        events: Vec<Own>,
        record_keys: &[Option<[u8; 32]>],
        ink: Ink,
        rng: &mut (dyn Rng + Sync),
    ) -> Result<(), WriteError> {
        let times = events.iter().filter_map(|event| Some(event.letter.as_ref()?.record.at));
        let first = times.min().unwrap_or(ink.now);
        let mut chain = self.chain(tx, first.min(ink.now)).await?;
        for (event, record_key) in events.into_iter().zip(record_keys) {
            let record = match &event.letter {
                Some(letter) => letter.record.clone(),
                // Sealed to a keyring that is no more. That something happened stays on the record.
                None => unreadable(ink.now),
            };
            let (leaf, sealed) = self.leaf(&chain, &record, *record_key, ink, rng)?;
            store::put_own(tx, leaf.sequence, &leaf.to_bytes(), &sealed, ink.now).await?;
            store::drop_event(tx, event.id).await?;
            chain.extend(&leaf);
        }
        Ok(())
    }

    /// Lists the tags of places `first..past`, and writes the leaf that commits to the list.
    pub async fn list_tags(&mut self, tx: &mut Tx, past: u64, ink: Ink, rng: &mut (dyn Rng + Sync)) -> Result<Option<TagList>, WriteError> {
        let before = store::list_tag_lists(tx).await?.pop();
        let (number, first) = before.map_or((0, 0), |before| (before.number + 1, before.past));
        if past <= first {
            return Ok(None);
        }
        let rows = tag_list::read_tags(tx, first, past).await?;
        let chain = self.chain(tx, ink.now).await?;
        // As exact as the leaf tells: who has leaf and entries, and lost the rest, finds the list again.
        let made_at = tag_list::made_at(Leaf::time(ink.now));
        let list = TagList {
            number,
            first,
            past,
            sha256: tag_list::hash(&rows),
            sequence: chain.next,
            made_at,
        };
        let record = list.record();
        let (leaf, opened) = self.leaf(&chain, &record, None, ink, rng)?;
        store::put_own(tx, leaf.sequence, &leaf.to_bytes(), &opened, ink.now).await?;
        store::put_tag_list(tx, &list).await?;
        Ok(Some(list))
    }

    /// Turns every person's secret to `month`. The months before end with it, so no event of theirs may be waiting.
    pub fn turn(&mut self, month: Month, rng: &mut dyn Rng) -> Result<usize, KeyringError> {
        let next = |held: &PersonKey| {
            let turned = Ratchet::new(held.month, held.key.clone()).turned_to(month);
            PersonKey {
                person: held.person,
                month: turned.month(),
                key: turned.key().clone(),
            }
        };
        self.keyring.turn(month, next, rng)
    }

    fn leaf(
        &self,
        chain: &Chain,
        record: &Record,
        record_key: Option<[u8; 32]>,
        ink: Ink,
        rng: &mut dyn Rng,
    ) -> Result<(Leaf, Vec<u8>), WriteError> {
        let held = record.person.map(|person| self.keyring.person(person)).transpose()?.flatten();
        let ratchet = held.map(|held| Ratchet::new(held.month, held.key).turned_to(record.at.month()));
        let (tag, opening) = match &ratchet {
            Some(ratchet) => (chain.next_tag(ratchet, record.at), ratchet.opening(GateId::SERVER, chain.next)),
            None => (rng::bytes(rng), SecretKey::new(rng::bytes(rng))),
        };
        let (commitment, kept) = if record.is_open() {
            (commit_openly(record), opened_openly(record))
        } else {
            let recipients: Vec<[u8; 32]> = record_key.into_iter().chain([ink.evidence_key]).collect();
            let sealed = seal_record(record, &opening, GateId::SERVER, chain.next, &recipients, rng);
            (commit(&opening, record), sealed.ok_or(WriteError::Seal)?)
        };
        let leaf = Leaf {
            class: record.kind.class(),
            flags: if ink.demo { Leaf::FLAG_DEMO } else { 0 },
            gate: GateId::SERVER,
            sequence: chain.next,
            ten_minutes: Leaf::time(record.at),
            policy: u32::try_from(ink.policy & u64::from(u32::MAX)).unwrap_or(u32::MAX),
            previous: chain.hash,
            commitment,
            tag,
        };
        Ok((leaf, kept))
    }

    /// Where the chain stands, and the tags that it holds since the day of `at`.
    async fn chain(&mut self, tx: &mut Tx, at: Timestamp) -> Result<Chain, StoreError> {
        let head = store::own_head(tx).await?;
        let after = |(sequence, leaf): (u64, Vec<u8>)| Some((sequence + 1, parse(&leaf)?.hash()));
        let (next, hash) = head.and_then(after).unwrap_or_default();
        let day = at.utc_day();
        let from = match self.day {
            Some((known, from)) if known == day => from,
            _ => {
                let found = store::own_since(tx, Timestamp::from_seconds(i64::from(day) * 86_400)).await?;
                self.day = found.map(|from| (day, from));
                found.unwrap_or(next)
            }
        };
        let leaves = store::own_leaves(tx, from).await?;
        Ok(Chain {
            next,
            hash,
            tags: leaves.iter().filter_map(|leaf| Some(parse(leaf)?.tag)).collect(),
        })
    }
}

/// The end of the server's own chain.
struct Chain {
    next: u64,
    hash: [u8; 32],
    tags: HashSet<[u8; 32]>,
}

impl Chain {
    fn extend(&mut self, leaf: &Leaf) {
        self.next = leaf.sequence + 1;
        self.hash = leaf.hash();
        self.tags.insert(leaf.tag);
    }

    /// The first tag of this person and day that was not used: the count needs no store of its own.
    fn next_tag(&self, ratchet: &Ratchet, at: Timestamp) -> [u8; 32] {
        let mut tags = (0..u32::MAX).map(|count| ratchet.tag(at, GateId::SERVER, count));
        tags.find(|tag| !self.tags.contains(tag)).unwrap_or([0; 32])
    }
}

fn parse(leaf: &[u8]) -> Option<Leaf> {
    let leaf: &[u8; LEAF_BYTES] = leaf.try_into().ok()?;
    Leaf::from_bytes(leaf)
}

fn brought(event: &Own) -> Option<PersonKey> {
    let letter = event.letter.as_ref()?;
    let secret = letter.secret()?;
    Some(PersonKey {
        person: letter.record.person?,
        month: secret.month,
        key: secret.key,
    })
}

fn unreadable(now: Timestamp) -> Record {
    site_record(RecordKind::Changed, "event.unreadable".to_owned(), now)
}

pub(crate) fn site_record(kind: RecordKind, reason: String, at: Timestamp) -> Record {
    Record {
        kind,
        at,
        attempt: None,
        person: None,
        purpose: None,
        consent: None,
        reason,
        pack: None,
        actor: None,
    }
}
