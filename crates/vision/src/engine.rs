//! ONNX Runtime, the only place that touches it.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use ort::environment::Environment;
use ort::session::Session;
use ort::session::builder::GraphOptimizationLevel;
use ort::value::TensorRef;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::Pack;

/// The models cannot be run on this machine.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("ONNX Runtime is missing at {0}")]
    RuntimeMissing(PathBuf),
    #[error("ONNX Runtime at {0} does not have the hash that the pack states")]
    RuntimeHash(PathBuf),
    #[error("this process already runs another build of ONNX Runtime")]
    RuntimeOther,
    #[error("ONNX Runtime cannot be started: {0}")]
    Runtime(String),
    #[error("model {0} cannot be loaded: {1}")]
    Model(&'static str, String),
}

impl LoadError {
    /// Stable word for messages and the documentation.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::RuntimeMissing(_) => "runtime.missing",
            Self::RuntimeHash(_) => "runtime.hash",
            Self::RuntimeOther => "runtime.other",
            Self::Runtime(_) => "runtime.start",
            Self::Model(..) => "runtime.model",
        }
    }
}

/// A model did not give a usable answer. The attempt ends; nothing opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RunError {
    #[error("model {0} could not be run")]
    Failed(&'static str),
    #[error("model {0} gave an output of another form than its pack states")]
    Form(&'static str),
    #[error("the points of this face have no spread")]
    NoSpread,
}

impl RunError {
    /// Stable word for messages and the documentation.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Failed(_) => "engine.failed",
            Self::Form(_) => "engine.form",
            Self::NoSpread => "engine.no_spread",
        }
    }
}

/// One runtime for the process, and the hash it was loaded with; the runtime itself allows no second one.
static RUNTIME: Mutex<Option<(String, Environment)>> = Mutex::new(None);

/// The process's runtime, started from `path` once its hash was checked.
pub(crate) fn runtime(pack: &Pack, path: &Path) -> Result<Environment, LoadError> {
    let bytes = std::fs::read(path).map_err(|_| LoadError::RuntimeMissing(path.to_owned()))?;
    let hash = countenance_base::to_hex(&Sha256::digest(&bytes));
    drop(bytes);
    if pack.runtime_hash() != Some(hash.as_str()) {
        return Err(LoadError::RuntimeHash(path.to_owned()));
    }
    let mut started = RUNTIME.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((other, environment)) = started.as_ref() {
        return if *other == hash {
            Ok(environment.clone())
        } else {
            Err(LoadError::RuntimeOther)
        };
    }
    let builder = ort::init_from(path).map_err(|error| LoadError::Runtime(error.to_string()))?;
    // The pinned build has nobody to tell; a later one might, and this asks it not to.
    let environment = builder
        .with_name("countenance")
        .with_telemetry(false)
        .build()
        .map_err(|error| LoadError::Runtime(error.to_string()))?;
    *started = Some((hash, environment.clone()));
    Ok(environment)
}

/// One loaded model. Reused for every frame: its working memory is overwritten by the next run of the same shape.
pub(crate) struct Model {
    name: &'static str,
    session: Session,
}

impl Model {
    pub(crate) fn load(environment: &Environment, name: &'static str, bytes: &[u8]) -> Result<Self, LoadError> {
        let failed = |error: &dyn std::fmt::Display| LoadError::Model(name, error.to_string());
        let mut builder = Session::builder(environment)
            .map_err(|error| failed(&error))?
            .with_optimization_level(GraphOptimizationLevel::All)
            .map_err(|error| failed(&error))?
            // One frame at a time on small machines: a second thread costs more than it brings, and spins between frames.
            .with_intra_threads(1)
            .map_err(|error| failed(&error))?
            .with_inter_threads(1)
            .map_err(|error| failed(&error))?;
        let session = builder.commit_from_memory(bytes).map_err(|error| failed(&error))?;
        Ok(Self { name, session })
    }

    /// Runs the model on one input and returns its first `N` outputs. The runtime's own copies of them are zeroed.
    pub(crate) fn run<const N: usize>(&mut self, shape: [usize; 4], input: &[f32]) -> Result<[Zeroizing<Vec<f32>>; N], RunError> {
        let failed = RunError::Failed(self.name);
        let form = RunError::Form(self.name);
        let tensor = TensorRef::from_array_view((shape, input)).map_err(|_| failed)?;
        let mut outputs = self.session.run(ort::inputs![tensor]).map_err(|_| failed)?;
        let mut copies = Vec::with_capacity(N);
        for mut output in outputs.values_mut().take(N) {
            let (_, values) = output.try_extract_tensor_mut::<f32>().map_err(|_| form)?;
            if values.iter().any(|value| !value.is_finite()) {
                return Err(form);
            }
            copies.push(Zeroizing::new(values.to_vec()));
            values.fill(0.0);
        }
        copies.try_into().map_err(|_| form)
    }
}

/// Interleaved RGB to planes, each value through `map`; `order` gives the source channel of each plane.
pub(crate) fn planes(rgb: &[f32], order: [usize; 3], map: impl Fn(f32) -> f32) -> Zeroizing<Vec<f32>> {
    let mut out = Zeroizing::new(Vec::with_capacity(rgb.len()));
    for channel in order {
        out.extend(rgb.iter().skip(channel).step_by(3).map(|value| map(*value)));
    }
    out
}
