//! Four witnesses on this machine. In earnest each is run by somebody else, and they say here that they are not.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::Context as _;

/// Who would run them.
const RUN_BY: [(&str, &str); 4] = [
    ("owners", "DEMO: stands for the owners' committee, runs on the demo's own machine"),
    ("auditor", "DEMO: stands for an auditor, runs on the demo's own machine"),
    ("notary", "DEMO: stands for a notary, runs on the demo's own machine"),
    ("neighbour", "DEMO: stands for another site, runs on the demo's own machine"),
];
/// Of four, one may be dishonest and one may be down.
const QUORUM: usize = 3;

/// The witnesses of an estate; ended when dropped.
#[derive(Debug)]
pub struct Witnesses {
    list: Vec<Witness>,
}

#[derive(Debug)]
struct Witness {
    name: &'static str,
    run_by: &'static str,
    folder: PathBuf,
    log: String,
    port: u16,
    key: String,
    process: Option<Child>,
}

impl Witnesses {
    /// Starts them below `folder` to watch the log with this key, and writes `witnesses.toml` for the server.
    pub fn start(program: &Path, folder: &Path, log: &str) -> anyhow::Result<Self> {
        let mut list = Vec::new();
        for (name, run_by) in RUN_BY {
            let port = std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
            let mut witness = Witness {
                name,
                run_by,
                folder: folder.join(format!("witness-{name}")),
                log: log.to_owned(),
                port,
                key: String::new(),
                process: None,
            };
            witness.start(program)?;
            list.push(witness);
        }
        let entries: Vec<String> = list.iter().map(Witness::entry).collect();
        let text = format!("quorum = {QUORUM}\n\n{}", entries.join("\n"));
        std::fs::write(Self::file(folder), text)?;
        Ok(Self { list })
    }

    /// Where the server reads of them.
    pub fn file(folder: &Path) -> PathBuf {
        folder.join("witnesses.toml")
    }

    /// Address of witness `number`.
    pub fn url(&self, number: usize) -> anyhow::Result<String> {
        Ok(self.list.get(number).context("no such witness")?.url())
    }

    /// `kill -9` for witness `number`.
    pub fn kill(&mut self, number: usize) -> anyhow::Result<()> {
        self.list.get_mut(number).context("no such witness")?.kill()
    }

    /// Starts a killed one again, on the same folder and port.
    pub fn start_again(&mut self, program: &Path, number: usize) -> anyhow::Result<()> {
        self.list.get_mut(number).context("no such witness")?.start(program)
    }
}

impl Witness {
    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn entry(&self) -> String {
        let Self { name, run_by, key, .. } = self;
        format!(
            "[[witness]]\nname = \"{name}\"\nkey = \"{key}\"\nurl = \"{}\"\nrun_by = \"{run_by}\"\noperator = true\n",
            self.url()
        )
    }

    fn start(&mut self, program: &Path) -> anyhow::Result<()> {
        let mut process = Command::new(program)
            .args([
                "witness",
                "--name",
                &format!("witness.demo/{}", self.name),
                "--run-by",
                self.run_by,
                "--log",
                &self.log,
            ])
            .args(["--listen", &format!("127.0.0.1:{}", self.port), "--data"])
            .arg(&self.folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        // It prints its key once it listens.
        let output = process.stdout.take().context("a witness without output")?;
        let mut key = String::new();
        BufReader::new(output).read_line(&mut key)?;
        key.trim().clone_into(&mut self.key);
        self.process = Some(process);
        anyhow::ensure!(!self.key.is_empty(), "witness {} did not start", self.name);
        Ok(())
    }

    fn kill(&mut self) -> anyhow::Result<()> {
        if let Some(mut process) = self.process.take() {
            process.kill()?;
            process.wait()?;
        }
        Ok(())
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        self.kill().ok();
    }
}
