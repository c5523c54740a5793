//! All checks, quick ones first.

use crate::phase::{Phases, cargo, root, run, run_in};
use crate::{demo, tidy};

pub(crate) fn all() -> anyhow::Result<()> {
    let cargo = cargo();
    let mut phases = Phases::default();
    phases.phase("set-up", demo::set_up);
    phases.phase("fmt", || run(&cargo, &["fmt", "--all", "--check"]));
    phases.phase("tidy", tidy::run);
    phases.phase("lints", || {
        run(
            &cargo,
            &["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"],
        )
    });
    phases.phase("unit, store and HTTP tests", || run(&cargo, &["test", "--quiet", "--workspace"]));
    if phases.phase("build", demo::build) {
        phases.phase("rulebook examples", || {
            run_in(&root(), &demo::built("countenance"), &["rules", "test"], &[])
        });
        phases.phase("the story", || demo::story(&["tell"]));
        phases.phase("the story in Chromium", || demo::story(&["browse"]));
    }
    phases.close()
}
