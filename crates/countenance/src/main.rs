//! `countenance`: the server and its tools. It never receives a picture or a template.

mod audit;
mod backup;
mod close_site;
mod codes;
mod config;
mod data;
mod evidence;
mod figures;
mod gate_api;
mod inspect_command;
mod inspection;
mod jobs;
mod ledger;
mod monitor;
mod pages;
mod restore;
mod rules_command;
mod seed;
mod serve;
mod shamir;
mod source;
mod state;
#[cfg(test)]
mod testing;
mod verify;
mod verify_page_command;
mod webhook;
mod witness_command;

use std::io::IsTerminal as _;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(
    name = "countenance",
    about = "Face verification and access control that asks first, and forgets",
    version
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve portal, console and gates
    Serve(serve::ServeArguments),
    /// Make the demo's estate in an empty folder and print its letters and codes as JSON
    Seed(seed::SeedArguments),
    /// Print a claim code for the gate of a door
    GateCode(codes::GateCodeArguments),
    /// Print a one-time sign-in link for an operator
    OperatorLink(codes::OperatorLinkArguments),
    /// Print the key that signs this site's ledger, for its witnesses
    LedgerKey(codes::LedgerKeyArguments),
    /// Watch other sites' ledgers and cosign what extends what was seen
    Witness(witness_command::WitnessArguments),
    /// Follow a site's ledger from outside and say what does not fit
    Monitor(monitor::MonitorArguments),
    /// Sample what a certificate of destruction says, as an auditor
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// Print a pass with which an auditor or a witness reads the ledger
    AuditorPass(codes::AuditorPassArguments),
    /// With two of three shares, open sealed records or what stays of erased people; it leaves a trace
    OpenEvidence(evidence::EvidenceArguments),
    /// End everything about everybody; asked for twice
    CloseSite(close_site::CloseArguments),
    /// Write a backup from which erased people do not come back, while no server runs
    Backup(backup::BackupArguments),
    /// Replace the one copy of the keys that is kept on another medium: after each erasure, and after a backup with new people
    KeysCopy(backup::keys_copy::KeysCopyArguments),
    /// Put a backup into an empty database: without whoever was erased since, and up to what the ledger tells
    Restore(restore::RestoreArguments),
    /// Check a proof, a certificate, a fork or a receipt without any server: what it shows, and what it does not
    Verify(verify::VerifyArguments),
    /// Write the page that checks proofs in a browser, in one file that needs no network
    VerifyPage(verify_page_command::VerifyPageArguments),
    /// Ask the rulebook, in plain words
    #[command(subcommand)]
    Rules(rules_command::RulesCommand),
    /// Ask on the spot: which labels another system's export puts on people, which cameras declare that they look at faces
    #[command(subcommand)]
    Inspect(inspect_command::InspectCommand),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into()))
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    match run(arguments.command) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

/// False when the command worked and its answer is no.
fn run(command: Command) -> anyhow::Result<bool> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match command {
            Command::Serve(arguments) => serve::serve(arguments).await,
            Command::Seed(arguments) => seed::seed(arguments).await,
            Command::GateCode(arguments) => codes::gate_code(arguments).await,
            Command::OperatorLink(arguments) => codes::print_operator_link(arguments).await,
            Command::LedgerKey(arguments) => codes::print_ledger_key(arguments).await,
            Command::Witness(arguments) => witness_command::run(arguments).await,
            Command::Monitor(arguments) => return monitor::run(arguments).await,
            Command::Audit(command) => return audit::run(command).await,
            Command::AuditorPass(arguments) => codes::print_auditor_pass(arguments).await,
            Command::OpenEvidence(arguments) => evidence::open(arguments).await,
            Command::CloseSite(arguments) => close_site::close(arguments).await,
            Command::Backup(arguments) => backup::run(arguments).await,
            Command::KeysCopy(arguments) => backup::keys_copy::run(&arguments),
            Command::Restore(arguments) => restore::run(arguments).await,
            Command::Verify(arguments) => return verify::run(&arguments, &mut std::io::stdout().lock()),
            Command::VerifyPage(arguments) => verify_page_command::run(&arguments),
            Command::Rules(command) => return rules_command::run(&command, &mut std::io::stdout().lock()),
            Command::Inspect(command) => return inspect_command::run(&command, &mut std::io::stdout().lock()).await,
        }?;
        Ok(true)
    })
}

#[expect(clippy::print_stderr, reason = "the one place that tells the operator why a command failed")]
fn complain(error: &anyhow::Error) {
    eprintln!("error: {error:#}");
}
