//! What a process promised before it ended, a line each: written with `writev`, which nothing else here uses, so that a fault in
//! `write` hits the ledger and never the telling.

use std::fs::File;
use std::io::{IoSlice, Write as _};
use std::path::Path;

use anyhow::{Context as _, bail};

/// Tells on standard output.
pub(crate) struct Teller(File);

impl Teller {
    pub(crate) fn open() -> anyhow::Result<Self> {
        Ok(Self(File::options().append(true).open("/proc/self/fd/1")?))
    }

    /// One line; told when this returns.
    pub(crate) fn tell(&mut self, word: &str, what: &str) -> anyhow::Result<()> {
        let line = format!("{word} {what}\n");
        let written = self.0.write_vectored(&[IoSlice::new(line.as_bytes()), IoSlice::new(b"")])?;
        if written != line.len() {
            bail!("told in part only");
        }
        Ok(())
    }
}

/// What was told in one life or in several.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// Entries up to here were promised.
    pub(crate) durable: u64,
    /// Notes that were signed, and checkpoints that were cosigned, as texts.
    pub(crate) notes: Vec<String>,
    /// The key that signed or cosigned.
    pub(crate) key: Option<String>,
}

impl Told {
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let mut told = Self::default();
        for line in std::fs::read_to_string(path)?.lines() {
            match line.split_once(' ') {
                Some(("durable", size)) => told.durable = told.durable.max(size.parse()?),
                Some(("note", text)) => told.notes.push(unfolded(text)),
                Some(("key", key)) => match &told.key {
                    Some(before) if before != key => bail!("two keys were told: {before} and {key}"),
                    _ => told.key = Some(key.to_owned()),
                },
                Some(("begin" | "stopped" | "end", _)) => {}
                _ => bail!("told: `{line}`"),
            }
        }
        Ok(told)
    }
}

/// Several lines as one.
pub(crate) fn folded(text: &str) -> String {
    text.replace('\n', "\\n")
}

fn unfolded(text: &str) -> String {
    text.replace("\\n", "\n")
}

/// That this holds.
pub(crate) fn hold(condition: bool, what: &str) -> anyhow::Result<()> {
    condition.then_some(()).with_context(|| format!("does not hold: {what}"))
}
