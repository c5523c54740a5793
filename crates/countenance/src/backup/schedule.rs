//! The server writes backups by itself and removes those that are too old: what they hold of passages would else outlive its retention.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use countenance_anchor::files;
use countenance_base::Timestamp;

use super::error::BackupError;
use super::file::UNFINISHED;
use super::keys_copy::stale;
use super::write::write_backup;
use crate::data::Home;
use crate::ledger::Handle;
use crate::state::AppState;

/// Whether one is due is asked this often, and keys that were not copied are told of.
const PAUSE: Duration = Duration::from_hours(1);
const NAME: &str = "backup-";

/// When backups are written, and for how long they are kept.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Schedule {
    /// Folder for backups that the server writes by itself, best on another machine's disk
    #[arg(long, value_name = "FOLDER")]
    backups: Option<PathBuf>,
    /// Hours between two backups
    #[arg(long, default_value_t = 24, requires = "backups", value_parser = clap::value_parser!(u16).range(1..))]
    backup_hours: u16,
    /// Days after which the server removes a backup that it wrote
    #[arg(long, default_value_t = 14, requires = "backups", value_parser = clap::value_parser!(u16).range(1..))]
    backup_days: u16,
}

/// Runs until the server ends. Only the server that keeps the ledger has the keys.
pub(crate) async fn run(state: AppState, home: Home, schedule: Schedule) {
    let Some(handle) = state.ledger().cloned() else {
        if schedule.backups.is_some() {
            tracing::warn!("backups are written by the server that keeps the ledger, and this one does not");
        }
        return;
    };
    let mut told = None;
    loop {
        if let Some(folder) = &schedule.backups {
            match round(&state, &handle, &schedule, folder).await {
                Ok(()) => {}
                Err(error) => tracing::error!(
                    code = error.code(),
                    error = &error as &dyn std::error::Error,
                    "no backup was written; it is tried again"
                ),
            }
        }
        let hint = stale(&home, &*handle.writer.lock().await, state.now());
        if let Some(hint) = hint.filter(|_| hint != told) {
            tracing::warn!("{hint}\nhint: countenance keys-copy");
        }
        told = hint;
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            () = state.closing() => return,
        }
    }
}

/// Writes a backup when one is due; then what is too old goes.
pub(crate) async fn round(state: &AppState, handle: &Handle, schedule: &Schedule, folder: &Path) -> Result<(), BackupError> {
    files::private_folder(folder)?;
    let now = state.now();
    let hours = |count: u16| Duration::from_hours(u64::from(count));
    let written = list(folder)?;
    let due = written.iter().all(|(at, _)| *at <= now.minus(hours(schedule.backup_hours)));
    if !due {
        return Ok(());
    }
    let done = write_backup(state, &handle.writer, &folder.join(name(now))).await?;
    tracing::info!(people = done.people, rows = done.rows, "a backup was written");
    let kept = now.minus(hours(schedule.backup_days.saturating_mul(24)));
    for (_, path) in written.iter().filter(|(at, _)| *at < kept) {
        fs::remove_file(path)?;
    }
    Ok(())
}

/// `backup-2026-11-23T08-00-00Z`.
fn name(at: Timestamp) -> String {
    format!("{NAME}{}", at.rfc3339().replace(':', "-"))
}

fn read_name(name: &str) -> Option<Timestamp> {
    let (day, time) = name.strip_prefix(NAME)?.split_once('T')?;
    Timestamp::parse_rfc3339(&format!("{day}T{}", time.replace('-', ":")))
}

/// The backups of this folder with their times. What a crash left unfinished is removed.
fn list(folder: &Path) -> Result<Vec<(Timestamp, PathBuf)>, BackupError> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        match name.strip_suffix(UNFINISHED) {
            Some(unfinished) if read_name(unfinished).is_some() => fs::remove_file(entry.path())?,
            Some(_) => {}
            None => found.extend(read_name(&name).map(|at| (at, entry.path()))),
        }
    }
    Ok(found)
}

impl Schedule {
    #[cfg(test)]
    pub(crate) fn of(folder: &Path) -> Self {
        Self {
            backups: Some(folder.to_owned()),
            backup_hours: 24,
            backup_days: 3,
        }
    }
}
