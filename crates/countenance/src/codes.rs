//! `countenance gate-code` and `countenance operator-link`: codes that only who sits at the machine can make.

use std::path::PathBuf;

use anyhow::Context as _;
use countenance_access::{lookup_door_by_number, make_gate_code};
use countenance_base::{Clock as _, SimClock, SystemRng};
use countenance_persons::make_operator_link;

use crate::data::Home;
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

/// Prints a claim code for the gate of a door, good for a day.
#[expect(clippy::print_stdout, reason = "the code is this command's output")]
pub(crate) async fn gate_code(arguments: GateCodeArguments) -> anyhow::Result<()> {
    let state = open_site(&arguments.home).await?;
    let mut rng = SystemRng;
    let mut tx = state.db().write().await?;
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
    let mut tx = state.db().write().await?;
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
