//! The solver, and the questions put to it.

use std::path::PathBuf;

use cedar_policy::{Effect, Policy, PolicySet, RequestEnv, Schema};
use cedar_policy_symcc::solver::LocalSolver;
use cedar_policy_symcc::{CedarSymCompiler, CompiledPolicySet, Env};
use countenance_rules::{Act, Shelf, embedded_files};
use tokio::process::Command;

/// A session with cvc5, and the schema that says which requests there are.
pub(crate) struct Prover {
    compiler: CedarSymCompiler<LocalSolver>,
    schema: Schema,
}

impl Prover {
    pub(crate) fn new(schema: Schema) -> Self {
        let cached = countenance_setup::cache_directory().unwrap().join("cvc5/cvc5");
        let otherwise = || if cached.exists() { cached } else { "cvc5".into() };
        let path = std::env::var_os("CVC5").map_or_else(otherwise, PathBuf::from);
        let mut command = Command::new(&path);
        command.args(["--lang", "smt", "--tlimit-per=60000"]).kill_on_drop(true);
        let solver = LocalSolver::from_command(&mut command)
            .unwrap_or_else(|error| panic!("{} does not start ({error}); `cargo xtask test` sets it up", path.display()));
        Self {
            compiler: CedarSymCompiler::new(solver).unwrap(),
            schema,
        }
    }

    fn environment(&self, act: Act) -> RequestEnv {
        let mut of_act = self.schema.request_envs().filter(|env| env.action().id().unescaped() == act.word());
        let found = of_act.next().unwrap();
        assert!(of_act.next().is_none(), "an act has one environment");
        found
    }

    fn compiled(&self, set: &PolicySet, act: Act) -> CompiledPolicySet {
        CompiledPolicySet::compile(set, &self.environment(act), &self.schema).unwrap_or_else(|error| panic!("{error}"))
    }

    /// A request that `set` permits and that meets `condition`; `None` when there is none among all requests.
    pub(crate) async fn permitted_although(&mut self, set: &PolicySet, act: Act, condition: &str) -> Option<Env> {
        let forbidden = one(&format!("permit (principal, action, resource) when {{ {condition} }};"));
        let (set, forbidden) = (self.compiled(set, act), self.compiled(&forbidden, act));
        self.compiler
            .check_disjoint_with_counterexample_opt(&set, &forbidden)
            .await
            .unwrap()
    }

    /// A request that `less` permits and `more` does not; `None` when whatever `less` permits, `more` permits too.
    pub(crate) async fn permitted_only_by(&mut self, less: &PolicySet, more: &PolicySet, act: Act) -> Option<Env> {
        let (less, more) = (self.compiled(less, act), self.compiled(more, act));
        self.compiler.check_implies_with_counterexample_opt(&less, &more).await.unwrap()
    }
}

/// Runs a proof on a stack of its own: terms are deep, and an unoptimised build walks them with large frames.
pub(crate) fn with_room(proof: impl Future<Output = ()> + Send + 'static) {
    let run = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
            .block_on(proof);
    };
    let thread = std::thread::Builder::new().stack_size(256 << 20).spawn(run).unwrap();
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

/// One line for whoever watches the proofs.
#[expect(clippy::print_stdout, reason = "what was proved is what the run is for")]
pub(crate) fn say(line: &str) {
    println!("{line}");
}

/// A set of one policy.
pub(crate) fn one(text: &str) -> PolicySet {
    let mut set = PolicySet::new();
    set.add(Policy::parse(None, text).unwrap_or_else(|error| panic!("{error}\n{text}")))
        .unwrap();
    set
}

/// The set's permits and these rules, nothing else.
pub(crate) fn only(set: &PolicySet, rules: &[&str]) -> PolicySet {
    let mut less = PolicySet::new();
    for policy in set.policies() {
        if policy.effect() == Effect::Permit || rules.contains(&AsRef::<str>::as_ref(policy.id())) {
            less.add(policy.clone()).unwrap();
        }
    }
    assert_eq!(less.num_of_policies(), rules.len() + 1, "each of {rules:?} is a rule of this act");
    less
}

/// The set without these rules.
pub(crate) fn without(set: &PolicySet, rules: &[&str]) -> PolicySet {
    let mut set = set.clone();
    for rule in rules {
        set.remove_static(rule.parse().unwrap())
            .unwrap_or_else(|error| panic!("{rule}: {error}"));
    }
    set
}

/// The schema of the rulebooks, as text.
pub(crate) fn schema_text() -> String {
    String::from_utf8(embedded_files()["cn/2021-08-01/schema.cedarschema"].clone()).unwrap()
}

pub(crate) fn schema(text: &str) -> Schema {
    Schema::from_cedarschema_str(text).unwrap().0
}

/// The newest rulebook with the draft beside it.
pub(crate) fn strict() -> countenance_rules::Rulebook {
    let shelf = Shelf::read(&embedded_files()).unwrap();
    crate::rulebook().tightened(shelf.draft("draft-2023-08-08").unwrap()).unwrap()
}
