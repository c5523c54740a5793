//! A model pack: a directory with `manifest.toml` and the models that it names. Every hash is checked at every load.

use std::fs;
use std::path::Path;

use serde::Deserialize;
use sha2::{Digest, Sha256};

/// Larger than any model we would run at a door; a wrong path must not fill the memory.
const MODEL_BYTES_MAX: u64 = 512 << 20;

/// The pack cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    #[error("{0} is missing from the model pack")]
    Missing(String),
    #[error("{0} does not have the hash that the pack's manifest states")]
    Hash(String),
    #[error("the pack's manifest cannot be read: {0}")]
    Manifest(String),
}

impl PackError {
    /// Stable word for messages and the documentation.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Missing(_) => "pack.missing",
            Self::Hash(_) => "pack.hash",
            Self::Manifest(_) => "pack.manifest",
        }
    }
}

/// From which values on something counts, and where these were measured.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thresholds {
    /// Similarity from which a person counts as the same.
    pub match_threshold: f32,
    /// How far the best person must stay ahead of the second.
    pub match_margin: f32,
    /// Live probability from which a frame counts as live.
    pub live_threshold: f32,
    /// More people are never searched at once.
    pub search_max: u32,
    pub measured: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    pub(crate) name: String,
    pub(crate) version: u32,
    pub(crate) licence: String,
    pub(crate) provenance: String,
    files: Files,
    runtime: Runtime,
    pub(crate) detect: DetectInput,
    pub(crate) landmark: LandmarkInput,
    pub(crate) embed: EmbedInput,
    pub(crate) live: LiveInput,
    pub(crate) thresholds: Thresholds,
}

impl Manifest {
    fn read(text: &str) -> Result<Self, PackError> {
        let manifest: Self = toml::from_str(text).map_err(|error| PackError::Manifest(error.message().to_owned()))?;
        check(&manifest)?;
        Ok(manifest)
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Files {
    detect: Entry,
    landmark: Entry,
    embed: Entry,
    live: Entry,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    file: String,
    sha256: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Runtime {
    version: String,
    x86_64: Option<String>,
    aarch64: Option<String>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DetectInput {
    pub(crate) width: u16,
    pub(crate) height: u16,
    pub(crate) mean: f32,
    pub(crate) scale: f32,
    pub(crate) pad: u8,
    pub(crate) score: f32,
    pub(crate) overlap: f32,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LandmarkInput {
    pub(crate) size: u16,
    pub(crate) scale: f32,
    pub(crate) side: f32,
    pub(crate) above: f32,
    pub(crate) below: f32,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EmbedInput {
    pub(crate) size: u16,
    pub(crate) mean: f32,
    pub(crate) scale: f32,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LiveInput {
    pub(crate) size: u16,
    pub(crate) crop: f32,
    pub(crate) class: usize,
}

/// Models whose hashes fit their manifest, in memory: what is run is what was checked.
pub struct Pack {
    pub(crate) manifest: Manifest,
    hash: [u8; 32],
    pub(crate) detect: Vec<u8>,
    pub(crate) landmark: Vec<u8>,
    pub(crate) embed: Vec<u8>,
    pub(crate) live: Vec<u8>,
}

impl std::fmt::Debug for Pack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pack({} {})", self.manifest.name, self.manifest.version)
    }
}

impl Pack {
    /// Reads and checks the pack in `directory`.
    pub fn load(directory: &Path) -> Result<Self, PackError> {
        let text = fs::read_to_string(directory.join("manifest.toml")).map_err(|_| PackError::Missing("manifest.toml".to_owned()))?;
        let manifest = Manifest::read(&text)?;
        let Files {
            detect,
            landmark,
            embed,
            live,
        } = &manifest.files;
        Ok(Self {
            hash: Sha256::digest(&text).into(),
            detect: read(directory, detect)?,
            landmark: read(directory, landmark)?,
            embed: read(directory, embed)?,
            live: read(directory, live)?,
            manifest,
        })
    }

    /// Judges a manifest's text alone, without the files that it names.
    pub fn check_manifest(text: &str) -> Result<(), PackError> {
        Manifest::read(text).map(drop)
    }

    pub fn name(&self) -> &str {
        &self.manifest.name
    }

    pub const fn version(&self) -> u32 {
        self.manifest.version
    }

    /// SHA-256 of the manifest, which holds the hashes of all models.
    pub const fn hash(&self) -> [u8; 32] {
        self.hash
    }

    /// SHA-256 of what makes a face into numbers: the landmark and embedding models and their conventions. Thresholds are no part of it,
    /// so that a pack measured anew keeps its templates.
    pub fn recogniser(&self) -> [u8; 32] {
        let Manifest {
            files, landmark, embed, ..
        } = &self.manifest;
        let LandmarkInput {
            size: points,
            scale: grey,
            side,
            above,
            below,
        } = landmark;
        let EmbedInput { size, mean, scale } = embed;
        let mut hash = Sha256::new_with_prefix(b"countenance/recogniser/v1");
        hash.update(&files.landmark.sha256);
        hash.update(&files.embed.sha256);
        for side in [points, size] {
            hash.update(side.to_be_bytes());
        }
        for value in [grey, side, above, below, mean, scale] {
            hash.update(value.to_be_bytes());
        }
        hash.finalize().into()
    }

    /// As declared by whoever published the weights.
    pub fn licence(&self) -> &str {
        &self.manifest.licence
    }

    pub fn provenance(&self) -> &str {
        &self.manifest.provenance
    }

    pub const fn thresholds(&self) -> &Thresholds {
        &self.manifest.thresholds
    }

    /// Version of ONNX Runtime that the pack was measured with.
    pub fn runtime_version(&self) -> &str {
        &self.manifest.runtime.version
    }

    /// SHA-256 of the runtime for this machine's type, in hexadecimal.
    pub(crate) fn runtime_hash(&self) -> Option<&str> {
        match std::env::consts::ARCH {
            "x86_64" => self.manifest.runtime.x86_64.as_deref(),
            "aarch64" => self.manifest.runtime.aarch64.as_deref(),
            _ => None,
        }
    }
}

fn read(directory: &Path, entry: &Entry) -> Result<Vec<u8>, PackError> {
    let missing = || PackError::Missing(entry.file.clone());
    if entry.file.contains('/') {
        return Err(PackError::Manifest(format!("{} is not a file name", entry.file)));
    }
    let path = directory.join(&entry.file);
    if fs::metadata(&path).map_err(|_| missing())?.len() > MODEL_BYTES_MAX {
        return Err(PackError::Hash(entry.file.clone()));
    }
    let bytes = fs::read(path).map_err(|_| missing())?;
    if countenance_base::to_hex(&Sha256::digest(&bytes)) != entry.sha256 {
        return Err(PackError::Hash(entry.file.clone()));
    }
    Ok(bytes)
}

/// Values that would switch a safeguard off, or that arithmetic cannot take.
fn check(manifest: &Manifest) -> Result<(), PackError> {
    let Thresholds {
        match_threshold,
        match_margin,
        live_threshold,
        search_max,
        ..
    } = manifest.thresholds;
    let share = |value: f32| value > 0.0 && value < 1.0;
    let side = |value: u16| (16..=1024).contains(&value);
    let sides = [
        manifest.detect.width,
        manifest.detect.height,
        manifest.landmark.size,
        manifest.embed.size,
        manifest.live.size,
    ];
    let scales = [manifest.detect.scale, manifest.landmark.scale, manifest.embed.scale];
    let sound = [
        match_threshold,
        match_margin,
        live_threshold,
        manifest.detect.score,
        manifest.detect.overlap,
    ]
    .into_iter()
    .all(share)
        && search_max > 0
        && sides.into_iter().all(side)
        && scales.into_iter().all(|scale| scale >= 1.0 && scale.is_finite())
        && (1.0..=10.0).contains(&manifest.live.crop)
        && manifest.live.class < 16;
    if sound {
        Ok(())
    } else {
        Err(PackError::Manifest("a value is outside its range".to_owned()))
    }
}
