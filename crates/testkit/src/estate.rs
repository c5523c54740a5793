//! One estate on this machine: its servers, a gate, the line between them; all gone with its folder when dropped.

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use countenance_base::{Clock as _, Rng as _, SimClock, SystemRng, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::process::{Child, Command};

use crate::authority::Authority;
use crate::proxy::Line;
use crate::witnesses::Witnesses;

/// How long a process may take to answer for the first time.
const START: Duration = Duration::from_mins(1);

/// What `countenance seed` prints.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Seed {
    pub operator_link: String,
    /// For whoever approves what the first one writes.
    pub second_operator_link: String,
    pub letters: Vec<Letter>,
    pub gates: Vec<GateCode>,
    pub households: u64,
}

/// What a resident finds in the letter box.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Letter {
    pub person: String,
    pub unit: String,
    pub login: String,
    pub code: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GateCode {
    pub door: String,
    pub name: String,
    pub code: String,
}

/// A running estate.
#[derive(Debug)]
pub struct Estate {
    pub folder: PathBuf,
    pub seed: Seed,
    pub server_port: u16,
    pub kiosk_port: u16,
    pub line: Line,
    pub clock: SimClock,
    /// The shared database, when it is not a file in the server's folder.
    pub database: Option<String>,
    pub witnesses: Witnesses,
    /// The time-stamping authority's certificate.
    pub authority: PathBuf,
    /// Ports of the servers, in their order.
    ports: Vec<u16>,
    servers: Vec<Child>,
    gate: Child,
}

/// A gate beside the first one; killed when dropped.
#[derive(Debug)]
pub struct SecondGate {
    pub kiosk_port: u16,
    folder: PathBuf,
    /// With which it was started last.
    more: Vec<OsString>,
    child: Child,
}

impl SecondGate {
    /// Ends it and starts it with this pack; with `end_others`, templates that another recogniser made end.
    pub async fn restart(&mut self, pack: &Path, runtime: &Path, end_others: bool) -> anyhow::Result<()> {
        end(&mut self.child).await?;
        let mut more = vec![
            "--pack".into(),
            pack.as_os_str().to_owned(),
            "--runtime".into(),
            runtime.as_os_str().to_owned(),
        ];
        if end_others {
            more.push("--end-other-templates".into());
        }
        self.more = more;
        self.start().await
    }

    /// Starts it again as it was.
    pub async fn start(&mut self) -> anyhow::Result<()> {
        self.child = run_gate(&self.folder, &SECOND, self.kiosk_port, &self.more)?;
        gate_answers(&self.folder, &SECOND, self.kiosk_port).await
    }

    pub async fn stop(&mut self) -> anyhow::Result<()> {
        end(&mut self.child).await
    }

    /// Where it keeps its store, and its anchor.
    pub fn places(&self) -> [PathBuf; 2] {
        [SECOND.data, SECOND.anchor].map(|name| self.folder.join(name))
    }
}

/// Where a gate keeps things below the estate's folder.
struct Places {
    data: &'static str,
    anchor: &'static str,
    log: &'static str,
}

const THIRD: Places = Places {
    data: "gate",
    anchor: "anchor",
    log: "gate.log",
};
const SECOND: Places = Places {
    data: "gate-2",
    anchor: "anchor-2",
    log: "gate-2.log",
};

/// The data folder of the first server; the second has one beside it.
const SERVER: &str = "server";
const SECOND_SERVER: &str = "server-2";
/// The folder of the time-stamping authority, and its address in there.
const AUTHORITY: &str = "authority";
/// What a second server needs of the first one's folder.
const SECRETS: [&str; 2] = ["site.key", "pepper"];

/// Numbers of `GET /status`.
#[derive(Debug, Clone, Deserialize)]
pub struct GateStatus {
    pub epoch: u64,
    pub journal_size: u64,
    pub journal_acknowledged: u64,
    pub templates: usize,
    pub face_closed: String,
    pub faults: Vec<String>,
    pub detector_calls: u64,
    pub landmark_calls: u64,
    pub liveness_calls: u64,
    pub embedder_calls: u64,
}

impl Estate {
    /// Seeds and starts everything below `folder`, with the gate at the third door: one server on a file, or two on one `database`.
    pub async fn raise(folder: &Path, database: Option<&str>) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let clock_file = folder.join("sim-clock");
        std::fs::write(&clock_file, "0")?;
        let kiosk_port = free_port()?;
        let (ports, server_port) = match database {
            None => one_port()?,
            Some(_) => two_ports().await?,
        };
        let seed = seed(folder, database, server_port).await?;
        let key = ledger_key(folder, database).await?;
        let witnesses = Witnesses::start(&program("countenance")?, folder, &key)?;
        let authority = Authority::make(&folder.join(AUTHORITY))?;
        let certificate = authority.certificate();
        std::fs::write(folder.join(AUTHORITY).join("address"), authority.serve().await?)?;
        let mut servers = Vec::new();
        for (port, name) in ports.iter().zip([SERVER, SECOND_SERVER]) {
            servers.push(start_server(folder, database, *port, name).await?);
        }
        let line = Line::lay(&[server_port]).await?;
        let code = seed.gates.last().context("the seed names no gate")?.code.clone();
        let gate = start_gate(folder, &THIRD, line.port(), kiosk_port, &code).await?;
        let estate = Self {
            folder: folder.to_owned(),
            seed,
            server_port,
            kiosk_port,
            line,
            clock: SimClock::new(clock_file),
            database: database.map(ToOwned::to_owned),
            witnesses,
            authority: certificate,
            ports,
            servers,
            gate,
        };
        estate.until("the gate has its first snapshot", |status| status.epoch > 0).await?;
        Ok(estate)
    }

    /// One more gate, claimed with a code of the console, with a line of its own that is never cut.
    pub async fn raise_gate(&self, code: &str) -> anyhow::Result<SecondGate> {
        let kiosk_port = free_port()?;
        let child = start_gate(&self.folder, &SECOND, self.server_port, kiosk_port, code).await?;
        Ok(SecondGate {
            kiosk_port,
            folder: self.folder.clone(),
            more: Vec::new(),
            child,
        })
    }

    pub fn server(&self) -> String {
        format!("http://localhost:{}", self.server_port)
    }

    pub fn gate_data(&self) -> PathBuf {
        self.folder.join("gate")
    }

    pub fn gate_anchor(&self) -> PathBuf {
        self.folder.join("anchor")
    }

    pub fn gate_pid(&self) -> anyhow::Result<u32> {
        self.gate.id().context("the gate has ended")
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The servers that are alive.
    pub fn server_pids(&self) -> Vec<u32> {
        self.servers.iter().filter_map(Child::id).collect()
    }

    /// `kill -9`: the first server has no moment to put anything in order.
    pub async fn kill_first_server(&mut self) -> anyhow::Result<()> {
        Ok(self.servers.first_mut().context("no server")?.kill().await?)
    }

    /// Starts the first server again where it was killed; one that lives is left alone.
    pub async fn revive_first_server(&mut self) -> anyhow::Result<()> {
        let (first, port) = (
            self.servers.first_mut().context("no server")?,
            self.ports.first().context("no port")?,
        );
        if first.id().is_none() {
            *first = start_server(&self.folder, self.database.as_deref(), *port, SERVER).await?;
        }
        Ok(())
    }

    /// Ends the first server as a service manager would.
    pub async fn stop_first_server(&mut self) -> anyhow::Result<()> {
        end(self.servers.first_mut().context("no server")?).await
    }

    /// Its own address, past the balancer.
    pub fn first_server(&self) -> anyhow::Result<String> {
        Ok(format!("http://127.0.0.1:{}", self.ports.first().context("no port")?))
    }

    pub fn first_home(&self) -> PathBuf {
        self.folder.join(SERVER)
    }

    pub async fn stop_gate(&mut self) -> anyhow::Result<()> {
        end(&mut self.gate).await
    }

    /// Starts the gate again as it was.
    pub async fn start_gate_again(&mut self) -> anyhow::Result<()> {
        self.gate = run_gate(&self.folder, &THIRD, self.kiosk_port, &[])?;
        gate_answers(&self.folder, &THIRD, self.kiosk_port).await
    }

    /// A pass for an auditor, as made on the server's own machine.
    pub async fn auditor_pass(&self, name: &str, key: Option<&str>) -> anyhow::Result<String> {
        let output = Command::new(program("countenance")?)
            .args(["auditor-pass", name, "--data"])
            .arg(self.first_home())
            .args(database_arguments(self.database.as_deref()))
            .args(key.into_iter().flat_map(|key| ["--key", key]))
            .arg("--sim-clock")
            .arg(self.clock_file())
            .output()
            .await?;
        anyhow::ensure!(output.status.success(), "no pass: {}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    }

    /// A page that anybody may read, of the server that keeps the ledger.
    pub async fn ledger_page(&self, path: &str) -> anyhow::Result<String> {
        let port = self.ports.first().context("no port")?;
        let url = format!("http://127.0.0.1:{port}{path}");
        Ok(http()?.get(url).send().await?.error_for_status()?.text().await?)
    }

    /// A new one-time link for the operator of this name, as made on the server's own machine.
    pub async fn operator_link(&self, name: &str) -> anyhow::Result<String> {
        let output = Command::new(program("countenance")?)
            .args(["operator-link", name, "--data"])
            .arg(self.folder.join(SERVER))
            .args(database_arguments(self.database.as_deref()))
            .args(["--address", &self.server(), "--sim-clock"])
            .arg(self.folder.join("sim-clock"))
            .output()
            .await?;
        anyhow::ensure!(output.status.success(), "no link: {}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    }

    /// Moves the clock of server and gate.
    pub fn pass_time(&self, seconds: i64) -> anyhow::Result<()> {
        pass_time(&self.clock_file(), seconds)
    }

    pub fn clock_file(&self) -> PathBuf {
        self.folder.join("sim-clock")
    }

    /// The gate's status. A keeper that is busy with frames answers 503, and is asked again.
    pub async fn status(&self) -> anyhow::Result<GateStatus> {
        let url = format!("http://127.0.0.1:{}/status", self.kiosk_port);
        let deadline = tokio::time::Instant::now() + START;
        loop {
            let answer = http()?.get(&url).send().await?;
            if answer.status().is_success() {
                return Ok(serde_json::from_slice(&answer.bytes().await?)?);
            }
            anyhow::ensure!(tokio::time::Instant::now() < deadline, "the gate answers {}", answer.status());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until the gate's status fits.
    pub async fn until(&self, what: &str, fits: impl Fn(&GateStatus) -> bool) -> anyhow::Result<GateStatus> {
        let deadline = tokio::time::Instant::now() + START;
        loop {
            let status = self.status().await;
            match status {
                Ok(status) if fits(&status) => return Ok(status),
                last if tokio::time::Instant::now() > deadline => bail!("waited in vain until {what}; last status {last:?}"),
                _ => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
    }

    /// How many times the simulated relay opened.
    pub fn relay_count(&self) -> usize {
        std::fs::read_to_string(self.gate_data().join("sim-relay.log")).map_or(0, |log| log.lines().count())
    }

    /// Ends all programs as a service manager would.
    pub async fn end(&mut self) -> anyhow::Result<()> {
        for child in std::iter::once(&mut self.gate).chain(&mut self.servers) {
            end(child).await?;
        }
        Ok(())
    }
}

async fn end(child: &mut Child) -> anyhow::Result<()> {
    if let Some(pid) = child.id() {
        Command::new("kill").args(["-TERM", &pid.to_string()]).status().await?;
    }
    if tokio::time::timeout(Duration::from_secs(10), child.wait()).await.is_err() {
        child.kill().await?;
    }
    Ok(())
}

/// Moves the clock of all who read this file.
pub fn pass_time(file: &Path, seconds: i64) -> anyhow::Result<()> {
    let now: i64 = std::fs::read_to_string(file)?.trim().parse()?;
    Ok(std::fs::write(file, (now + seconds).to_string())?)
}

fn http() -> anyhow::Result<reqwest::Client> {
    Ok(reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(20)).build()?)
}

/// A program that was built beside this one.
pub fn program(name: &str) -> anyhow::Result<PathBuf> {
    let here = std::env::current_exe()?;
    let path = here.parent().context("no folder")?.join(name);
    anyhow::ensure!(path.exists(), "`{}` is not built", path.display());
    Ok(path)
}

/// Below the ports that Linux gives away by itself, so that nobody is given this one before the program that it is meant for takes it.
fn free_port() -> anyhow::Result<u16> {
    const TRIES: usize = 100;
    let mut last = None;
    for _ in 0..TRIES {
        let mut drawn = [0; 2];
        SystemRng.fill(&mut drawn);
        let port = 20_000 + u16::from_be_bytes(drawn) % 12_000;
        match std::net::TcpListener::bind(("127.0.0.1", port)) {
            Ok(_) => return Ok(port),
            Err(error) => last = Some(error),
        }
    }
    Err(last.map_or_else(|| anyhow!("no port"), Into::into))
}

fn one_port() -> anyhow::Result<(Vec<u16>, u16)> {
    let port = free_port()?;
    Ok((vec![port], port))
}

/// Two servers, and the port of the balancer before them.
async fn two_ports() -> anyhow::Result<(Vec<u16>, u16)> {
    let ports = vec![free_port()?, free_port()?];
    let balancer = Line::lay(&ports).await?;
    Ok((ports, balancer.port()))
}

fn database_arguments(database: Option<&str>) -> Vec<&str> {
    database.map_or_else(Vec::new, |url| vec!["--database", url])
}

async fn start_server(folder: &Path, database: Option<&str>, port: u16, name: &str) -> anyhow::Result<Child> {
    let (home, log) = (folder.join(name), folder.join(format!("{name}.log")));
    if !home.exists() {
        std::fs::create_dir(&home)?;
        for secret in SECRETS {
            std::fs::copy(folder.join(SERVER).join(secret), home.join(secret))?;
        }
    }
    let server = serve(folder, &home, database, port, &log)?;
    wait_for(&format!("http://127.0.0.1:{port}/sign-in"), "the server", &log).await?;
    Ok(server)
}

/// The key of the site's ledger, which the witnesses must know before the server asks them.
async fn ledger_key(folder: &Path, database: Option<&str>) -> anyhow::Result<String> {
    let output = Command::new(program("countenance")?)
        .args(["ledger-key", "--data"])
        .arg(folder.join(SERVER))
        .args(database_arguments(database))
        .output()
        .await?;
    anyhow::ensure!(
        output.status.success(),
        "`ledger-key` failed: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

async fn seed(folder: &Path, database: Option<&str>, port: u16) -> anyhow::Result<Seed> {
    let output = Command::new(program("countenance")?)
        .args(["seed", "--data"])
        .arg(folder.join(SERVER))
        .args(database_arguments(database))
        .args(["--address", &format!("http://localhost:{port}")])
        .output()
        .await?;
    anyhow::ensure!(
        output.status.success(),
        "seeding failed: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).context("what `seed` printed")
}

fn serve(folder: &Path, home: &Path, database: Option<&str>, port: u16, log: &Path) -> anyhow::Result<Child> {
    let log = File::create(log)?;
    let authority = folder.join(AUTHORITY);
    let address = std::fs::read_to_string(authority.join("address"))?;
    Ok(Command::new(program("countenance")?)
        .args(["serve", "--demo", "--time-stamps", &address, "--time-stamp-ca"])
        .arg(authority.join("ca.pem"))
        .arg("--data")
        .arg(home)
        .args(database_arguments(database))
        .arg("--witnesses")
        .arg(Witnesses::file(folder))
        .args(["--listen", &format!("127.0.0.1:{port}"), "--sim-clock"])
        .arg(folder.join("sim-clock"))
        .stdout(log.try_clone()?)
        .stderr(log)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .spawn()?)
}

async fn start_gate(folder: &Path, places: &Places, server: u16, kiosk: u16, code: &str) -> anyhow::Result<Child> {
    claim(folder, places, server, code).await?;
    let gate = run_gate(folder, places, kiosk, &[])?;
    gate_answers(folder, places, kiosk).await?;
    Ok(gate)
}

async fn gate_answers(folder: &Path, places: &Places, kiosk: u16) -> anyhow::Result<()> {
    wait_for(&format!("http://127.0.0.1:{kiosk}/status"), "the gate", &folder.join(places.log)).await
}

async fn claim(folder: &Path, places: &Places, port: u16, code: &str) -> anyhow::Result<()> {
    let output = Command::new(program("countenance-gate")?)
        .args([
            "claim",
            "--demo",
            "--server",
            &format!("http://127.0.0.1:{port}"),
            "--code",
            code,
            "--data",
        ])
        .arg(folder.join(places.data))
        .arg("--anchor")
        .arg(folder.join(places.anchor))
        .arg("--sim-clock")
        .arg(folder.join("sim-clock"))
        .output()
        .await?;
    anyhow::ensure!(
        output.status.success(),
        "claiming the gate failed: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}

fn run_gate(folder: &Path, places: &Places, port: u16, more: &[OsString]) -> anyhow::Result<Child> {
    let log = File::create(folder.join(places.log))?;
    Ok(Command::new(program("countenance-gate")?)
        .args(["run", "--port", &port.to_string(), "--field-of-view", "60", "--data"])
        .arg(folder.join(places.data))
        .arg("--anchor")
        .arg(folder.join(places.anchor))
        .arg("--sim-clock")
        .arg(folder.join("sim-clock"))
        .args(more)
        .stdout(log.try_clone()?)
        .stderr(log)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .spawn()?)
}

async fn wait_for(url: &str, what: &str, log: &Path) -> anyhow::Result<()> {
    let client = http()?;
    let deadline = tokio::time::Instant::now() + START;
    while client.get(url).send().await.is_err() {
        if tokio::time::Instant::now() > deadline {
            bail!("{what} did not start: {}", std::fs::read_to_string(log).unwrap_or_default());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}
