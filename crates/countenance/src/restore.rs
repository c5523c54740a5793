//! `countenance restore`: a backup goes back into an empty database. The folder holds the keys, both keyrings and the ledger; whose key
//! has ended since does not come back, and what the ledger tells of the time after the backup is brought in.
//!
//! INVARIANT: one transaction: a database that was restored in part, without what the ledger tells, would permit what was withdrawn.

mod rows;
mod since;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use countenance_access::hold_leaves;
use countenance_base::{Clock as _, GateId, SimClock, SystemClock, SystemRng, Timestamp};
use countenance_gate_core::journal::RecordKind;
use countenance_keyring::Keyring;
use countenance_persons::{Ctx, Pepper, epoch, lookup_site, raise_epoch_above};
use countenance_rules::Rulebook;
use countenance_storage::Db;
use countenance_trace::{Event, Pen, Reader, Trace, Writer};

use crate::backup::error::BackupError;
use crate::backup::file::Backup;
use crate::backup::in_use;
use crate::data::Home;
use crate::ledger::{SiteLedger, catch_up_with, open_there, open_writer};
use rows::{Labels, Put};
use since::Since;

/// A gate may hold a snapshot whose number no leaf tells yet: a leaf names the number that was in force when it was written. Far more
/// changes than a site makes between two leaves.
const EPOCH_MARGIN: u64 = 1 << 20;

#[derive(Debug, clap::Args)]
pub(crate) struct RestoreArguments {
    #[command(flatten)]
    home: Home,
    /// The backup
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// Demo only: file with the seconds by which the clock is moved
    #[arg(long)]
    sim_clock: Option<PathBuf>,
}

/// What a restore did.
#[derive(Debug)]
pub(crate) struct Restored {
    pub(crate) put: Put,
    pub(crate) since: Since,
    /// Consents of people of whom the ledger tells that they may have withdrawn since.
    pub(crate) withdrawn: u64,
    /// Lists of tags that were found again.
    pub(crate) lists: u64,
    /// Gates that were claimed after the backup.
    pub(crate) strangers: Vec<GateId>,
}

#[expect(clippy::print_stdout, reason = "what came back and what did not is this command's output")]
pub(crate) async fn run(arguments: RestoreArguments) -> anyhow::Result<()> {
    let now = match arguments.sim_clock {
        Some(file) => SimClock::new(file).now(),
        None => SystemClock.now(),
    };
    let restored = restore(&arguments.home, &arguments.from, now).await?;
    for line in restored.lines() {
        println!("{line}");
    }
    Ok(())
}

/// What the folder holds, for this backup.
struct Here {
    writer: Writer,
    labels: Labels,
    ledger: SiteLedger,
    pepper: Pepper,
}

/// File, keys and ledger are checked before the database is touched.
pub(crate) async fn restore(home: &Home, from: &Path, now: Timestamp) -> anyhow::Result<Restored> {
    let mut backup = Backup::open(from).map_err(BackupError::told)?;
    let mut here = open_here(home, &backup)?;
    let db = home.make_database().await?;
    let restored = write(&db, &mut backup, &mut here, now).await;
    db.close().await;
    restored
}

fn open_here(home: &Home, backup: &Backup) -> anyhow::Result<Here> {
    let (site_key, pepper) = home.read_keys()?;
    ensure!(backup.head.site_key == site_key.public(), BackupError::OtherSite.told());
    let there = Keyring::is_there(&home.keyring()) && Keyring::is_there(&home.backup_keys());
    ensure!(there, BackupError::NoKeys.told());
    let writer = open_writer(home).map_err(in_use)?;
    let labels = Labels::of(&writer, backup).map_err(BackupError::told)?;
    let ledger = open_there(home.folder(), &backup.head.site.to_string())?;
    Ok(Here {
        writer,
        labels,
        ledger: ledger.ok_or_else(|| BackupError::NoLedger.told())?,
        pepper,
    })
}

async fn write(db: &Db, backup: &mut Backup, here: &mut Here, now: Timestamp) -> anyhow::Result<Restored> {
    let pen = Pen {
        intake: here.writer.keyring().intake(),
        now,
        rng: Box::new(SystemRng),
    };
    let mut tx = Trace::begin(db.write().await?, Reader::Machine, pen);
    let put = rows::put_back(&mut tx, backup, &here.labels).await.map_err(BackupError::told)?;
    let restored = bring_up(&mut tx, here, put, now).await?;
    tx.leave(Event::site(RecordKind::Changed, "database.restored"));
    tx.commit().await.context("nothing was restored")?;
    Ok(restored)
}

/// Brings the database up to the ledger.
async fn bring_up(tx: &mut Trace, here: &mut Here, put: Put, now: Timestamp) -> anyhow::Result<Restored> {
    let site = lookup_site(tx).await?.context("the backup holds no site")?;
    let recovered = catch_up_with(tx, &mut here.ledger).await.map_err(BackupError::told)?;
    let strangers = hold_leaves(tx).await?;
    let lists = since::recover_lists(tx, &recovered).await?;
    let since = Since::of(&recovered);
    let rulebooks = countenance_rules::embedded().context("loading the rulebooks")?;
    let chosen = Rulebook::choose(&rulebooks, &now.civil_day(&site.time_zone))
        .ok()
        .or(rulebooks.first());
    let mut rng = SystemRng;
    let ctx = Ctx {
        now,
        rng: &mut rng,
        rulebook: chosen.context("no rulebook is built in")?,
        pepper: &here.pepper,
        site: &site,
    };
    let withdrawn = since::end_consents(tx, &ctx, &here.writer, &since).await?;
    let known = epoch(tx).await?.max(since.epoch);
    raise_epoch_above(tx, known + EPOCH_MARGIN).await?;
    Ok(Restored {
        put,
        since,
        withdrawn,
        lists,
        strangers,
    })
}

impl Restored {
    fn lines(&self) -> Vec<String> {
        let Put {
            people,
            rows,
            ended,
            rows_ended,
        } = self.put;
        let mut lines = vec![format!("{rows} rows and {people} people are back")];
        if ended > 0 {
            lines.push(format!("{rows_ended} rows under {ended} keys that have ended are not"));
        }
        lines.extend(self.since.lines());
        if self.lists > 0 {
            lines.push(format!("{} lists of tags were found again", self.lists));
        }
        if self.withdrawn > 0 {
            lines.push(format!(
                "{} consents were ended: the ledger tells of a withdrawal by these people after the backup, or cannot tell that there was none",
                self.withdrawn
            ));
        }
        let stranger = |gate| format!("gate {gate} was claimed after the backup and is not known: claim the device anew");
        lines.extend(self.strangers.iter().map(stranger));
        lines.push("what else was changed after the backup is lost: orders of erasure, ways in that were turned off, doors and purposes have to be looked through at the desk".to_owned());
        lines
    }
}
