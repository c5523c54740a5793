//! `countenance-gate`: the agent at a door.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use countenance_gate::run::{JOURNAL_BYTES, RunOptions};
use countenance_gate::{audit, check, claim, run, setup_command};

#[derive(Debug, Parser)]
#[command(
    name = "countenance-gate",
    about = "The agent at a door: asks first, recognises here, forgets",
    version
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Fetch the models and the runtime, checked by pinned hash
    Setup(setup_command::SetupArguments),
    /// Say what the models see in pictures, with the time of each stage; nothing is kept
    Check(check::CheckArguments),
    /// Bind this device to a site with a claim code from the console
    Claim(ClaimArguments),
    /// Serve the door
    Run(RunArguments),
    /// Look for what an auditor picked out of a certificate of destruction; the gate stands still meanwhile
    Audit(audit::AuditArguments),
}

#[derive(Debug, clap::Args)]
struct ClaimArguments {
    /// Address of the server
    #[arg(long)]
    server: String,
    /// Claim code from the console
    #[arg(long)]
    code: String,
    /// Folder for journal and sealed store; must not hold a gate
    #[arg(long)]
    data: PathBuf,
    /// Folder for the anchor, apart from the data: a TPM's or HSM's place
    #[arg(long)]
    anchor: PathBuf,
    /// A demo gate: simulated parts may start, and everything it touches says DEMO
    #[arg(long)]
    demo: bool,
    /// File with the seconds by which the demo's clock is ahead (demo gates only)
    #[arg(long)]
    sim_clock: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
struct RunArguments {
    #[arg(long)]
    data: PathBuf,
    #[arg(long)]
    anchor: PathBuf,
    /// Port of the kiosk page on loopback; 0 chooses one
    #[arg(long, default_value_t = 4100)]
    port: u16,
    /// Address of the site that people open, whose host the kiosk shows; the server's as claimed when left out
    #[arg(long)]
    site_address: Option<String>,
    /// The camera's horizontal field of view in degrees, as its maker states it; without it the face lane stays closed
    #[arg(long)]
    field_of_view: Option<f32>,
    /// Size of the journal in bytes
    #[arg(long, default_value_t = JOURNAL_BYTES)]
    journal_bytes: u64,
    /// Folder of the model pack, instead of the one that `setup` installed
    #[arg(long, requires = "runtime")]
    pack: Option<PathBuf>,
    /// After another pack was put in: ends the templates made with the old one; their people are told and may enrol again
    #[arg(long)]
    end_other_templates: bool,
    /// ONNX Runtime's shared library, instead of the one that `setup` installed
    #[arg(long, requires = "pack")]
    runtime: Option<PathBuf>,
    /// Demo gates only: file with the seconds by which the clock is moved
    #[arg(long)]
    sim_clock: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into()))
        .with_writer(std::io::stderr)
        .init();
    match act(arguments.command) {
        Ok(code) => code,
        Err(error) => {
            report(&error);
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stderr, reason = "the program's one word to the terminal when it cannot go on")]
fn report(error: &anyhow::Error) {
    eprintln!("error: {error:#}");
}

fn act(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Setup(arguments) => setup_command::run(&arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Claim(arguments) => claim_gate(&arguments),
        Command::Audit(arguments) => {
            audit::run(&arguments, &mut std::io::stdout().lock())?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Run(arguments) => {
            let options = RunOptions {
                data: arguments.data,
                anchor: arguments.anchor,
                port: arguments.port,
                site_address: arguments.site_address,
                field_of_view: arguments.field_of_view,
                journal_bytes: arguments.journal_bytes,
                pack: arguments.pack,
                end_other_templates: arguments.end_other_templates,
                runtime: arguments.runtime,
                sim_clock: arguments.sim_clock,
            };
            tokio::runtime::Runtime::new()?.block_on(run::run(options))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn claim_gate(arguments: &ClaimArguments) -> anyhow::Result<ExitCode> {
    let pack = countenance_setup::installed()
        .context("models are not installed\nhint: run `countenance-gate setup` first")?
        .pack;
    let pack = countenance_vision::Pack::load(&pack)?.hash();
    let gate = tokio::runtime::Runtime::new()?.block_on(claim::claim(
        &arguments.server,
        &arguments.code,
        &arguments.data,
        &arguments.anchor,
        pack,
        arguments.demo,
        run::clock(arguments.sim_clock.as_deref(), arguments.demo)?,
    ))?;
    tracing::info!(%gate, "claimed");
    Ok(ExitCode::SUCCESS)
}
