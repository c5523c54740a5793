//! What the browser journeys need besides Rust: their npm packages, Chromium, and a font with Chinese.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::install::say;
use crate::{SetupError, cache};

const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const INSTALL: &str = "apt-get install -y --no-install-recommends chromium fonts-noto-cjk";

/// Makes sure that the journeys in `e2e` (a directory with `package-lock.json`) can run, and returns the browser's path.
/// As root, missing Debian packages are installed; otherwise the error names the command to type.
pub fn browser(e2e: &Path, report: &mut dyn Write) -> Result<PathBuf, SetupError> {
    packages(e2e, report)?;
    if let (Some(browser), true) = (installed_browser(), chinese_font()) {
        return Ok(browser);
    }
    let command = format!("apt-get update && {INSTALL}");
    if !is_root() || on_path("apt-get").is_none() {
        return Err(SetupError::Browser {
            what: "Chromium and a Chinese font".to_owned(),
            command,
        });
    }
    say(report, "installing chromium and fonts-noto-cjk with apt-get (about 200 MB)");
    let mut apt = Command::new("sh");
    apt.env("DEBIAN_FRONTEND", "noninteractive").args(["-c", &command]);
    run(&mut apt, &command)?;
    installed_browser().ok_or(SetupError::Browser {
        what: "Chromium".to_owned(),
        command,
    })
}

/// The browser that is installed, if any.
pub fn installed_browser() -> Option<PathBuf> {
    BROWSERS.iter().find_map(|name| on_path(name))
}

fn packages(e2e: &Path, report: &mut dyn Write) -> Result<(), SetupError> {
    let lock = cache::hash(&e2e.join("package-lock.json"))?;
    let stamp = e2e.join("node_modules").join(".countenance-lock");
    // npm's own marker only says that something was installed, not for which lock file.
    if lock.is_some() && lock == std::fs::read_to_string(&stamp).ok() {
        return Ok(());
    }
    if on_path("npm").is_none() {
        return Err(SetupError::ClientMissing {
            program: "npm",
            package: "the packages of e2e/".to_owned(),
        });
    }
    say(
        report,
        "installing the packages of e2e/ with npm ci, checked by the lock file's hashes: 23 MB unpacked; Apache-2.0, MIT, MPL-2.0 and BlueOak-1.0.0 as declared; they drive and check, and are never shipped",
    );
    run(
        Command::new("npm").args(["ci", "--ignore-scripts", "--silent"]).current_dir(e2e),
        "npm ci",
    )?;
    cache::place(&stamp, lock.unwrap_or_default().as_bytes())
}

fn chinese_font() -> bool {
    // Without fontconfig's tool nobody can tell; the browser brings fontconfig, the tool is a package of its own.
    let listed = Command::new("fc-list").args([":lang=zh", "family"]).stderr(Stdio::null()).output();
    listed.map_or_else(
        |_| Path::new("/usr/share/fonts/opentype/noto").exists(),
        |listed| !listed.stdout.is_empty(),
    )
}

fn on_path(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|directory| directory.join(name))
        .find(|path| path.is_file())
}

fn is_root() -> bool {
    // The owner of this process's own directory in /proc is its effective user.
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").is_ok_and(|data| data.uid() == 0)
}

fn run(command: &mut Command, shown: &str) -> Result<(), SetupError> {
    let failed = |reason: String| SetupError::Command {
        command: shown.to_owned(),
        reason,
    };
    let output = command.stdin(Stdio::null()).output().map_err(|error| failed(error.to_string()))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(failed(
        said.lines()
            .rev()
            .find(|line| !line.trim().is_empty())
            .unwrap_or("it gave no reason")
            .to_owned(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_that_fit_the_lock_file_are_not_installed_again() {
        let e2e = tempfile::tempdir().unwrap();
        std::fs::write(e2e.path().join("package-lock.json"), "{}").unwrap();
        let hash = cache::hash(&e2e.path().join("package-lock.json")).unwrap().unwrap();
        cache::place(&e2e.path().join("node_modules/.countenance-lock"), hash.as_bytes()).unwrap();
        let mut said = Vec::new();
        packages(e2e.path(), &mut said).unwrap();
        assert!(said.is_empty(), "nothing was said because nothing was done");
    }
}
