use countenance_anchor::AnchorError;
use countenance_keyring::KeyringError;
use countenance_storage::StoreError;
use countenance_trace::WriteError;

/// Why no backup was written, or none was taken back.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BackupError {
    #[error("there is a file of this name")]
    Exists,
    #[error("the file could not be read or written")]
    File(#[from] std::io::Error),
    #[error("keys are not here")]
    NoKeys,
    #[error("events came faster than leaves were written for them")]
    Busy,
    #[error("something could not be sealed")]
    Seal,
    #[error("this is no whole backup: it was cut, changed, or is something else")]
    Damaged,
    #[error("the backup is of another site")]
    OtherSite,
    #[error("the backup was written by another version of this program")]
    Version,
    #[error("the keys that are here do not open this backup, or somebody wrote it who does not hold them")]
    Closed,
    #[error("the keys that are here are older than the backup")]
    KeysOlder,
    #[error("the database holds rows")]
    NotEmpty,
    #[error("the site's ledger is not here")]
    NoLedger,
    #[error("the ledger is signed with another key than the database's")]
    OtherLedger,
    #[error("the ledger has {ledger} entries and the backup knows places for {backup}")]
    LedgerShorter { ledger: u64, backup: u64 },
    #[error("the ledger holds other entries than the backup")]
    LedgerDiffers,
    #[error("the ledger could not be read")]
    Ledger(#[from] countenance_ledger::LedgerError),
    #[error(transparent)]
    Keys(#[from] KeyringError),
    #[error(transparent)]
    Write(#[from] WriteError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<AnchorError> for BackupError {
    fn from(error: AnchorError) -> Self {
        Self::Keys(error.into())
    }
}

impl From<countenance_access::PlaceError> for BackupError {
    fn from(error: countenance_access::PlaceError) -> Self {
        match error {
            countenance_access::PlaceError::Differs(_) => Self::LedgerDiffers,
            countenance_access::PlaceError::Store(error) => Self::Store(error),
        }
    }
}

impl BackupError {
    /// Stable name of the failure.
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::Exists => "backup.exists",
            Self::File(_) => "backup.file",
            Self::NoKeys => "keys.none",
            Self::Busy => "backup.busy",
            Self::Seal => "backup.seal",
            Self::Damaged => "backup.damaged",
            Self::OtherSite => "backup.other_site",
            Self::Version => "backup.version",
            Self::Closed => "backup.closed",
            Self::KeysOlder => "keys.older",
            Self::NotEmpty => "restore.not_empty",
            Self::NoLedger => "restore.no_ledger",
            Self::OtherLedger => "ledger.other_key",
            Self::LedgerShorter { .. } => "ledger.shorter",
            Self::LedgerDiffers => "ledger.differs",
            Self::Ledger(_) => "ledger.failed",
            Self::Keys(KeyringError::InUse) => "keys.in_use",
            Self::Keys(_) => "keys.failed",
            Self::Write(_) => "ledger.stopped",
            Self::Store(error) => error.code(),
        }
    }

    /// What whoever gave the command can do about it.
    pub(crate) const fn way_out(&self) -> Option<&'static str> {
        Some(match self {
            Self::Exists => "a backup is written new: name another file",
            Self::NoKeys => "this is done in the folder that holds `keyring` and `backup-keys`, beside the ledger",
            Self::Busy => "try again",
            Self::Damaged => "take another backup; nothing of this one was used",
            Self::OtherSite => "use the folder of the site that the backup was made of",
            Self::Version => "restore with the program that wrote it, then start the newer one",
            Self::Closed | Self::KeysOlder => {
                "put the newest keys copy into the data folder: people who came after it have no key in this one"
            }
            Self::NotEmpty => "name an empty database, or move the old file away",
            Self::NoLedger => "put `ledger` and `ledger-signer` of this site into the data folder",
            Self::OtherLedger | Self::LedgerShorter { .. } | Self::LedgerDiffers => {
                "ledger and backup are of two histories: somebody has to look at both before anything goes on"
            }
            Self::Keys(KeyringError::InUse) => {
                "stop the server for this; a running one writes backups itself: countenance serve --backups FOLDER"
            }
            Self::File(_) | Self::Seal | Self::Ledger(_) | Self::Keys(_) | Self::Write(_) => return None,
            Self::Store(error) => return error.way_out(),
        })
    }

    /// As commands print it.
    pub(crate) fn told(self) -> anyhow::Error {
        let (code, hint) = (self.code(), self.way_out());
        let hint = hint.map_or(String::new(), |hint| format!("\nhint: {hint}"));
        anyhow::anyhow!("{:#} ({code}){hint}", anyhow::Error::from(self))
    }
}
