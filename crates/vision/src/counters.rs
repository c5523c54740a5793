//! What was looked at, counted where it happens: the operator's evidence that a passer-by was not.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Calls since the models were loaded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    pub detector_calls: u64,
    /// Faces that the detector reported, bystanders included; for these nothing else was computed unless counted below.
    pub faces_seen: u64,
    pub landmark_calls: u64,
    pub liveness_calls: u64,
    pub embedder_calls: u64,
}

#[derive(Debug, Default)]
struct Cells {
    detector: AtomicU64,
    faces: AtomicU64,
    landmark: AtomicU64,
    liveness: AtomicU64,
    embedder: AtomicU64,
}

/// Reads the counters from any thread, at any time, also while the models run.
#[derive(Debug, Clone, Default)]
pub struct Meter(Arc<Cells>);

impl Meter {
    pub fn read(&self) -> Counters {
        let read = |cell: &AtomicU64| cell.load(Ordering::Relaxed);
        Counters {
            detector_calls: read(&self.0.detector),
            faces_seen: read(&self.0.faces),
            landmark_calls: read(&self.0.landmark),
            liveness_calls: read(&self.0.liveness),
            embedder_calls: read(&self.0.embedder),
        }
    }

    pub(crate) fn detector(&self) {
        self.0.detector.fetch_add(1, Ordering::Relaxed);
    }
    pub(crate) fn faces(&self, count: usize) {
        self.0.faces.fetch_add(count as u64, Ordering::Relaxed);
    }
    pub(crate) fn landmark(&self) {
        self.0.landmark.fetch_add(1, Ordering::Relaxed);
    }
    pub(crate) fn liveness(&self) {
        self.0.liveness.fetch_add(1, Ordering::Relaxed);
    }
    pub(crate) fn embedder(&self) {
        self.0.embedder.fetch_add(1, Ordering::Relaxed);
    }
}
