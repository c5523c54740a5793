//! `countenance gate-code`, `operator-link`, `auditor-pass` and `ledger-key`: what only who sits at the machine can make or ask.

use std::path::PathBuf;

use anyhow::{Context as _, ensure};
use countenance_access::{ledger_key, lookup_door_by_number, make_gate_code, take_ledger_key};
use countenance_base::{Clock as _, SimClock, SystemRng};
use countenance_persons::{make_auditor_pass, make_operator_link};
use countenance_tlog::NoteKey;
use countenance_trace::Reader;

use crate::data::Home;
use crate::ledger::open_signer;
use crate::serve::{open_site, operator_link};

#[derive(Debug, clap::Args)]
pub(crate) struct GateCodeArguments {
    /// Number of the door
    door: u32,
    #[command(flatten)]
    home: Home,
}

#[derive(Debug, clap::Args)]
pub(crate) struct OperatorLinkArguments {
    /// Who will follow it
    name: String,
    #[command(flatten)]
    home: Home,
    /// Address that people open
    #[arg(long, default_value = "http://localhost:4000")]
    address: String,
    /// Demo only: file with the seconds by which the clock is moved
    #[arg(long)]
    sim_clock: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct AuditorPassArguments {
    /// Who holds it
    name: String,
    #[command(flatten)]
    home: Home,
    /// The key with which this auditor signs samples (`countenance audit destruction key`); without it the pass only reads
    #[arg(long)]
    key: Option<String>,
    /// Days for which it is good
    #[arg(long, default_value_t = 30)]
    days: u32,
    /// Demo only: file with the seconds by which the clock is moved
    #[arg(long)]
    sim_clock: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct LedgerKeyArguments {
    #[command(flatten)]
    home: Home,
}

/// Prints the key that signs this site's ledger. Made now when there is none: witnesses have to know it before the server asks them.
#[expect(clippy::print_stdout, reason = "the key is this command's output")]
pub(crate) async fn print_ledger_key(arguments: LedgerKeyArguments) -> anyhow::Result<()> {
    let state = open_site(&arguments.home).await?;
    let mut tx = state.db().write().await?;
    let key = if let Some(key) = ledger_key(&mut tx).await? {
        key
    } else {
        let signer = open_signer(arguments.home.folder(), &state.site().id.to_string())?;
        take_ledger_key(&mut tx, &signer.key().to_string()).await?
    };
    tx.commit().await?;
    println!("{key}");
    state.db().close().await;
    Ok(())
}

/// Prints a pass for an auditor or a witness.
#[expect(
    clippy::print_stdout,
    reason = "the pass is this command's output; it is kept as a keyed hash only"
)]
pub(crate) async fn print_auditor_pass(arguments: AuditorPassArguments) -> anyhow::Result<()> {
    if let Some(key) = &arguments.key {
        let key = NoteKey::parse(key).with_context(|| format!("`{key}` is no key of an auditor"))?;
        ensure!(!arguments.name.trim().is_empty(), "who holds the pass?");
        tracing::info!(key = key.name(), "samples under this key will be taken");
    }
    let state = open_site(&arguments.home).await?;
    let mut rng = SystemRng;
    let mut tx = state.trace(Reader::Console).await?;
    let mut ctx = state.ctx(&mut rng);
    if let Some(file) = arguments.sim_clock {
        ctx.now = SimClock::new(file).now();
    }
    let pass = make_auditor_pass(&mut tx, &mut ctx, arguments.name.trim(), arguments.key.as_deref(), arguments.days).await?;
    tx.commit().await?;
    println!("{pass}");
    state.db().close().await;
    Ok(())
}

/// Prints a claim code for the gate of a door, good for a day.
#[expect(clippy::print_stdout, reason = "the code is this command's output")]
pub(crate) async fn gate_code(arguments: GateCodeArguments) -> anyhow::Result<()> {
    let state = open_site(&arguments.home).await?;
    let mut rng = SystemRng;
    let mut tx = state.trace(Reader::Console).await?;
    let door = lookup_door_by_number(&mut tx, arguments.door)
        .await?
        .with_context(|| format!("there is no door {}", arguments.door))?;
    let code = make_gate_code(&mut tx, &mut state.ctx(&mut rng), door.id).await?;
    tx.commit().await?;
    println!("{}", code.code);
    state.db().close().await;
    Ok(())
}

/// Prints a one-time sign-in link for an operator, good for a day.
#[expect(clippy::print_stdout, reason = "the link is this command's output")]
pub(crate) async fn print_operator_link(arguments: OperatorLinkArguments) -> anyhow::Result<()> {
    let state = open_site(&arguments.home).await?;
    let mut rng = SystemRng;
    let mut tx = state.trace(Reader::Console).await?;
    let mut ctx = state.ctx(&mut rng);
    if let Some(file) = arguments.sim_clock {
        ctx.now = SimClock::new(file).now();
    }
    let code = make_operator_link(&mut tx, &mut ctx, arguments.name.trim()).await?;
    tx.commit().await?;
    println!("{}", operator_link(&arguments.address, &code));
    state.db().close().await;
    Ok(())
}
