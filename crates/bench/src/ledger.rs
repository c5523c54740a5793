//! Durable appends, batched and single; ours, the disk itself, and other logs, each behind the same [protocol](crate::append).

use anyhow::Context as _;

use crate::append::{Seen, measure as append};
use crate::report::{held, machine, table};
use crate::stats::{median, percentile};

const BATCH: usize = 4_096;
const BATCHES: usize = 100;
const SINGLES: usize = 2_000;

/// A log to stand beside ours: `NAME=COMMAND`, the command's words separated by spaces.
#[derive(Debug, Clone)]
pub(crate) struct Beside {
    name: String,
    command: Vec<String>,
}

impl std::str::FromStr for Beside {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, command) = text.split_once('=').ok_or("write NAME=COMMAND")?;
        let command: Vec<String> = command.split_whitespace().map(str::to_owned).collect();
        if name.is_empty() || command.is_empty() {
            return Err("write NAME=COMMAND".to_owned());
        }
        Ok(Self {
            name: name.to_owned(),
            command,
        })
    }
}

pub(crate) fn measure(beside: &[Beside]) -> anyhow::Result<String> {
    let own = |what: &str| anyhow::Ok(vec![std::env::current_exe()?.display().to_string(), what.to_owned()]);
    let mut programs = vec![
        ("ours".to_owned(), own("append-ours")?),
        ("the disk itself: one file, no tree".to_owned(), own("append-plain")?),
    ];
    programs.extend(beside.iter().map(|peer| (format!("peer: {}", peer.name), peer.command.clone())));
    let mut rows = Vec::new();
    let mut seen = Vec::new();
    for (size, count) in [(BATCH, BATCHES), (1, SINGLES)] {
        for (name, program) in &programs {
            let one = append(program, size, count).with_context(|| name.clone())?;
            rows.push(row(size, name, &one));
            seen.push(one);
        }
    }
    let batched = seen.first().context("nothing was measured")?;
    let single = seen.get(programs.len()).context("nothing was measured")?;
    Ok(format!(
        "## Ledger\n{}; entries of 128 bytes through a pipe, every batch durable before it is acknowledged; the rate includes tiles of everything, made, read back and synced.\n\n{}\n\
         To hold: batched ≥ 100,000/s: {}. Single p50 ≤ 0.6 ms: {}.\n",
        machine(),
        table(&["append", "who", "p50 ms", "p99 ms", "a second"], &rows),
        held(batched.a_second >= 100_000.0),
        held(median(&single.batches) <= 0.6)
    ))
}

fn row(size: usize, name: &str, seen: &Seen) -> Vec<String> {
    let what = if size == 1 {
        "single".to_owned()
    } else {
        format!("batches of {size}")
    };
    vec![
        what,
        name.to_owned(),
        format!("{:.3}", median(&seen.batches)),
        format!("{:.3}", percentile(&seen.batches, 0.99)),
        format!("{:.0}", seen.a_second),
    ]
}
