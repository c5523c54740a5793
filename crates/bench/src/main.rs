//! The bench: what this program does, measured beside what others do on the same machine in the same run. Writes its sections into
//! BENCH.md and leaves the others as they are. Run by `cargo xtask bench`.

mod accuracy;
mod append;
mod erasure;
mod gate;
mod ledger;
mod peers;
mod presentation;
mod proof;
mod report;
mod rules;
mod search;
mod server;
mod stats;
mod vision;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(about = "Measures, and writes BENCH.md")]
struct Arguments {
    /// The report
    #[arg(long, default_value = "BENCH.md")]
    out: PathBuf,
    /// Folder with the peers' Python environment (`bin/python`); without it there are no peers in the tables
    #[arg(long)]
    peers: Option<PathBuf>,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// One frame to a decision, beside Python with ONNX Runtime and dlib
    Vision,
    /// Exact search among many, beside FAISS and the memory itself
    Search,
    /// Durable appends, beside other logs
    Ledger {
        /// Another log behind the protocol of `crates/bench/src/append.rs`: NAME=COMMAND; the folder comes last
        #[arg(long)]
        beside: Vec<ledger::Beside>,
    },
    /// Child of `ledger`: ours behind the protocol
    #[command(hide = true)]
    AppendOurs { folder: PathBuf },
    /// Child of `ledger`: one file, synced for every batch
    #[command(hide = true)]
    AppendPlain { folder: PathBuf },
    /// A proof at a thousand million entries: its size, and checked by the verify page
    Proof,
    /// Erasing one of a million, and a million with a certificate
    Erasure,
    /// One decision of the full rulebook
    Rules,
    /// Passages taken in and a page of them, over HTTP
    Server,
    /// Ten thousand templates: memory, cold start, erasing one
    Gate,
    /// Child of `gate`: opens what is there and says what it took
    #[command(hide = true)]
    GateOpen { folder: PathBuf },
    /// Error rates on pictures of people
    Accuracy(accuracy::AccuracyArguments),
    /// Attack pictures told from live ones
    Pad {
        /// Folder of pictures: names with `_T` are live people, with `_F` attacks
        folder: PathBuf,
    },
}

fn main() -> anyhow::Result<()> {
    let Arguments { out, peers, what } = Arguments::parse();
    let (section, text) = match what {
        What::Vision => ("vision", vision::measure(peers.as_deref())?),
        What::Search => ("search", search::measure(peers.as_deref())?),
        What::Ledger { beside } => ("ledger", ledger::measure(&beside)?),
        What::AppendOurs { folder } => return append::ours(&folder),
        What::AppendPlain { folder } => return append::plain(&folder),
        What::Proof => ("proof", proof::measure()?),
        What::Erasure => ("erasure", erasure::measure()?),
        What::Rules => ("rules", rules::measure()?),
        What::Server => ("server", server::measure()?),
        What::Gate => ("gate", gate::measure()?),
        What::GateOpen { folder } => return gate::open(&folder),
        What::Accuracy(arguments) => ("accuracy", accuracy::measure(&arguments)?),
        What::Pad { folder } => ("pad", presentation::measure(&folder)?),
    };
    report::write(&out, section, &text)
}
