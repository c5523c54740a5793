//! Programs of ours as a person would run them.

use std::ffi::{OsStr, OsString};

use tokio::process::Command;

use crate::estate::program;

/// What a program said, and whether it ended well.
pub(super) struct Said {
    pub(super) out: String,
    pub(super) err: String,
    pub(super) good: bool,
}

impl Said {
    /// Its output, when it ended well.
    pub(super) fn good(self) -> anyhow::Result<String> {
        anyhow::ensure!(self.good, "{}", self.err.trim());
        Ok(self.out)
    }
}

/// Runs a program that was built beside this one.
pub(super) async fn command(name: &str, arguments: &[&OsStr]) -> anyhow::Result<Said> {
    said(Command::new(program(name)?).args(arguments)).await
}

pub(super) async fn said(command: &mut Command) -> anyhow::Result<Said> {
    let output = command.output().await?;
    Ok(Said {
        out: String::from_utf8(output.stdout)?,
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
        good: output.status.success(),
    })
}

/// Words and paths of a command line.
pub(super) fn words(words: &[&str]) -> Vec<OsString> {
    words.iter().map(Into::into).collect()
}
