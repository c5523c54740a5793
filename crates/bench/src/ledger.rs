//! Durable appends, batched and single.

use std::time::Instant;

use countenance_ledger::Log;

use crate::report::{machine, table};
use crate::stats::{median, number, percentile};

const BATCH: usize = 4_096;
const BATCHES: usize = 100;
const SINGLES: usize = 2_000;

pub(crate) fn measure() -> anyhow::Result<String> {
    let folder = tempfile::tempdir_in(".")?;
    let mut log = Log::open(folder.path())?;
    let entry = vec![0x5a; 128];
    let mut batches = Vec::new();
    let begun = Instant::now();
    for round in 0..BATCHES {
        let batch = vec![entry.clone(); BATCH];
        let at = Instant::now();
        log.append(&batch)?;
        batches.push(at.elapsed().as_secs_f64() * 1e3);
        if round % 25 == 24 {
            log.integrate("bench.example/log")?;
        }
    }
    let whole = begun.elapsed().as_secs_f64();
    let mut singles = Vec::new();
    for _ in 0..SINGLES {
        let one = [entry.clone()];
        let at = Instant::now();
        log.append(&one)?;
        singles.push(at.elapsed().as_secs_f64() * 1e3);
    }
    let a_second = number(BATCH * BATCHES) / whole;
    let rows = [
        vec![
            format!("batches of {BATCH}, with tiles made, read back and synced"),
            format!("{:.2}", median(&batches)),
            format!("{:.2}", percentile(&batches, 0.99)),
            format!("{a_second:.0}"),
        ],
        vec![
            "single".to_owned(),
            format!("{:.3}", median(&singles)),
            format!("{:.3}", percentile(&singles, 0.99)),
            format!("{:.0}", 1e3 / median(&singles)),
        ],
    ];
    let held = |yes: bool| if yes { "held" } else { "**missed**" };
    Ok(format!(
        "## Ledger\n{}; entries of 128 bytes, every append durable (`fdatasync`) before it returns.\n\n{}\n\
         To hold: batched ≥ 100,000/s: {}. Single p50 ≤ 0.6 ms: {}.\n",
        machine(),
        table(&["append", "p50 ms", "p99 ms", "a second"], &rows),
        held(a_second >= 100_000.0),
        held(median(&singles) <= 0.6)
    ))
}
