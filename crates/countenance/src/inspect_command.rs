//! `countenance inspect`: questions that an inspector asks on the spot. Needs no site and no database, and keeps nothing of what it read.

mod labels;
mod network;

use std::io::Write;

use countenance_base::Locale;

/// What to ask.
#[derive(Debug, Clone, clap::Subcommand)]
pub(crate) enum InspectCommand {
    /// Look for labels that must not be put on people in another system's export: CSV, TSV, JSON, JSON lines, XLSX
    Labels(labels::Labels),
    /// Ask the cameras of a private network which of them declare face analytics and are not in the register; only reading, no password
    Network(network::Network),
}

/// Runs the command and writes its answer to `out`. False when something was found.
pub(crate) async fn run(command: &InspectCommand, out: &mut dyn Write) -> anyhow::Result<bool> {
    match command {
        InspectCommand::Labels(labels) => labels.run(out),
        InspectCommand::Network(network) => network.run(out).await,
    }
}

fn locale(tag: &str) -> Result<Locale, String> {
    Locale::from_tag(tag).ok_or_else(|| "write `zh` or `en`".to_owned())
}
