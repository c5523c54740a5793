//! Checks of structure that no compiler makes.

mod layout;
mod traces;
mod tree;
mod words;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use crate::phase::{root, say};

/// Whether a path has this extension.
pub(crate) fn is(path: &str, extension: &str) -> bool {
    Path::new(path).extension().is_some_and(|found| found == extension)
}

/// A source file of ours: path from the root, and text.
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// Runs all checks and fails with every finding.
pub(crate) fn run() -> anyhow::Result<()> {
    let sources = sources()?;
    let mut findings = Vec::new();
    findings.extend(layout::check(&sources));
    findings.extend(traces::check(&sources));
    findings.extend(words::check(&sources));
    findings.extend(tree::check()?);
    for finding in &findings {
        say(&format!("   {finding}"));
    }
    if !findings.is_empty() {
        bail!("{} findings", findings.len());
    }
    Ok(())
}

/// All files that git knows or would know, as text; pictures and the like are left out.
fn sources() -> anyhow::Result<Vec<Source>> {
    let output = std::process::Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .context("`git` could not be started")?;
    let names = String::from_utf8(output.stdout).context("git printed a name that is not UTF-8")?;
    let names: Vec<PathBuf> = names.lines().map(PathBuf::from).collect();
    if names.is_empty() {
        bail!("git lists no files; tidy would find nothing whatever is wrong");
    }
    Ok(names.iter().filter_map(|name| read(name)).collect())
}

fn read(name: &Path) -> Option<Source> {
    let text = std::fs::read_to_string(root().join(name)).ok()?;
    Some(Source {
        path: name.to_str()?.to_owned(),
        text,
    })
}
