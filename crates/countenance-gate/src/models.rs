//! The pack's models, running, with what its manifest says about judging their answers.

use std::path::Path;

use countenance_vision::{LoadError, Pack, PackError, Thresholds, Vision};

/// Loaded and checked models.
#[derive(Debug)]
pub struct Models {
    pub vision: Vision,
    pub thresholds: Thresholds,
    /// SHA-256 of the manifest; in every record that a model had a part in.
    pub pack: [u8; 32],
    /// What makes a face into numbers: templates of another one are never compared.
    pub recogniser: [u8; 32],
}

/// Why the models do not run.
#[derive(Debug, thiserror::Error)]
pub enum OpenModels {
    #[error("the model pack failed its checks")]
    Pack(#[from] PackError),
    #[error("the runtime does not run the pack")]
    Load(#[from] LoadError),
}

impl OpenModels {
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Pack(error) => error.code(),
            Self::Load(error) => error.code(),
        }
    }
}

impl Models {
    /// Checks every hash of the pack again and starts the runtime.
    pub fn open(pack: &Path, runtime: &Path) -> Result<Self, OpenModels> {
        let pack = Pack::load(pack)?;
        let vision = Vision::load(&pack, runtime)?;
        Ok(Self {
            vision,
            thresholds: pack.thresholds().clone(),
            pack: pack.hash(),
            recogniser: pack.recogniser(),
        })
    }
}
