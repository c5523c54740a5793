//! All checks, quick ones first.

use crate::phase::{Phases, cargo, root, run, run_in};
use crate::postgres::Postgres;
use crate::{demo, proofs, tidy};

/// The crates whose tests meet a database.
const STORES: [&str; 4] = ["countenance-storage", "countenance-persons", "countenance-access", "countenance"];

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
    phases.phase("what the rulebook never permits, proved", proofs::run);
    phases.phase("unit, store and HTTP tests", || run(&cargo, &["test", "--quiet", "--workspace"]));
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
        phases.phase("the story", || demo::story(&["tell"]));
        if let Some(postgres) = &postgres {
            phases.phase("the story with two servers, one killed", || {
                demo::story(&["tell", "--database", &postgres.story()])
            });
        }
        phases.phase("the story in Chromium", || demo::story(&["browse"]));
    }
    if let Some(postgres) = postgres {
        phases.phase("PostgreSQL ends", || postgres.end());
    }
    phases.close()
}

/// The same tests as on a file; the variable chooses the engine.
fn on_postgres(cargo: &str, postgres: &Postgres) -> anyhow::Result<()> {
    let mut arguments = vec!["test", "--quiet"];
    for store in STORES {
        arguments.extend(["-p", store]);
    }
    run_in(&root(), cargo, &arguments, &[("COUNTENANCE_TEST_POSTGRES", &postgres.tests())])
}
