//! `export folder FOLDER` makes what foreign verifiers are given, `export stamp FOLDER` a time stamp of an export, `export corpus FOLDER COUNT` makes changed proofs for them;
//! `export check FOLDER…` and `export verdicts FOLDER` say what we think of both.

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use countenance_testkit::{authority, export};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["folder", folder] => export::folder(Path::new(folder)),
        ["stamp", folder] => authority::stamp_export(Path::new(folder)),
        ["corpus", folder, count] => count
            .parse()
            .map_err(anyhow::Error::from)
            .and_then(|count| export::corpus::write(Path::new(folder), count)),
        ["check", folders @ ..] => folders.iter().try_for_each(|folder| {
            let said = export::check::folder(Path::new(folder)).err().map(|error| format!("{error:#}"));
            say(folder, said.as_deref())
        }),
        ["verdicts", folder] => export::corpus::verdicts(Path::new(folder))
            .and_then(|verdicts| verdicts.iter().try_for_each(|(name, holds)| say(name, (!holds).then_some("")))),
        _ => Err(anyhow::anyhow!(
            "usage: export folder FOLDER | stamp FOLDER | corpus FOLDER COUNT | check FOLDER… | verdicts FOLDER"
        )),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            writeln!(std::io::stderr(), "error: {error:#}").ok();
            ExitCode::FAILURE
        }
    }
}

/// One verdict a line, as every verifier says it: name, `accept` or `refuse`, reason.
fn say(name: &str, refused: Option<&str>) -> anyhow::Result<()> {
    match refused {
        None => writeln!(std::io::stdout(), "{name} accept")?,
        Some(reason) => writeln!(std::io::stdout(), "{name} refuse {}", reason.replace('\n', " "))?,
    }
    Ok(())
}
