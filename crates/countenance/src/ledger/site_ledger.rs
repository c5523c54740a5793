//! Log and signer of this site, on disk beside the database.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use countenance_access::{next_place, place_leaves, take_ledger_key, unplaced_leaves};
use countenance_base::SystemRng;
use countenance_keyring::Keyring;
use countenance_ledger::{LedgerError, Log, Signer};
use countenance_storage::Db;
use countenance_tlog::{Hash, Note, NoteKey, Proof};
use countenance_trace::Writer;

use crate::data::Home;

/// Leaves in one batch: one `fdatasync` for all of them.
const BATCH: u64 = 4_096;

/// An open ledger. Its calls block on the disk.
#[derive(Debug)]
pub(crate) struct SiteLedger {
    log: Log,
    signer: Signer,
}

/// Opens the ledger and the keyring, unless another server of this site keeps it: then `None`.
pub(crate) async fn open(home: &Home, db: &Db, site: &str) -> anyhow::Result<Option<(SiteLedger, Writer)>> {
    // The server's own leaves are made with the keyring, which is where the site was founded.
    if !Keyring::is_there(&home.keyring()) {
        return Ok(None);
    }
    let data = home.folder();
    let signer = open_signer(data, site)?;
    let own = signer.key().to_string();
    let mut tx = db.write().await?;
    let held = take_ledger_key(&mut tx, &own).await?;
    tx.commit().await?;
    if held != own {
        return Ok(None);
    }
    let log = Log::open(&data.join("ledger")).context("opening the ledger")?;
    Ok(Some((SiteLedger { log, signer }, open_writer(home)?)))
}

/// Opens both keyrings. A site that was made before there were backups gets the second one now.
pub(crate) fn open_writer(home: &Home) -> anyhow::Result<Writer> {
    let keyring = Keyring::open(&home.keyring(), &mut SystemRng).context("opening the keyring")?;
    let backup_keys = home.backup_keys();
    if !Keyring::is_there(&backup_keys) {
        make_backup_keys(&backup_keys)?;
    }
    let backup_keys = Keyring::open(&backup_keys, &mut SystemRng).context("opening the keys of backups")?;
    Ok(Writer::new(keyring).with_backup_keys(backup_keys))
}

/// Under another name until it is whole: half a keyring would keep the server from starting.
fn make_backup_keys(folder: &Path) -> anyhow::Result<()> {
    let unfinished = folder.with_extension("new");
    let make = || -> anyhow::Result<()> {
        if unfinished.exists() {
            std::fs::remove_dir_all(&unfinished)?;
        }
        drop(Keyring::create(&unfinished, &mut SystemRng)?);
        Ok(std::fs::rename(&unfinished, folder)?)
    };
    make().context("making the keys of backups")
}

/// Log and signer of a site that are there already; `None` where one is missing, and none is begun.
pub(crate) fn open_there(data: &Path, site: &str) -> anyhow::Result<Option<SiteLedger>> {
    let log = data.join("ledger");
    if !log.exists() || !data.join("ledger-signer").exists() {
        return Ok(None);
    }
    let signer = open_signer(data, site)?;
    let log = Log::open(&log).context("opening the ledger")?;
    Ok(Some(SiteLedger { log, signer }))
}

/// The signer of the ledger of `site`, apart from the log; made at first use.
pub(crate) fn open_signer(data: &Path, site: &str) -> anyhow::Result<Signer> {
    let origin = format!("countenance/{site}");
    Signer::open(&data.join("ledger-signer"), &origin, &mut SystemRng).context("opening the ledger's signer")
}

impl SiteLedger {
    pub(crate) fn key(&self) -> &NoteKey {
        self.signer.key()
    }

    pub(crate) fn size(&self) -> u64 {
        self.log.size()
    }

    /// The signed checkpoint of everything appended.
    pub(crate) fn sign(&mut self) -> Result<Note, LedgerError> {
        self.signer.sign(&mut self.log)
    }

    /// Makes tiles of everything that was appended, so that [`SiteLedger::root`] knows it.
    pub(crate) fn settle(&mut self) -> Result<(), LedgerError> {
        self.log.integrate(self.signer.key().name()).map(|_| ())
    }

    /// Root of the first `size` entries; `None` when there are fewer.
    pub(crate) fn root(&self, size: u64) -> Result<Option<Hash>, LedgerError> {
        self.log.root(size)
    }

    /// Entries from `first` on, fewer where the ledger ends before `past`.
    pub(crate) fn entries(&self, first: u64, past: u64) -> Result<Vec<Vec<u8>>, LedgerError> {
        (first..past.min(self.size()))
            .filter_map(|at| self.log.entry(at).transpose())
            .collect()
    }

    pub(crate) fn prove_consistency(&self, old: u64, new: u64) -> Result<Vec<Hash>, LedgerError> {
        self.log
            .prove_consistency(old, new)?
            .ok_or_else(|| LedgerError::Corrupt("a tile".to_owned()))
    }

    /// A proof that the entry at `place` is in the tree of this checkpoint, which has `size` entries.
    pub(crate) fn prove(&self, place: u64, size: u64, checkpoint: &Note, extra: Vec<u8>) -> Result<Option<Proof>, LedgerError> {
        let path = self.log.prove(place, size)?;
        Ok(path.map(|path| Proof {
            extra: Some(extra),
            index: place,
            path,
            checkpoint: checkpoint.clone(),
        }))
    }

    /// A tile or bundle by its path below `tile/`; `None` for what is none.
    pub(crate) fn tile(&self, path: &str) -> Option<std::path::PathBuf> {
        let plain = path
            .split('/')
            .all(|part| !part.is_empty() && part.chars().all(|char| char.is_ascii_alphanumeric() || char == '.') && !part.starts_with('.'));
        plain.then(|| self.log.folder().join("tile").join(path))
    }
}

/// Why leaves did not get into the ledger.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MergeError {
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    Place(#[from] countenance_access::PlaceError),
    #[error("the ledger has {ledger} entries and the database knows places for {database}")]
    Shorter { ledger: u64, database: u64 },
    #[error("the work on the ledger was broken off")]
    Broken,
    #[error("the server's own leaves could not be written")]
    Own(#[from] countenance_trace::WriteError),
}

impl From<countenance_storage::StoreError> for MergeError {
    fn from(error: countenance_storage::StoreError) -> Self {
        Self::Place(error.into())
    }
}

/// Appends every leaf that is not in the ledger yet; how many entries it has then.
///
/// Order: appended durably, then the places are written down. After a crash in between the ledger is ahead of the database, and what
/// it has more is matched leaf by leaf before anything else is appended.
pub(crate) async fn merge(ledger: &Arc<std::sync::Mutex<SiteLedger>>, db: &Db) -> Result<u64, MergeError> {
    catch_up(ledger, db).await?;
    loop {
        let mut tx = db.read().await?;
        let leaves = unplaced_leaves(&mut tx, BATCH).await?;
        drop(tx);
        if leaves.is_empty() {
            return with(ledger, |ledger| Ok(ledger.size())).await;
        }
        let entries: Vec<Vec<u8>> = leaves.into_iter().map(|leaf| leaf.leaf).collect();
        let appended = entries.clone();
        let first = with(ledger, move |ledger| ledger.log.append(&appended)).await?;
        place(db, first, &entries).await?;
    }
}

async fn catch_up(ledger: &Arc<std::sync::Mutex<SiteLedger>>, db: &Db) -> Result<(), MergeError> {
    loop {
        let mut tx = db.read().await?;
        let known = next_place(&mut tx).await?;
        drop(tx);
        let entries = with(ledger, move |ledger| ledger.entries(known, known + BATCH)).await?;
        let size = with(ledger, |ledger| Ok(ledger.size())).await?;
        if size < known {
            return Err(MergeError::Shorter {
                ledger: size,
                database: known,
            });
        }
        if entries.is_empty() {
            return Ok(());
        }
        place(db, known, &entries).await?;
    }
}

async fn place(db: &Db, first: u64, entries: &[Vec<u8>]) -> Result<(), MergeError> {
    let mut tx = db.write().await?;
    place_leaves(&mut tx, first, entries).await?;
    tx.commit().await?;
    Ok(())
}

/// Runs work on the ledger where it may block.
pub(crate) async fn with<T: Send + 'static>(
    ledger: &Arc<std::sync::Mutex<SiteLedger>>,
    work: impl FnOnce(&mut SiteLedger) -> Result<T, LedgerError> + Send + 'static,
) -> Result<T, MergeError> {
    let ledger = Arc::clone(ledger);
    let done = tokio::task::spawn_blocking(move || match ledger.lock() {
        Ok(mut ledger) => work(&mut ledger),
        Err(_) => Err(LedgerError::Stopped),
    });
    Ok(done.await.map_err(|_| MergeError::Broken)??)
}
