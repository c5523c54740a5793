//! `cargo xtask demo` and `cargo xtask test`: the two commands of this repository.

mod bench;
mod calendars;
mod camera;
mod debian;
mod demo;
mod faults;
mod foreign;
mod fuzz;
mod phase;
mod postgres;
mod proofs;
mod soak;
mod test;
mod tidy;

use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask <command>

  demo            set up what is missing, build, start server and gate, print addresses; Ctrl-C stops all and erases its data
  demo --script   run the story without a person and say what was seen
  test            set up, then run every check
  fuzz [TARGET]   libFuzzer on one parser of foreign bytes, or a minute on each (nightly)
  bench [WHAT]    measure beside peers and write BENCH.md: vision, search, ledger, proof, erasure, rules, gate, server (all of
                  these by default), accuracy --faces DIR | --pairs FILE, pad DIR; `bench ledger --beside NAME=COMMAND` puts another log
                  beside ours: COMMAND FOLDER reads batches (count u32, then length u32 and entry each, big-endian) and says in
                  a line how many entries it holds durably (crates/bench/src/append.rs)
  foreign [DIR]   only the verifiers that others wrote, on an export made for it, or on the one in DIR
  camera          only `countenance inspect network` before a camera that others wrote
  soak            a thousand kills, every fault, the hammer, a hundred thousand people: about an hour
  faults [--all]  only the faults injected into the ledger, some or all
  prove           only what the rulebook never permits, by a solver
  tidy            only the checks of structure
  setup           only fetch models, runtime, test pictures and the browser";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["demo"] => demo::by_hand(),
        ["demo", "--script"] => demo::script(),
        ["test"] => test::all(),
        ["fuzz"] => fuzz::fuzz(None),
        ["fuzz", target] => fuzz::fuzz(Some(target)),
        ["bench", words @ ..] => bench::all(words),
        ["camera"] => camera::inspected(),
        ["soak"] => soak::all(),
        ["faults"] => faults::all(false),
        ["faults", "--all"] => faults::all(true),
        ["foreign"] => foreign::all(),
        ["foreign", folder] => foreign::on(std::path::Path::new(folder)),
        ["tidy"] => tidy::run(),
        ["prove"] => proofs::run(),
        ["setup"] => demo::set_up(),
        _ => {
            phase::say(USAGE);
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            phase::say(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}
