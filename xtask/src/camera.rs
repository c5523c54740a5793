//! `countenance inspect network` before a camera that others wrote: oxvif's mock of an ONVIF device (`foreign/oxvif`), on loopback alone.

use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, ensure};
use serde_json::Value;

use crate::demo::built;
use crate::phase::{cargo, root, run, say};

const MANIFEST: &str = "foreign/oxvif/Cargo.toml";
const PROGRAM: &str = "countenance-foreign-camera";
/// Only this machine; the second address is nobody's.
const RANGE: &str = "127.0.0.0/30";
/// What the mock says of itself, and nothing of ours does.
const ITSELF: [(&str, &str); 2] = [("manufacturer", "oxvif-mock"), ("serial", "MOCK-0001")];

/// How the camera is started, what the register holds, and what must come of it.
struct Case {
    camera: &'static [&'static str],
    register: &'static str,
    verdict: &'static str,
    /// The kinds of face analytics that are declared.
    kinds: &'static [&'static str],
}

const CASES: [Case; 6] = [
    Case {
        camera: &[],
        register: "",
        verdict: "declares_none",
        kinds: &[],
    },
    Case {
        camera: &["--faces"],
        register: "",
        verdict: "unregistered",
        kinds: &["face.recognition", "face.detection"],
    },
    Case {
        camera: &["--faces"],
        register: "[[gate]]\nname = \"hall\"\nhost = \"127.0.0.1\"\n",
        verdict: "registered",
        kinds: &["face.recognition", "face.detection"],
    },
    Case {
        camera: &["--faces"],
        register: "[[gate]]\nname = \"hall\"\nserial = \"mock-0001\"\n",
        verdict: "registered",
        kinds: &["face.recognition", "face.detection"],
    },
    Case {
        camera: &["--faces"],
        register: "[[gate]]\nname = \"another\"\nhost = \"127.0.0.2\"\nserial = \"MOCK-0002\"\n",
        verdict: "unregistered",
        kinds: &["face.recognition", "face.detection"],
    },
    Case {
        camera: &["--locked"],
        register: "",
        verdict: "unknown",
        kinds: &[],
    },
];

/// Builds the camera, and asks it as an inspector would: alone, with a stub for the analytics that it lacks, in the register, and locked.
pub(crate) fn inspected() -> anyhow::Result<()> {
    let program = build()?;
    run(&cargo(), &["build", "--quiet", "-p", "countenance"])?;
    let aside = std::env::temp_dir().join(format!("countenance-camera-{}", std::process::id()));
    std::fs::create_dir_all(&aside)?;
    let port = free_port()?.to_string();
    let (devices, _) = ask(&port, "", &aside)?;
    ensure!(devices.is_empty(), "a device answers before one is started: {devices:?}");
    for case in &CASES {
        let camera = Camera::start(&program, &[case.camera, &["--discovery", &port]].concat())?;
        let asked = ask(&port, case.register, &aside).and_then(|answer| judge(case, &camera.at, &answer));
        camera.end()?;
        asked.with_context(|| format!("camera {:?}, register `{}`", case.camera, case.register))?;
    }
    say(
        "   oxvif's mock: declares no faces alone; with a stub for analytics found, and not once in the register; locked, not called harmless",
    );
    Ok(std::fs::remove_dir_all(aside)?)
}

fn build() -> anyhow::Result<PathBuf> {
    say("   oxvif 0.17 with a TLS stack in C that it does not use here: 12 MB of crates beyond our own, once, and a minute and a half");
    say("   of building on two cores; MIT, Apache-2.0, ISC and BSD as declared; a tool of the tests, never linked with ours or shipped");
    let target = PathBuf::from(built("")).with_file_name("foreign-oxvif");
    let shown = target.display().to_string();
    let arguments = ["build", "--quiet", "--locked", "--manifest-path", MANIFEST, "--target-dir", &shown];
    run(&cargo(), &arguments)?;
    Ok(target.join("debug").join(PROGRAM))
}

/// Free on all of loopback, for a probe needs the same on each address.
fn free_port() -> anyhow::Result<u16> {
    Ok(UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?.local_addr()?.port())
}

/// The devices of the answer, and whether the program says that something was found.
fn ask(port: &str, register: &str, aside: &Path) -> anyhow::Result<(Vec<Value>, bool)> {
    let (file, answer) = (aside.join("register.toml"), aside.join("answer.json"));
    let mut command = Command::new(built("countenance"));
    command.args(["inspect", "network", RANGE, "--no-multicast", "--discovery-port", port, "--json"]);
    command.arg(&answer);
    if !register.is_empty() {
        std::fs::write(&file, register)?;
        command.arg("--register").arg(&file);
    }
    let output = command
        .current_dir(root())
        .stdin(Stdio::null())
        .output()
        .context("countenance could not be started")?;
    let answered = std::fs::read(&answer).with_context(|| String::from_utf8_lossy(&output.stderr).into_owned())?;
    std::fs::remove_file(&answer)?;
    let mut answer: Value = serde_json::from_slice(&answered)?;
    let devices = answer.get_mut("devices").and_then(Value::as_array_mut);
    let devices = devices.map(std::mem::take).context("no devices in the answer")?;
    Ok((devices, !output.status.success()))
}

fn judge(case: &Case, at: &str, (devices, found): &(Vec<Value>, bool)) -> anyhow::Result<()> {
    let [device] = devices.as_slice() else {
        anyhow::bail!("one camera runs and {} answered", devices.len());
    };
    let word = |key: &str| device[key].as_str().unwrap_or_default();
    ensure!(format!("{}:{}", word("address"), device["port"]) == at, "{device}");
    ensure!(word("verdict") == case.verdict, "not {}: {device}", case.verdict);
    ensure!(
        *found == (case.verdict == "unregistered"),
        "the exit status says otherwise: {device}"
    );
    let declared = device["declared"].as_array().into_iter().flatten();
    let declared: Vec<&str> = declared.filter_map(|one| one["kind"].as_str()).collect();
    ensure!(
        case.kinds.iter().all(|kind| declared.contains(kind)),
        "not all of {:?}: {device}",
        case.kinds
    );
    ensure!(
        declared.iter().all(|kind| case.kinds.contains(kind)),
        "more than {:?}: {device}",
        case.kinds
    );
    let locked = case.camera.contains(&"--locked");
    let password = device["not_answered"]
        .as_array()
        .into_iter()
        .flatten()
        .any(|one| one["why"] == "device.password");
    ensure!(password == locked, "a password: {device}");
    let says = |(key, value): &(&str, &str)| device.pointer(&format!("/says_of_itself/{key}")).is_some_and(|said| said == value);
    ensure!(locked || ITSELF.iter().all(says), "it is not the mock that speaks: {device}");
    Ok(())
}

/// Runs as long as its standard input is open.
struct Camera {
    child: Child,
    at: String,
}

impl Camera {
    fn start(program: &Path, words: &[&str]) -> anyhow::Result<Self> {
        let mut command = Command::new(program);
        command
            .args(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = command.spawn().context("the camera could not be started")?;
        let mut at = String::new();
        BufReader::new(child.stdout.take().context("no pipe")?).read_line(&mut at)?;
        let at = at.trim().to_owned();
        ensure!(!at.is_empty(), "the camera does not say where it is");
        Ok(Self { child, at })
    }

    fn end(mut self) -> anyhow::Result<()> {
        drop(self.child.stdin.take());
        let ended = self.child.wait()?;
        ensure!(ended.success(), "the camera ended with {ended}");
        Ok(())
    }
}
