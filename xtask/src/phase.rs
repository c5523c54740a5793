//! Running commands, timing phases, talking to the person at the terminal.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

/// One line to standard error: what this program says is talk, not data.
#[expect(clippy::print_stderr, reason = "the one place where xtask talks")]
pub(crate) fn say(line: &str) {
    eprintln!("{line}");
}

static LIMIT: OnceLock<Duration> = OnceLock::new();

/// From now on a command that takes longer hangs: it is broken off, so that the run says where.
pub(crate) fn limit(each: Duration) {
    LIMIT.get_or_init(|| each);
}

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Runs a command in the repository's root and fails when it fails.
pub(crate) fn run(program: &str, arguments: &[&str]) -> anyhow::Result<()> {
    run_in(&root(), program, arguments, &[])
}

pub(crate) fn run_in(folder: &std::path::Path, program: &str, arguments: &[&str], environment: &[(&str, &str)]) -> anyhow::Result<()> {
    let mut child = Command::new(program)
        .args(arguments)
        .envs(environment.iter().copied())
        .current_dir(folder)
        .spawn()
        .with_context(|| format!("`{program}` could not be started; is it installed?"))?;
    let (ended, waits) = mpsc::channel::<()>();
    let process = child.id();
    let watchdog = LIMIT.get().map(|limit| {
        std::thread::spawn(move || {
            let hung = waits.recv_timeout(*limit) == Err(RecvTimeoutError::Timeout);
            if hung {
                end_tree(process);
            }
            hung
        })
    });
    let status = child.wait()?;
    drop(ended);
    if watchdog.is_some_and(|watchdog| watchdog.join().unwrap_or(false)) {
        bail!("`{program} {}` hung and was ended", arguments.join(" "));
    }
    if !status.success() {
        bail!("`{program} {}` ended with {status}", arguments.join(" "));
    }
    Ok(())
}

/// Ends a process and all that it started; the youngest last, so that none is lost to sight.
fn end_tree(process: u32) {
    let children = children(process);
    if Command::new("kill").args(["-KILL", &process.to_string()]).status().is_err() {
        say("   `kill` could not be started");
    }
    for child in children {
        end_tree(child);
    }
}

/// Who was started by `process`, as `/proc/*/stat` tells: after the name in brackets stand state and parent (proc(5)).
fn children(process: u32) -> Vec<u32> {
    let parent = process.to_string();
    let Ok(all) = std::fs::read_dir("/proc") else { return Vec::new() };
    all.filter_map(|entry| {
        let entry = entry.ok()?;
        let number = entry.file_name().to_str()?.parse().ok()?;
        let stat = std::fs::read_to_string(entry.path().join("stat")).ok()?;
        let (_, after) = stat.rsplit_once(')')?;
        (after.split_whitespace().nth(1)? == parent).then_some(number)
    })
    .collect()
}

/// The cargo that runs this program.
pub(crate) fn cargo() -> String {
    std::env::var("CARGO").unwrap_or_else(|_| "cargo".into())
}

/// Times phases and keeps their results for the closing table.
#[derive(Debug, Default)]
pub(crate) struct Phases {
    done: Vec<(&'static str, Duration, bool)>,
}

impl Phases {
    /// Runs one phase; a failure is kept and the next phase goes on, so that one run shows all that is wrong.
    pub(crate) fn phase(&mut self, name: &'static str, work: impl FnOnce() -> anyhow::Result<()>) -> bool {
        say(&format!("== {name}"));
        let begun = Instant::now();
        let result = work();
        if let Err(error) = &result {
            say(&format!("   {name} failed: {error:#}"));
        }
        self.done.push((name, begun.elapsed(), result.is_ok()));
        result.is_ok()
    }

    /// Prints minutes per phase and the counts; an error when a phase failed.
    pub(crate) fn close(self) -> anyhow::Result<()> {
        say("\nminutes  phase");
        for (name, time, good) in &self.done {
            let mark = if *good { "" } else { "   FAILED" };
            say(&format!("{:7.1}  {name}{mark}", time.as_secs_f64() / 60.0));
        }
        let total: Duration = self.done.iter().map(|(_, time, _)| *time).sum();
        say(&format!("{:7.1}  in all", total.as_secs_f64() / 60.0));
        let failed = self.done.iter().filter(|(_, _, good)| !good).count();
        say(&format!("phases: {} passed, {failed} failed", self.done.len() - failed));
        if failed > 0 {
            bail!("{failed} phases failed");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader, Read as _};
    use std::process::Stdio;

    use super::*;

    #[test]
    fn a_command_that_hangs_is_ended_with_all_that_it_started() {
        let mut shell = Command::new("sh")
            .args(["-c", "sleep 600 & echo started; wait"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(shell.stdout.take().unwrap());
        output.read_line(&mut String::new()).unwrap();
        assert_eq!(children(shell.id()).len(), 1);
        end_tree(shell.id());
        assert!(!shell.wait().unwrap().success());
        // The end of the pipe comes when nobody holds it any more.
        assert_eq!(output.read_to_end(&mut Vec::new()).unwrap(), 0);
    }
}
