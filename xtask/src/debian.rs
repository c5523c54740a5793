//! Programs of Debian that checks need: found, or installed when we are root, or named with the command to type.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, bail, ensure};

use crate::phase::say;

/// A program, the package that has it, its size and its licence. apt verifies what it fetches.
pub(crate) struct Program {
    pub(crate) name: &'static str,
    pub(crate) package: &'static str,
    pub(crate) size: &'static str,
    pub(crate) licence: &'static str,
}

pub(crate) const OPENSSL: Program = Program {
    name: "openssl",
    package: "openssl",
    size: "1.4 MB to download, 2.3 MB unpacked",
    licence: "Apache-2.0",
};

pub(crate) const STRACE: Program = Program {
    name: "strace",
    package: "strace",
    size: "1.4 MB to download, 3 MB unpacked",
    licence: "LGPL-2.1-or-later; run as a program of its own, neither linked nor shipped",
};

impl Program {
    /// Makes sure that the program is there.
    pub(crate) fn bring(&self) -> anyhow::Result<()> {
        if on_path(self.name) {
            return Ok(());
        }
        let install = format!("apt-get update && apt-get install -y --no-install-recommends {}", self.package);
        let Self { name, size, licence, .. } = self;
        if !is_root() || !on_path("apt-get") {
            bail!("`{name}` is not installed ({size}, licence: {licence})\nhint: as root: {install}");
        }
        say(&format!("   installing Debian's `{}` ({size}, licence: {licence})", self.package));
        let output = Command::new("sh")
            .args(["-c", &install])
            .env("DEBIAN_FRONTEND", "noninteractive")
            .output();
        let output = output.context("`sh` could not be started")?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "`{install}` ended with {}: {}", output.status, said.trim());
        ensure!(on_path(name), "`{name}` is not there after `{install}`");
        Ok(())
    }
}

fn on_path(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .map(|folder: PathBuf| folder.join(name))
        .any(|file| file.is_file())
}

fn is_root() -> bool {
    // The owner of this process's own directory in /proc is its effective user.
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").is_ok_and(|data| data.uid() == 0)
}
