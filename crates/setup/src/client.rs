//! The package clients of the machine, each asked for exactly one archive.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::SetupError;
use crate::manifest::{Archive, Client};

/// Puts `archive.file` into `directory`. A parameter of installing, so that tests need no network.
pub trait Fetch {
    fn fetch(&self, archive: &Archive, directory: &Path) -> Result<(), SetupError>;
}

/// `npm` and `pip` as the machine has them configured.
#[derive(Debug, Clone, Copy, Default)]
pub struct MachineClients;

impl Fetch for MachineClients {
    fn fetch(&self, archive: &Archive, directory: &Path) -> Result<(), SetupError> {
        let pinned = format!("{}=={}", archive.package, archive.version);
        let mut command = match archive.client {
            Client::Npm => npm(archive, directory),
            Client::Wheel => wheel(archive, &pinned, directory),
            Client::Source => source(archive, directory),
        };
        run(&mut command, archive)
    }
}

fn npm(archive: &Archive, directory: &Path) -> Command {
    let mut command = Command::new("npm");
    command
        .args(["pack", "--silent", "--ignore-scripts"])
        .arg("--pack-destination")
        .arg(directory);
    command.arg(format!("{}@{}", archive.package, archive.version));
    command
}

fn wheel(archive: &Archive, pinned: &str, directory: &Path) -> Command {
    let mut command = Command::new("python3");
    command.args([
        "-I",
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--no-cache-dir",
        "--disable-pip-version-check",
    ]);
    // All three are named: pip would otherwise choose the wheel of whatever Python runs here.
    command.args(["--only-binary=:all:", "--python-version", "3.11", "--implementation", "cp"]);
    command.args(["--platform", archive.platform.as_deref().unwrap_or("any")]);
    command.arg("--dest").arg(directory).arg(pinned);
    command
}

fn source(archive: &Archive, directory: &Path) -> Command {
    let mut command = Command::new("python3");
    command.args(["-I", "-c", include_str!("archive.py")]);
    command
        .args([&archive.package, &archive.version, &archive.file])
        .arg(directory.join(&archive.file));
    command
}

fn run(command: &mut Command, archive: &Archive) -> Result<(), SetupError> {
    let program = if archive.client == Client::Npm { "npm" } else { "python3 (pip)" };
    let output = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).output();
    let output = match output {
        Ok(output) => output,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(SetupError::ClientMissing {
                program,
                package: archive.package.clone(),
            });
        }
        Err(error) => return Err(failed(program, archive, error.to_string())),
    };
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    if said.contains("No module named pip") {
        return Err(SetupError::ClientMissing {
            program,
            package: archive.package.clone(),
        });
    }
    // The last line says why; the ones before it are the client's retries.
    let reason = said
        .lines()
        .rev()
        .find(|line| !line.trim().is_empty())
        .unwrap_or("it gave no reason")
        .trim()
        .to_owned();
    Err(failed(program, archive, reason))
}

fn failed(program: &'static str, archive: &Archive, reason: String) -> SetupError {
    SetupError::Network {
        program,
        package: archive.package.clone(),
        reason,
    }
}
