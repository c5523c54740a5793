//! Writing a backup: one snapshot of the database, every row sealed under its owner's key. By the server and by the command alike.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use countenance_base::{Month, PersonId, Rng as _, SecretKey, SystemRng, rng};
use countenance_gate_core::journal::RecordKind;
use countenance_keyring::{Keyring, PersonKey};
use countenance_storage::{Table, Tx, Value, schema_number};
use countenance_trace::{Event, Owner, Reader, Trace, Writer};
use tokio::sync::Mutex;

use super::error::BackupError;
use super::file::{Head, HeadTable, Writing};
use super::map::{TABLES, Whose};
use super::owners::{Owners, PAGE};
use super::piece::write_rows;
use super::seal::Sealer;
use crate::ledger::write_leaves_of_everything;
use crate::state::AppState;

/// How often a moment is looked for in which no event waits.
const TRIES: usize = 8;

/// What is in a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) people: usize,
    pub(crate) rows: u64,
}

/// Writes a backup to `path`, which must be new.
///
/// Order: that a copy is made is a leaf before it is made; the keys of who is new are durable before a row is sealed under them.
/// INVARIANT: snapshot and keys are taken under the writer's lock, under which erasures end: whoever is in the snapshot has not been erased,
/// so no key is made for somebody whose keys have ended.
pub(crate) async fn write_backup(state: &AppState, writer: &Mutex<Writer>, path: &Path) -> Result<Written, BackupError> {
    if path.exists() {
        return Err(BackupError::Exists);
    }
    let mut tx = state.trace(Reader::Machine).await?;
    tx.leave(Event::site(RecordKind::Exported, "backup"));
    tx.commit().await?;
    let begun = begin(state, &mut *writer.lock().await).await?;
    pour(begun, path).await
}

/// What is settled under the lock.
pub(crate) struct Begun {
    tx: Trace,
    owners: Owners,
    sealers: BTreeMap<PersonId, Sealer>,
    head: Head,
    tables: Vec<(Whose, Table)>,
    generation: u64,
}

/// Writes the snapshot down. Keys that end meanwhile take with them what is sealed under them here.
pub(crate) async fn pour(begun: Begun, path: &Path) -> Result<Written, BackupError> {
    let Begun {
        mut tx,
        owners,
        mut sealers,
        head,
        tables,
        generation,
    } = begun;
    let mut writing = Writing::begin(path, &head)?;
    let mut rows = 0;
    for (number, (whose, table)) in (0..).zip(&tables) {
        let mut pages = Pages::of(table);
        while let Some(page) = pages.next(&mut tx).await? {
            for (owner, group) in grouped(&owners, *whose, table, page) {
                let Some(sealer) = sealers.get(&owner.entry()) else { continue };
                let count = u32::try_from(group.len()).map_err(|_| BackupError::Seal)?;
                writing.put(sealer, count, &write_rows(number, &group))?;
                rows += u64::from(count);
            }
        }
    }
    drop(tx);
    let site = sealers.remove(&Owner::Site(head.site).entry()).ok_or(BackupError::NoKeys)?;
    let finished = tokio::task::spawn_blocking(move || writing.finish(&site, generation)).await;
    finished.map_err(|_| BackupError::Seal)??;
    Ok(Written {
        people: owners.people.len(),
        rows,
    })
}

/// Takes snapshot and keys.
pub(crate) async fn begin(state: &AppState, writer: &mut Writer) -> Result<Begun, BackupError> {
    let mut tx = quiet_snapshot(state, writer).await?;
    let site = state.site();
    let owners = Owners::read(&mut tx, site.id).await?;
    let file = rng::bytes(&mut SystemRng);
    let backup_keys = writer.backup_keys_mut().ok_or(BackupError::NoKeys)?;
    let sealers = admit(backup_keys, &owners, &file)?;
    let generation = backup_keys.generation();
    let mut tables = Vec::new();
    for (name, whose) in TABLES.iter().filter(|(_, whose)| *whose != Whose::Nobody) {
        tables.push((*whose, Table::of(&mut tx, name).await?));
    }
    let head = Head {
        site: site.id,
        site_key: site.public_key,
        made_at: state.now(),
        schema: schema_number(),
        file,
        tables: tables.iter().map(|(_, table)| head_table(table)).collect(),
    };
    Ok(Begun {
        tx,
        owners,
        sealers,
        head,
        tables,
        generation,
    })
}

pub(crate) fn head_table(table: &Table) -> HeadTable {
    HeadTable {
        name: table.name().to_owned(),
        columns: table.columns().iter().map(|(name, _)| name.clone()).collect(),
    }
}

/// A snapshot in which every event has its leaf: events are in no backup, since one that came back would get a second leaf.
async fn quiet_snapshot(state: &AppState, writer: &mut Writer) -> Result<Trace, BackupError> {
    for _ in 0..TRIES {
        write_leaves_of_everything(state, writer).await?;
        // The snapshot is that of this first question.
        let mut tx = state.read(Reader::Machine).await?;
        if writer.waiting(&mut tx, 1).await?.is_empty() {
            return Ok(tx);
        }
    }
    Err(BackupError::Busy)
}

/// A sealer for everybody; who has no key yet gets one.
fn admit(keys: &mut Keyring, owners: &Owners, file: &[u8; 32]) -> Result<BTreeMap<PersonId, Sealer>, BackupError> {
    let held: BTreeSet<PersonId> = keys.all()?.iter().map(|key| key.person).collect();
    let new = owners.all().map(Owner::entry).filter(|entry| !held.contains(entry));
    let new: Vec<PersonKey> = new.map(new_key).collect();
    if !new.is_empty() {
        keys.admit(&new, &mut SystemRng)?;
    }
    let sealer = |key: PersonKey| (key.person, Sealer::new(&key.key, file));
    Ok(keys.all()?.into_iter().map(sealer).collect())
}

/// It stays until the person goes, so it has no month.
fn new_key(entry: PersonId) -> PersonKey {
    let mut key = [0; 32];
    SystemRng.fill(&mut key);
    PersonKey {
        person: entry,
        month: Month(0),
        key: SecretKey::new(key),
    }
}

/// The rows of a page by whose they are.
fn grouped<'p>(owners: &Owners, whose: Whose, table: &Table, page: &'p [Vec<Value>]) -> BTreeMap<Owner, Vec<&'p [Value]>> {
    let mut groups: BTreeMap<Owner, Vec<&[Value]>> = BTreeMap::new();
    for row in page {
        for owner in owners.of(whose, table, row) {
            groups.entry(owner).or_default().push(row);
        }
    }
    groups
}

/// A table, page by page.
struct Pages<'t> {
    table: &'t Table,
    page: Vec<Vec<Value>>,
}

impl<'t> Pages<'t> {
    const fn of(table: &'t Table) -> Self {
        Self { table, page: Vec::new() }
    }

    async fn next(&mut self, tx: &mut Tx) -> Result<Option<&[Vec<Value>]>, BackupError> {
        let last = self.page.last().cloned();
        self.page = self.table.read(tx, last.as_deref(), PAGE).await?;
        Ok((!self.page.is_empty()).then_some(self.page.as_slice()))
    }
}
