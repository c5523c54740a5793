//! Running commands, timing phases, talking to the person at the terminal.

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

/// One line to standard error: what this program says is talk, not data.
#[expect(clippy::print_stderr, reason = "the one place where xtask talks")]
pub(crate) fn say(line: &str) {
    eprintln!("{line}");
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
    let status = Command::new(program)
        .args(arguments)
        .envs(environment.iter().copied())
        .current_dir(folder)
        .status()
        .with_context(|| format!("`{program}` could not be started; is it installed?"))?;
    if !status.success() {
        bail!("`{program} {}` ended with {status}", arguments.join(" "));
    }
    Ok(())
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
