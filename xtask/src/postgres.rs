//! A `PostgreSQL` server for one run: Debian's, in a temporary folder, on a socket that only its owner can reach.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, bail, ensure};

use crate::phase::say;

/// Where Debian puts the programs, a folder for each major version.
const VERSIONS: &str = "/usr/lib/postgresql";
const INSTALL: &str = "apt-get update && apt-get install -y --no-install-recommends postgresql";
/// Measured on Debian 12, where it brings LLVM along.
const SIZE: &str = "about 60 MB to download, 230 MB unpacked";
/// `PostgreSQL` refuses to run as root; Debian's package makes this user.
const OWNER: &str = "postgres";

/// Makes, starts and guards the server. It runs as long as its standard input is open, which is as long as we live: it so also ends
/// with Ctrl-C, a panic or a kill, and takes its folder along.
const GUARD: &str = r#"
trap "" INT
folder=$(mktemp -d) || exit 1
finish() { kill -INT "$server" 2>/dev/null; wait "$server" 2>/dev/null; rm -rf "$folder"; }
{
    "$1/initdb" -D "$folder/data" --auth=trust --username=postgres --encoding=UTF8 --locale=C --no-sync \
        || { rm -rf "$folder"; exit 1; }
    "$1/postgres" -D "$folder/data" -k "$folder" -c listen_addresses= -c fsync=off &
    server=$!
    tries=0
    until "$1/createdb" -h "$folder" -U postgres tests 2>"$folder/why"; do
        tries=$((tries + 1))
        [ "$tries" -lt 100 ] || { cat "$folder/why"; finish; exit 1; }
        sleep 0.1
    done
    "$1/createdb" -h "$folder" -U postgres story || { finish; exit 1; }
} >&2
echo "$folder"
cat >/dev/null
finish
"#;

/// A running server; ends with this value.
pub(crate) struct Postgres {
    guard: Child,
    folder: String,
}

impl Postgres {
    /// Starts one, installing Debian's package first when it is missing and we are root.
    pub(crate) fn start() -> anyhow::Result<Self> {
        let programs = installed().map_or_else(install, Ok)?;
        let mut guard = as_owner(&programs)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("PostgreSQL's guard could not be started")?;
        let mut folder = String::new();
        BufReader::new(guard.stdout.take().context("no pipe")?).read_line(&mut folder)?;
        let folder = folder.trim().to_owned();
        if folder.is_empty() {
            let ended = guard.wait()?;
            bail!(
                "PostgreSQL did not start ({ended})\nhint: try `{}/initdb` by hand",
                programs.display()
            );
        }
        say(&format!("   {} serves below {folder}", programs.display()));
        Ok(Self { guard, folder })
    }

    /// Where each test makes a schema of its own.
    pub(crate) fn tests(&self) -> String {
        self.url("tests")
    }

    /// An empty database for the story.
    pub(crate) fn story(&self) -> String {
        self.url("story")
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://{OWNER}@localhost/{database}?host={}", self.folder)
    }

    /// Ends the server and waits until its folder is gone.
    pub(crate) fn end(mut self) -> anyhow::Result<()> {
        drop(self.guard.stdin.take());
        let ended = self.guard.wait()?;
        ensure!(
            !Path::new(&self.folder).exists(),
            "PostgreSQL's folder {} is still there ({ended})",
            self.folder
        );
        Ok(())
    }
}

/// The newest version's programs.
fn installed() -> Option<PathBuf> {
    let folders = std::fs::read_dir(VERSIONS).ok()?;
    let mut versions: Vec<(u32, PathBuf)> = folders
        .filter_map(|folder| {
            let folder = folder.ok()?;
            let number = folder.file_name().to_str()?.parse().ok()?;
            Some((number, folder.path().join("bin")))
        })
        .filter(|(_, programs)| programs.join("initdb").exists())
        .collect();
    versions.sort();
    versions.pop().map(|(_, programs)| programs)
}

fn install() -> anyhow::Result<PathBuf> {
    if !is_root() {
        bail!("PostgreSQL is not installed ({SIZE})\nhint: as root: {INSTALL}");
    }
    say(&format!("   installing postgresql with apt-get ({SIZE})"));
    let output = Command::new("sh")
        .args(["-c", INSTALL])
        .env("DEBIAN_FRONTEND", "noninteractive")
        .output()
        .context("`sh` could not be started")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "`{INSTALL}` ended with {}: {}", output.status, said.trim());
    installed().with_context(|| format!("{VERSIONS} holds no version after `{INSTALL}`"))
}

/// The guard, under a user that `PostgreSQL` accepts.
fn as_owner(programs: &Path) -> Command {
    let mut command = if is_root() {
        let mut command = Command::new("runuser");
        command.args(["-u", OWNER, "--", "sh"]);
        command
    } else {
        Command::new("sh")
    };
    command.args(["-c", GUARD, "postgres-guard"]).arg(programs).current_dir("/");
    command
}

fn is_root() -> bool {
    // The owner of this process's own directory in /proc is its effective user.
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").is_ok_and(|data| data.uid() == 0)
}
