//! `GET /status` on loopback: the gate's own condition. Nothing about a person.

use serde::Serialize;

/// Numbers and codes that an installer, a test and the public device page may see.
#[derive(Debug, Clone, Serialize)]
pub struct Status {
    pub gate: u64,
    pub demo: bool,
    pub epoch: u64,
    pub journal_size: u64,
    pub journal_acknowledged: u64,
    pub journal_fill_permille: u32,
    pub templates: usize,
    /// Why the face lane is closed; empty when open.
    pub face_closed: String,
    pub faults: Vec<String>,
    pub pack: String,
    /// SHA-256 of the file that runs; empty until it is known.
    pub program: String,
    pub detector_calls: u64,
    pub landmark_calls: u64,
    pub liveness_calls: u64,
    pub embedder_calls: u64,
    pub screen: String,
    pub code: String,
}
