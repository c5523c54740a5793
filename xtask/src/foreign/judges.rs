//! Who is asked for verdicts, and how.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail, ensure};

use super::changes::Kind;
use super::stamp;
use super::tools::Tools;
use crate::demo::built;
use crate::phase::root;

/// An export folder, good or changed, and the proof to look at for those who look at one.
pub(super) struct Case {
    pub(super) folder: PathBuf,
    pub(super) proof: String,
}

/// What a verifier takes.
enum Takes {
    /// `check FOLDER…` for exports and `verdicts FOLDER` for a corpus, on the command line.
    Folders,
    /// `POLICY <tab> PROOF <tab> ENTRY` a line, on standard input.
    Proofs,
    /// `stamp FOLDER…`.
    Stamps,
    /// `openssl ts`, started for each.
    OpenSsl,
}

/// One verifier.
pub(super) struct Judge {
    pub(super) name: &'static str,
    takes: Takes,
    program: PathBuf,
    arguments: Vec<String>,
    environment: Vec<(&'static str, PathBuf)>,
}

/// Ours first, with which the others are compared.
pub(super) fn all(tools: &Tools) -> Vec<Judge> {
    let python = |name, takes, file: &str, word: Option<&str>| Judge {
        name,
        takes,
        program: PathBuf::from("python3"),
        arguments: ["-s".to_owned(), root().join("foreign/python").join(file).display().to_string()]
            .into_iter()
            .chain(word.map(str::to_owned))
            .collect(),
        environment: vec![("PYTHONPATH", tools.packages.clone())],
    };
    let plain = |name, takes, program| Judge {
        name,
        takes,
        program,
        arguments: Vec::new(),
        environment: Vec::new(),
    };
    let javascript = Judge {
        arguments: vec![root().join("foreign/js/check.mjs").display().to_string()],
        ..plain("JavaScript", Takes::Proofs, PathBuf::from("node"))
    };
    vec![
        plain("ours", Takes::Folders, PathBuf::from(built("export"))),
        javascript,
        plain("Go", Takes::Folders, tools.go.clone()),
        python("tlog-scales", Takes::Folders, "check.py", None),
        Judge {
            environment: Vec::new(),
            ..python("sceptic", Takes::Proofs, "sceptic.py", Some("-"))
        },
        plain("openssl ts", Takes::OpenSsl, PathBuf::from("openssl")),
        python("rfc3161-client", Takes::Stamps, "check.py", Some("stamp")),
    ]
}

impl Judge {
    /// Whether it reads files of this kind.
    pub(super) const fn reads(&self, kind: Kind) -> bool {
        match self.takes {
            Takes::Folders => !kind.is_of_stamp(),
            Takes::Proofs => kind.is_of_proof(),
            Takes::Stamps | Takes::OpenSsl => kind.is_of_stamp(),
        }
    }

    /// Whether it has a verdict on the proofs of a corpus.
    pub(super) const fn judges_proofs(&self) -> bool {
        matches!(self.takes, Takes::Folders | Takes::Proofs)
    }

    /// Whether it starts other programs for each proof, so that a long corpus would take long.
    pub(super) fn is_slow(&self) -> bool {
        matches!(self.takes, Takes::Proofs) && self.program == Path::new("python3")
    }

    /// A verdict for each case, in order.
    pub(super) fn verdicts(&self, cases: &[&Case], aside: &Path) -> anyhow::Result<Vec<bool>> {
        let folders = |word: Option<&str>| {
            let arguments = word
                .into_iter()
                .map(PathBuf::from)
                .chain(cases.iter().map(|case| case.folder.clone()));
            let mut arguments: Vec<PathBuf> = arguments.collect();
            // The good export is asked about once for each of its proofs; here one answer is for all of them.
            arguments.dedup();
            let said = self.run(arguments, None)?;
            pick(&said, cases.iter().map(|case| case.folder.display().to_string()))
        };
        match self.takes {
            Takes::Folders => folders(Some("check")),
            Takes::Stamps => folders(None),
            Takes::OpenSsl => cases.iter().map(|case| stamp::holds(&case.folder)).collect(),
            Takes::Proofs => {
                let proofs = cases.iter().map(|case| {
                    let proof = case.folder.join("proofs").join(&case.proof);
                    [
                        case.folder.join("policy"),
                        proof.with_extension("tlog-proof"),
                        proof.with_extension("entry"),
                    ]
                });
                self.proofs(&proofs.collect::<Vec<_>>(), aside)
            }
        }
    }

    /// A verdict on each of these proofs of a corpus, by name.
    pub(super) fn on_corpus(&self, corpus: &Path, names: &[String], aside: &Path) -> anyhow::Result<Vec<bool>> {
        if matches!(self.takes, Takes::Proofs) {
            let proof = |name: &String| {
                [
                    corpus.join("policy"),
                    corpus.join(format!("{name}.tlog-proof")),
                    corpus.join(format!("{name}.entry")),
                ]
            };
            return self.proofs(&names.iter().map(proof).collect::<Vec<_>>(), aside);
        }
        let said = self.run(vec![PathBuf::from("verdicts"), corpus.to_owned()], None)?;
        pick(&said, names.iter().cloned())
    }

    fn proofs(&self, proofs: &[[PathBuf; 3]], aside: &Path) -> anyhow::Result<Vec<bool>> {
        // From a file: a pipe could be full on both sides.
        let list = aside.join("proofs-to-check");
        let lines: String = proofs
            .iter()
            .map(|paths| paths.each_ref().map(|path| path.display().to_string()).join("\t") + "\n")
            .collect();
        std::fs::write(&list, lines)?;
        let said = self.run(Vec::new(), Some(&list))?;
        pick(&said, proofs.iter().map(|[_, proof, _]| proof.display().to_string()))
    }

    /// Runs it and returns what it said of each name.
    fn run(&self, more: Vec<PathBuf>, input: Option<&Path>) -> anyhow::Result<BTreeMap<String, bool>> {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).args(more).envs(self.environment.iter().cloned());
        match input {
            Some(path) => command.stdin(File::open(path)?),
            None => command.stdin(Stdio::null()),
        };
        let output = command.stderr(Stdio::inherit()).output();
        let output = output.with_context(|| format!("`{}` could not be started", self.program.display()))?;
        ensure!(output.status.success(), "{} ended with {}", self.name, output.status);
        let mut said = BTreeMap::new();
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let mut words = line.split(' ');
            let verdict = match (words.next(), words.next()) {
                (Some(name), Some("accept")) => said.insert(name.to_owned(), true),
                (Some(name), Some("refuse")) => said.insert(name.to_owned(), false),
                _ => bail!("{} said `{line}`", self.name),
            };
            ensure!(verdict.is_none(), "{} said two things: `{line}`", self.name);
        }
        Ok(said)
    }
}

fn pick(said: &BTreeMap<String, bool>, names: impl Iterator<Item = String>) -> anyhow::Result<Vec<bool>> {
    names
        .map(|name| said.get(&name).copied().with_context(|| format!("nothing was said of {name}")))
        .collect()
}
