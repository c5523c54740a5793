//! Appends while other threads take every entry that was promised, prove it, and compare.

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow};
use countenance_base::{Rng as _, SeededRng};
use countenance_ledger::{Log, Signer, audit};
use countenance_tlog::{Checkpoint, inclusion_root, leaf_hash};

use crate::told::hold;

const ORIGIN: &str = "countenance.example/hammer";
const CHECKERS: usize = 2;

fn entry(at: u64) -> Vec<u8> {
    [at.to_be_bytes().as_slice(), &[0x5a; 120]].concat()
}

/// What was promised and signed last, and how far it was checked.
struct Shared {
    log: RwLock<Log>,
    latest: Mutex<Checkpoint>,
    /// The next entry to check.
    next: AtomicU64,
    over: AtomicBool,
}

/// Works for `seconds`, then audits the whole; prints one line with counts.
pub(crate) fn swing(folder: &Path, seconds: u64) -> anyhow::Result<ExitCode> {
    let mut signer = Signer::open(&folder.join("signer"), ORIGIN, &mut SeededRng::new(3))?;
    let mut log = Log::open(&folder.join("log"))?;
    let first = log.integrate(ORIGIN)?;
    let shared = Shared {
        next: AtomicU64::new(first.size),
        latest: Mutex::new(first),
        log: RwLock::new(log),
        over: AtomicBool::new(false),
    };
    let end = Instant::now() + Duration::from_secs(seconds);
    let rounds = std::thread::scope(|scope| -> anyhow::Result<u64> {
        let checking: Vec<_> = (0..CHECKERS).map(|_| scope.spawn(|| check(&shared))).collect();
        let rounds = append(&shared, &mut signer, end);
        shared.over.store(true, Ordering::Release);
        for thread in checking {
            thread.join().map_err(|_| anyhow!("a checker panicked"))??;
        }
        rounds
    })?;
    let latest = shared.latest.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let checked = shared.next.load(Ordering::Acquire);
    hold(checked >= latest.size, "every promised entry was checked")?;
    let whole = audit(&folder.join("log"), latest.size)?;
    hold(whole.root == latest.root, "the audit finds what was signed")?;
    writeln!(
        std::io::stdout(),
        "hammer: {} entries in {rounds} signed rounds, each proved by {CHECKERS} threads meanwhile; {} files audited",
        latest.size,
        whole.bundles + whole.tiles
    )?;
    Ok(ExitCode::SUCCESS)
}

fn append(shared: &Shared, signer: &mut Signer, end: Instant) -> anyhow::Result<u64> {
    let mut random = SeededRng::new(4);
    let mut rounds = 0;
    while Instant::now() < end {
        let mut count = [0; 2];
        random.fill(&mut count);
        let count = u64::from(u16::from_be_bytes(count) % 600) + 1;
        let note = {
            let mut log = shared.log.write().map_err(|_| anyhow!("a checker failed"))?;
            let from = log.size();
            log.append(&(from..from + count).map(entry).collect::<Vec<_>>())?;
            signer.sign(&mut log)?
        };
        let checkpoint = Checkpoint::open(&note, signer.key())?;
        *shared.latest.lock().map_err(|_| anyhow!("a checker failed"))? = checkpoint;
        rounds += 1;
        // The checkers may be behind, but not for ever.
        while shared.next.load(Ordering::Acquire) + 20_000 < shared.latest.lock().map_err(|_| anyhow!("a checker failed"))?.size {
            std::thread::yield_now();
        }
    }
    Ok(rounds)
}

/// Takes entries one by one until all that was promised is checked and nothing more comes.
fn check(shared: &Shared) -> anyhow::Result<()> {
    loop {
        let over = shared.over.load(Ordering::Acquire);
        let latest = shared.latest.lock().map_err(|_| anyhow!("another failed"))?.clone();
        let at = shared.next.load(Ordering::Acquire);
        if at >= latest.size {
            if over {
                return Ok(());
            }
            std::thread::yield_now();
            continue;
        }
        if shared
            .next
            .compare_exchange(at, at + 1, Ordering::AcqRel, Ordering::Acquire)
            .is_err()
        {
            continue;
        }
        let log = shared.log.read().map_err(|_| anyhow!("the writer failed"))?;
        let found = log.entry(at)?.context("a promised entry is not there")?;
        hold(found == entry(at), &format!("entry {at} is the one that was appended"))?;
        let path = log.prove(at, latest.size)?.context("a promised entry has no proof")?;
        let root = inclusion_root(&leaf_hash(&found), at, latest.size, &path);
        hold(
            root == Some(latest.root),
            &format!("entry {at} leads to the root of {}", latest.size),
        )?;
    }
}
