//! The calendars of working days beside an independent list, day by day.

use std::path::Path;

use anyhow::Context as _;

use crate::phase::{root, run_in, say};

const REQUIREMENTS: &str = "rulebooks/requirements.txt";

/// Brings the package that knows the days, once, and compares every day of every year that we have.
pub(crate) fn run() -> anyhow::Result<()> {
    let packages = countenance_setup::cache_directory()?.join("calendars");
    bring(&packages)?;
    let environment = [("PYTHONPATH", &*packages.display().to_string())];
    run_in(&root(), "python3", &["rulebooks/check_calendars.py"], &environment)
}

fn bring(packages: &Path) -> anyhow::Result<()> {
    let list = std::fs::read(root().join(REQUIREMENTS)).context(REQUIREMENTS)?;
    let done = packages.join("requirements.txt");
    if std::fs::read(&done).is_ok_and(|there| there == list) {
        return Ok(());
    }
    say("   fetching chinesecalendar from the Python package index by pinned hash: under 1 MB, MIT as declared");
    let (target, file) = (packages.display().to_string(), root().join(REQUIREMENTS).display().to_string());
    let mut arguments = vec!["-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps", "--upgrade"];
    arguments.extend(["--target", &target, "-r", &file]);
    let environment = [("PIP_ROOT_USER_ACTION", "ignore"), ("PIP_DISABLE_PIP_VERSION_CHECK", "1")];
    run_in(&root(), "python3", &arguments, &environment)
        .context("python3 (3.11 or newer) with pip is needed; on Debian: apt-get install python3-pip")?;
    Ok(std::fs::write(done, list)?)
}
