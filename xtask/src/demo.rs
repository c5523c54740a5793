//! The demo: one estate, one server, one gate, by hand or as the story.

use crate::phase::{cargo, root, run, run_in, say};

/// Fetches what is missing: models, runtime, test pictures, browser and its driver.
pub(crate) fn set_up() -> anyhow::Result<()> {
    countenance_setup::models()?;
    countenance_setup::browser(&root().join("e2e"), &mut std::io::stderr())?;
    Ok(())
}

/// Builds the programs and starts the estate; ends with Ctrl-C.
pub(crate) fn by_hand() -> anyhow::Result<()> {
    countenance_setup::models()?;
    build()?;
    story(&["hold"])
}

/// Runs the story through the real interfaces and fails when a step does not hold.
pub(crate) fn script() -> anyhow::Result<()> {
    set_up()?;
    build()?;
    story(&["tell"])
}

/// Builds the two programs and the storyteller.
pub(crate) fn build() -> anyhow::Result<()> {
    say("building (the first time takes some minutes)");
    run(
        &cargo(),
        &[
            "build",
            "--quiet",
            "-p",
            "countenance",
            "-p",
            "countenance-gate",
            "-p",
            "countenance-testkit",
        ],
    )
}

pub(crate) fn story(arguments: &[&str]) -> anyhow::Result<()> {
    run_in(&root(), &built("story"), arguments, &[])
}

/// Path of a program that [`build`] made.
pub(crate) fn built(program: &str) -> String {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), std::path::PathBuf::from);
    target.join("debug").join(program).display().to_string()
}
