//! All four models of one pack, loaded once.

use std::path::Path;

use countenance_gallery::Embedding;
use zeroize::Zeroizing;

use crate::engine::{LoadError, Model, RunError, runtime};
use crate::pack::Manifest;
use crate::{Area, Counters, Face, Landmarks, Meter, Pack, Picture, Quality, detect, embed, landmark, live, quality};

/// Runs the models, one frame at a time. A machine with several cameras holds several.
pub struct Vision {
    manifest: Manifest,
    meter: Meter,
    detect: Model,
    landmark: Model,
    live: Model,
    embed: Model,
}

impl std::fmt::Debug for Vision {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Vision({} {}, {:?})",
            self.manifest.name,
            self.manifest.version,
            self.meter.read()
        )
    }
}

impl Vision {
    /// Starts the runtime at `runtime_path` (its hash must be the one that the pack states) and loads the pack's models.
    pub fn load(pack: &Pack, runtime_path: &Path) -> Result<Self, LoadError> {
        let environment = runtime(pack, runtime_path)?;
        Ok(Self {
            manifest: pack.manifest.clone(),
            meter: Meter::default(),
            detect: Model::load(&environment, "detect", &pack.detect)?,
            landmark: Model::load(&environment, "landmark", &pack.landmark)?,
            live: Model::load(&environment, "live", &pack.live)?,
            embed: Model::load(&environment, "embed", &pack.embed)?,
        })
    }

    /// Faces in the picture, largest first. Says where, not who.
    pub fn detect(&mut self, picture: &Picture) -> Result<Vec<Face>, RunError> {
        self.meter.detector();
        let faces = detect::detect(&mut self.detect, &self.manifest.detect, picture)?;
        self.meter.faces(faces.len());
        Ok(faces)
    }

    /// Points on this face.
    pub fn landmarks(&mut self, picture: &Picture, face: &Face) -> Result<Landmarks, RunError> {
        self.meter.landmark();
        landmark::landmarks(&mut self.landmark, &self.manifest.landmark, picture, face.area)
    }

    /// How well this face is shown. Runs no model.
    pub fn quality(&self, picture: &Picture, landmarks: &Landmarks) -> Result<Quality, RunError> {
        let aligned = embed::aligned(&self.manifest.embed, picture, landmarks)?;
        Ok(quality::quality(landmarks, &aligned, usize::from(self.manifest.embed.size)))
    }

    /// Probability that this face is there in person, 0 to 1.
    pub fn live(&mut self, picture: &Picture, face: &Face) -> Result<f32, RunError> {
        self.meter.liveness();
        live::live(&mut self.live, &self.manifest.live, picture, face.area)
    }

    /// The embedding of this face, to be compared within this attempt.
    pub fn embed(&mut self, picture: &Picture, landmarks: &Landmarks) -> Result<Embedding, RunError> {
        let aligned = embed::aligned(&self.manifest.embed, picture, landmarks)?;
        self.meter.embedder();
        let raw = embed::embed(&mut self.embed, &self.manifest.embed, &aligned)?;
        Embedding::from_raw(raw).ok_or(RunError::Form("embed"))
    }

    /// The embedding of this face and of its mirror image together: better, twice the time, for enrolment.
    pub fn embed_enrol(&mut self, picture: &Picture, landmarks: &Landmarks) -> Result<Embedding, RunError> {
        let aligned = embed::aligned(&self.manifest.embed, picture, landmarks)?;
        self.meter.embedder();
        let raw = embed::embed_both(&mut self.embed, &self.manifest.embed, &aligned)?;
        Embedding::from_raw(raw).ok_or(RunError::Form("embed"))
    }

    /// Runs every model on an even grey picture. The runtime keeps its working memory between runs and hands the same blocks to the
    /// same shapes again; after this they hold grey. Not counted: no face was looked at.
    pub fn rinse(&mut self) -> Result<(), RunError> {
        let grey = Picture::grey(u32::from(self.manifest.detect.width), u32::from(self.manifest.detect.height));
        let area = Area {
            left: 100.0,
            top: 60.0,
            right: 180.0,
            bottom: 150.0,
        };
        detect::detect(&mut self.detect, &self.manifest.detect, &grey)?;
        landmark::pass(&mut self.landmark, &self.manifest.landmark, &grey, area)?;
        live::live(&mut self.live, &self.manifest.live, &grey, area)?;
        let size = usize::from(self.manifest.embed.size);
        embed::embed(&mut self.embed, &self.manifest.embed, &Zeroizing::new(vec![127.0; size * size * 3]))?;
        Ok(())
    }

    /// The numbers themselves, of length one: for the comparison with the reference values, inside this crate's tests alone.
    #[cfg(test)]
    pub(crate) fn raw(&mut self, picture: &Picture, landmarks: &Landmarks) -> Vec<f32> {
        let aligned = embed::aligned(&self.manifest.embed, picture, landmarks).unwrap();
        let raw = embed::embed(&mut self.embed, &self.manifest.embed, &aligned).unwrap();
        let length = raw.iter().map(|value| value * value).sum::<f32>().sqrt();
        raw.iter().map(|value| value / length).collect()
    }

    /// What was looked at since loading.
    pub fn counters(&self) -> Counters {
        self.meter.read()
    }

    /// A reader of the counters for other threads.
    pub fn meter(&self) -> Meter {
        self.meter.clone()
    }
}
