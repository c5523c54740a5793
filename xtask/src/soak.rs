//! What takes longer than a test may: the same checks with larger numbers, one line with counts for each.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use anyhow::{Context as _, ensure};

use crate::demo::built;
use crate::phase::{Phases, cargo, root, run, say};
use crate::{camera, faults};

/// Tests that read this do more.
const MORE: &str = "COUNTENANCE_SOAK";
/// What such a test says of its counts begins with this.
const SAID: &str = "soak: ";
const HAMMER_SECONDS: &str = "180";

pub(crate) fn all() -> anyhow::Result<()> {
    let mut phases = Phases::default();
    phases.phase("killed a thousand times", || test("countenance-ledger", "crash::"));
    phases.phase("every fault at every call", || faults::all(true));
    phases.phase("the hammer", hammer);
    phases.phase("two who ask a witness at once", || test("countenance-ledger", "race::"));
    phases.phase("keys of a hundred thousand people", || test("countenance-keyring", "of_many"));
    phases.phase("a hundred thousand people at gates, a thousand of them erased", || {
        test("countenance-gate", "of_many")
    });
    phases.phase("whom a leaf is about", || test("countenance-destruction", "unlinkable::"));
    phases.phase("a camera that others wrote", camera::inspected);
    phases.close()
}

/// Runs the tests of a crate whose names hold `filter`, with more rounds; at least one must say its counts.
fn test(package: &str, filter: &str) -> anyhow::Result<()> {
    let mut command = Command::new(cargo());
    command.args(["test", "--quiet", "-p", package, "--test", "it", filter, "--", "--nocapture"]);
    command
        .env(MORE, "1")
        .current_dir(root())
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    let mut child = command.spawn().context("cargo could not be started")?;
    let mut said = 0;
    for line in BufReader::new(child.stdout.take().context("no pipe")?).lines() {
        // A test's name or dots may stand before it on its line.
        if let Some((_, counts)) = line?.split_once(SAID) {
            say(&format!("   {counts}"));
            said += 1;
        }
    }
    let ended = child.wait()?;
    ensure!(ended.success(), "the tests `{filter}` of {package} ended with {ended}");
    ensure!(said > 0, "no test `{filter}` of {package} said its counts");
    Ok(())
}

fn hammer() -> anyhow::Result<()> {
    run(&cargo(), &["build", "--quiet", "-p", "countenance-ledger", "--example", "torture"])?;
    let aside = std::env::temp_dir().join(format!("countenance-hammer-{}", std::process::id()));
    std::fs::create_dir_all(&aside)?;
    let done = run(
        &built("examples/torture"),
        &["hammer", &aside.display().to_string(), HAMMER_SECONDS],
    );
    std::fs::remove_dir_all(aside)?;
    done
}
