//! Backups that forget. A backup is one file in which the rows of each person are sealed under that person's key; the keys stay in
//! `backup-keys/`, beside the keyring, and end with an erasure. From then on no backup of before gives the person back, wherever it lies,
//! unless somebody kept an old copy of the keys, too (docs/adr/0012-backups-that-forget.md).
//!
//! `serve --backups FOLDER` has the server write them; `countenance backup` writes one while it stands still; `countenance keys-copy`
//! replaces the one copy of the keys; `countenance restore` is in `restore.rs`.

pub(crate) mod error;
pub(crate) mod file;
pub(crate) mod keys_copy;
pub(crate) mod map;
pub(crate) mod owners;
pub(crate) mod piece;
pub(crate) mod schedule;
pub(crate) mod seal;
#[cfg(test)]
pub(crate) mod tests;
pub(crate) mod write;

use std::path::PathBuf;

use anyhow::ensure;
use countenance_keyring::{Keyring, KeyringError};
use tokio::sync::Mutex;

use crate::data::Home;
use crate::ledger::open_writer;
use crate::serve::open_site;
use error::BackupError;
use write::write_backup;

#[derive(Debug, clap::Args)]
pub(crate) struct BackupArguments {
    #[command(flatten)]
    home: Home,
    /// The file to write; there must be none of this name
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Demo only: file with the seconds by which the clock is moved
    #[arg(long)]
    sim_clock: Option<PathBuf>,
}

/// Writes one backup while no server holds the keys.
#[expect(clippy::print_stdout, reason = "what is in the backup is this command's output")]
pub(crate) async fn run(arguments: BackupArguments) -> anyhow::Result<()> {
    let home = &arguments.home;
    let state = open_site(home, arguments.sim_clock).await?;
    ensure_keys(home)?;
    let writer = Mutex::new(open_writer(home).map_err(in_use)?);
    let written = write_backup(&state, &writer, &arguments.out).await.map_err(BackupError::told)?;
    println!(
        "{} sealed rows, {} people: {}",
        written.rows,
        written.people,
        arguments.out.display()
    );
    if let Some(hint) = keys_copy::stale(home, &*writer.lock().await, state.now()) {
        tracing::warn!("{hint}\nhint: countenance keys-copy");
    }
    state.db().close().await;
    Ok(())
}

/// Keyrings are where the ledger is kept.
fn ensure_keys(home: &Home) -> anyhow::Result<()> {
    ensure!(Keyring::is_there(&home.keyring()), BackupError::NoKeys.told());
    Ok(())
}

/// A server that runs holds them; it is told apart from keys that do not open.
pub(crate) fn in_use(error: anyhow::Error) -> anyhow::Error {
    match error.downcast_ref::<KeyringError>() {
        Some(KeyringError::InUse) => BackupError::Keys(KeyringError::InUse).told(),
        Some(_) | None => error,
    }
}
