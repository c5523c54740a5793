//! A log and a witness at work, to be broken from outside: `cargo xtask test` and `soak` run this under `strace`, which makes one system
//! call fail or kills the process at it, and then have it judged what is left.
//!
//!     torture log FOLDER LAST            appends and signs up to LAST entries, telling on standard output what it has promised
//!     torture witness FOLDER LAST        is asked to cosign, up to LAST entries, and to cosign forks
//!     torture judge-log FOLDER TOLD      opens what is left and compares it with what was told in these lives
//!     torture judge-witness FOLDER TOLD
//!     torture plant FOLDER TOLD          breaks a promise, so that the judge can be seen to find it
//!     torture hammer FOLDER SECONDS      appends while other threads prove every entry that was promised
//!
//! Ends with 0 at the end of its work, 3 when it stopped after an error, 5 when it could not even open, 6 when it went on after one.

mod hammer;
mod plant;
mod site;
mod told;
mod watcher;

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use told::Told;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["log", folder, last] => number(last).and_then(|last| site::work(Path::new(folder), last)),
        ["witness", folder, last] => number(last).and_then(|last| watcher::work(Path::new(folder), last)),
        ["judge-log", folder, told] => Told::read(Path::new(told)).and_then(|told| site::judge(Path::new(folder), &told)),
        ["judge-witness", folder, told] => Told::read(Path::new(told)).and_then(|told| watcher::judge(Path::new(folder), &told)),
        ["plant", folder, told] => plant::plant(Path::new(folder), Path::new(told)),
        ["hammer", folder, seconds] => number(seconds).and_then(|seconds| hammer::swing(Path::new(folder), seconds)),
        _ => Err(anyhow::anyhow!(
            "usage: torture log|witness FOLDER LAST | judge-log|judge-witness FOLDER TOLD | plant FOLDER TOLD | hammer FOLDER SECONDS"
        )),
    };
    match done {
        Ok(ended) => ended,
        Err(error) => {
            writeln!(std::io::stderr(), "error: {error:#}").ok();
            ExitCode::FAILURE
        }
    }
}

fn number(text: &str) -> anyhow::Result<u64> {
    Ok(text.parse()?)
}

/// It stopped, and stays stopped.
const STOPPED: u8 = 3;
const NOT_OPENED: u8 = 5;
/// It did more after an error.
const WENT_ON: u8 = 6;
