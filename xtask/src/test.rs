//! All checks, quick ones first.

use std::time::Duration;

use crate::phase::{Phases, cargo, limit, root, run, run_in};
use crate::postgres::Postgres;
use crate::{calendars, demo, faults, foreign, proofs, tidy};

/// The crates whose tests meet a database.
const STORES: [&str; 8] = [
    "countenance-storage",
    "countenance-trace",
    "countenance-persons",
    "countenance-access",
    "countenance-destruction",
    "countenance-oversight",
    "countenance-inspection",
    "countenance",
];

/// No phase takes half of this, even when everything must be built.
const HANGS: Duration = Duration::from_mins(30);

pub(crate) fn all() -> anyhow::Result<()> {
    let cargo = cargo();
    limit(HANGS);
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
    phases.phase("what the rulebook never permits, proved", proofs::run);
    phases.phase("unit, store and HTTP tests", || {
        run(&cargo, &["test", "--quiet", "--no-fail-fast", "--workspace"])
    });
    phases.phase("JavaScript tests", || node(&root().join("crates/portal/static/test"), ""));
    phases.phase("faults injected into the ledger", || faults::all(false));
    let mut postgres = None;
    phases.phase("PostgreSQL", || {
        postgres = Some(Postgres::start()?);
        Ok(())
    });
    if let Some(postgres) = &postgres {
        phases.phase("store and HTTP tests on PostgreSQL", || on_postgres(&cargo, postgres));
    }
    if phases.phase("build", demo::build) {
        phases.phase("rulebook examples", || {
            run_in(&root(), &demo::built("countenance"), &["rules", "test"], &[])
        });
        phases.phase("working days beside an independent list", calendars::run);
        phases.phase("verifiers that others wrote", foreign::all);
        phases.phase("the story", || demo::story(&["tell"]));
        if let Some(postgres) = &postgres {
            phases.phase("the story with two servers, one killed", || {
                demo::story(&["tell", "--database", &postgres.story()])
            });
        }
        phases.phase("the verify page and own entries in Chromium", || {
            node(&root().join("e2e"), "journey")
        });
        phases.phase("the story in Chromium", || demo::story(&["browse"]));
    }
    if let Some(postgres) = postgres {
        phases.phase("PostgreSQL ends", || postgres.end());
    }
    phases.close()
}

/// The same tests as on a file; the variable chooses the engine.
fn on_postgres(cargo: &str, postgres: &Postgres) -> anyhow::Result<()> {
    let mut arguments = vec!["test", "--quiet", "--no-fail-fast"];
    for store in STORES {
        arguments.extend(["-p", store]);
    }
    run_in(&root(), cargo, &arguments, &[("COUNTENANCE_TEST_POSTGRES", &postgres.tests())])
}

/// Every `*.test.mjs` of a folder under Node's own test runner, but those whose names begin with `but`: they need an estate.
fn node(folder: &std::path::Path, but: &str) -> anyhow::Result<()> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let name = entry?.file_name().into_string().unwrap_or_default();
        if name.ends_with(".test.mjs") && (but.is_empty() || !name.starts_with(but)) {
            files.push(name);
        }
    }
    files.sort_unstable();
    anyhow::ensure!(!files.is_empty(), "no tests in `{}`", folder.display());
    let arguments: Vec<&str> = ["--test"].into_iter().chain(files.iter().map(String::as_str)).collect();
    run_in(folder, "node", &arguments, &[("COUNTENANCE", &demo::built("countenance"))])
}
