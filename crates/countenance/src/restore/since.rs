//! What the ledger tells of the time after the backup. Its entries name nobody; but whoever holds a person's secret of the month finds the
//! server's own leaves about them, and so does the server with its keyring.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use countenance_access::Recovered;
use countenance_base::{GateId, Month, PersonId, Timestamp};
use countenance_gate_core::journal::{Leaf, LeafClass, Ratchet};
use countenance_keyring::PersonKey;
use countenance_persons::{ConsentError, Ctx, list_consents_of_person, list_everybody, withdraw_consent};
use countenance_storage::StoreError;
use countenance_trace::{Trace, Writer, own_leaves_since, recover_list};

use crate::backup::error::BackupError;

/// Entries that the database did not hold.
#[derive(Debug, Default)]
pub(crate) struct Since {
    counts: BTreeMap<LeafClass, u64>,
    /// The highest policy epoch that an entry names.
    pub(crate) epoch: u64,
    /// The server's leaves of consents that ended: by sequence.
    withdrawals: BTreeMap<u64, Leaf>,
}

impl Since {
    pub(crate) fn of(recovered: &[Recovered]) -> Self {
        let mut since = Self::default();
        for Recovered { leaf, .. } in recovered {
            *since.counts.entry(leaf.class).or_default() += 1;
            since.epoch = since.epoch.max(leaf.policy.into());
            if leaf.gate == GateId::SERVER && leaf.class == LeafClass::Withdraw {
                since.withdrawals.insert(leaf.sequence, leaf.clone());
            }
        }
        since
    }

    pub(crate) fn count(&self) -> u64 {
        self.counts.values().sum()
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        if self.counts.is_empty() {
            return Vec::new();
        }
        let counts: Vec<String> = self
            .counts
            .iter()
            .map(|(class, count)| format!("{} {count}", class.word()))
            .collect();
        let mut lines = vec![format!(
            "{} entries of the ledger are younger than the backup ({}): what was sealed in them is lost",
            self.count(),
            counts.join(", ")
        )];
        if self.counts.contains_key(&LeafClass::Erase) {
            lines.push("gates signed erasures after the backup, and what they signed is lost: a later erasure of these people waits for a word that does not come again, until the gate is declared lost".to_owned());
        }
        lines
    }
}

/// Lists of tags whose leaves are among these entries; how many were found again. After one that is not found the next one begins anew.
pub(crate) async fn recover_lists(tx: &mut Trace, recovered: &[Recovered]) -> Result<u64, StoreError> {
    let mut found = 0;
    let lists = recovered
        .iter()
        .filter(|entry| entry.leaf.gate == GateId::SERVER && entry.leaf.class == LeafClass::Tags);
    for Recovered { leaf, place } in lists {
        if recover_list(tx, leaf, *place).await?.is_none() {
            break;
        }
        found += 1;
    }
    Ok(found)
}

/// Ends the consents of everybody who may have withdrawn since, with a leaf of its own. Which of their consents it was is not told, so all
/// of them end: a yes can be said again, a no must not be lost.
pub(crate) async fn end_consents(tx: &mut Trace, ctx: &Ctx<'_>, writer: &Writer, since: &Since) -> anyhow::Result<u64> {
    let told = Told::read(tx, since).await?;
    let mut ended = 0;
    for person in list_everybody(tx).await? {
        let held = writer.keyring().person(person).map_err(|error| BackupError::from(error).told())?;
        if told.may_have_withdrawn(held.as_ref()) {
            ended += end_all(tx, ctx, person).await?;
        }
    }
    Ok(ended)
}

async fn end_all(tx: &mut Trace, ctx: &Ctx<'_>, person: PersonId) -> Result<u64, ConsentError> {
    let mut ended = 0;
    for consent in list_consents_of_person(tx, person).await? {
        if consent.state.is_live() {
            withdraw_consent(tx, ctx, person, consent.id).await?;
            ended += 1;
        }
    }
    Ok(ended)
}

/// The server's own leaves by day and tag, and which of them tell of a consent that ended since.
#[derive(Debug, Default)]
struct Told {
    days: BTreeMap<u32, BTreeMap<[u8; 32], u64>>,
    withdrawals: BTreeSet<u64>,
    /// The first month of such a leaf.
    first: Option<Month>,
}

impl Told {
    async fn read(tx: &mut Trace, since: &Since) -> Result<Self, StoreError> {
        let Some(first) = since.withdrawals.values().map(time).min() else {
            return Ok(Self::default());
        };
        // The tags of a day are counted from its beginning; a leaf of before midnight may have been written after it.
        let leaves = own_leaves_since(tx, first.minus(Duration::from_hours(48))).await?;
        Ok(Self::of(&leaves, since))
    }

    fn of(leaves: &[Leaf], since: &Since) -> Self {
        let mut told = Self {
            withdrawals: since.withdrawals.keys().copied().collect(),
            first: since.withdrawals.values().map(|leaf| time(leaf).month()).min(),
            ..Self::default()
        };
        for leaf in leaves {
            let day = told.days.entry(time(leaf).utc_day()).or_default();
            day.insert(leaf.tag, leaf.sequence);
        }
        told
    }

    /// False only when the secret that is held shows that none of these leaves is about the person. Of a month that is over nothing is held.
    fn may_have_withdrawn(&self, held: Option<&PersonKey>) -> bool {
        let Some(first) = self.first else { return false };
        let Some(held) = held.filter(|held| held.month <= first) else {
            return true;
        };
        let ratchet = Ratchet::new(held.month, held.key.clone());
        self.days.iter().any(|(day, tags)| self.is_about(&ratchet, *day, tags))
    }

    /// Tags of a person and day are counted up without a gap: the first that is not there is past the last.
    fn is_about(&self, ratchet: &Ratchet, day: u32, tags: &BTreeMap<[u8; 32], u64>) -> bool {
        let at = Timestamp::from_seconds(i64::from(day) * 86_400);
        let turned = ratchet.turned_to(at.month());
        let leaves = (0..u32::MAX).map_while(|count| tags.get(&turned.tag(at, GateId::SERVER, count)));
        leaves.into_iter().any(|sequence| self.withdrawals.contains(sequence))
    }
}

fn time(leaf: &Leaf) -> Timestamp {
    Timestamp::from_seconds(i64::from(leaf.ten_minutes) * 600)
}
