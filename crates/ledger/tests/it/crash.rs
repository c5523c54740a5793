//! A child appends, tells what is durable, and is killed without notice; again and again on the same folder.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use countenance_base::{Rng as _, SeededRng};
use countenance_ledger::Log;

use super::{ORIGIN, entries, entry, signer};

const FOLDER: &str = "LEDGER_CRASH_FOLDER";
/// `COUNTENANCE_SOAK` asks for more.
const ROUNDS: usize = 30;
const PATIENCE: Duration = Duration::from_secs(30);
const ROUNDS_SOAK: usize = 1_000;

/// The child's part; alone it does nothing.
#[test]
fn child() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let folder = Path::new(&folder);
    let mut log = Log::open(&folder.join("log")).unwrap();
    let mut own = signer(&folder.join("signer")).unwrap();
    let mut told = std::io::stdout();
    let mut random = SeededRng::new(u64::from(std::process::id()));
    loop {
        let mut byte = [0];
        random.fill(&mut byte);
        let from = log.size();
        log.append(&entries(from, u64::from(byte[0]) + 1)).unwrap();
        writeln!(told, "durable {}", log.size()).unwrap();
        if byte[0] % 4 == 0 {
            let note = own.sign(&mut log).unwrap();
            writeln!(told, "signed {}", note.text().lines().nth(1).unwrap()).unwrap();
        }
        told.flush().unwrap();
    }
}

/// What the child told before it was killed after `life` lines: the largest durable size, and the largest signed one.
fn one_life(folder: &Path, life: usize) -> (u64, u64) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["crash::child", "--exact", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let output = child.stdout.take().unwrap();
    let (enough, heard) = mpsc::channel();
    let reading = std::thread::spawn(move || {
        let mut told = (0, 0);
        for (number, line) in BufReader::new(output).lines().map_while(Result::ok).enumerate() {
            if number == life {
                enough.send(()).unwrap();
            }
            match line.split_once(' ') {
                Some(("durable", size)) => told.0 = size.parse().unwrap(),
                Some(("signed", size)) => told.1 = size.parse().unwrap(),
                _ => {}
            }
        }
        told
    });
    heard.recv_timeout(PATIENCE).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    reading.join().unwrap()
}

#[test]
fn every_entry_that_was_told_is_there_after_a_kill_and_no_size_has_two_roots() {
    let folder = tempfile::tempdir().unwrap();
    let rounds = if std::env::var_os("COUNTENANCE_SOAK").is_some() {
        ROUNDS_SOAK
    } else {
        ROUNDS
    };
    let mut random = SeededRng::new(17);
    let (mut lived, mut checked) = (0, 0);
    for round in 0..rounds {
        let mut byte = [0];
        random.fill(&mut byte);
        let (durable, signed) = one_life(folder.path(), usize::from(byte[0]) / 4);
        lived += usize::from(durable > 0);
        let mut log = Log::open(&folder.path().join("log")).unwrap();
        assert!(
            log.size() >= durable,
            "round {round}: {durable} were told, {} are there",
            log.size()
        );
        let mut own = signer(&folder.path().join("signer")).unwrap();
        assert!(own.signed().0 >= signed, "round {round}: {signed} were signed");
        let note = own.sign(&mut log).unwrap();
        assert_eq!(note.text().lines().nth(1), Some(log.size().to_string().as_str()));
        for at in checked..log.size() {
            assert_eq!(log.entry(at).unwrap(), Some(entry(at)), "round {round}, entry {at}");
        }
        checked = log.size().saturating_sub(1);
        drop(log.integrate(ORIGIN).unwrap());
    }
    assert!(
        lived > rounds / 2,
        "most children lived long enough to tell something: {lived} of {rounds}"
    );
    println!("soak: {rounds} kills: {checked} entries that were told are there, and every signature extends the one before");
}
