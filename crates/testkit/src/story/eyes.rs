//! The storyteller's own look at a frame, with the same models and the same rules, so that a verdict of the gate can be held
//! against what it should follow from.

use countenance_gate_core::policy::Zone;
use countenance_gate_core::sight::{FaceSeen, Looks, choose, look};
use countenance_vision::{Limits, Pack, Picture, PictureError, RunError, Vision, distance_mm, rough_distance_mm};

const FIELD_OF_VIEW: f32 = 60.0;
const DISTANCE_MAX_MM: u32 = 1500;

/// Loaded models.
#[derive(Debug)]
pub struct Eyes {
    vision: Vision,
    pub live_threshold: f32,
}

impl Eyes {
    pub fn open() -> anyhow::Result<Self> {
        let installed = countenance_setup::models()?;
        let pack = Pack::load(&installed.pack)?;
        let vision = Vision::load(&pack, &installed.runtime)?;
        Ok(Self {
            vision,
            live_threshold: pack.thresholds().live_threshold,
        })
    }

    /// The liveness score of the face that asks in this frame, or the code by which the frame is not looked at further.
    pub fn live(&mut self, jpeg: &[u8]) -> Result<f32, &'static str> {
        let picture = Picture::decode(jpeg, Limits::FRAME).map_err(PictureError::code)?;
        let faces = self.vision.detect(&picture).map_err(RunError::code)?;
        let seen: Vec<FaceSeen> = faces
            .iter()
            .map(|face| {
                let (x, y) = face.centre(&picture);
                FaceSeen {
                    x,
                    y,
                    rough_mm: rough_distance_mm(face.area.width(), picture.width(), FIELD_OF_VIEW).unwrap_or(u32::MAX),
                }
            })
            .collect();
        let at = choose(&seen, &Zone::MIDDLE, DISTANCE_MAX_MM)?;
        let face = faces.get(at).ok_or("face.none")?;
        let landmarks = self.vision.landmarks(&picture, face).map_err(RunError::code)?;
        let quality = self.vision.quality(&picture, &landmarks).map_err(RunError::code)?;
        let looks = Looks {
            distance_mm: distance_mm(quality.eyes_px, picture.width(), FIELD_OF_VIEW).unwrap_or(u32::MAX),
            eyes_px: quality.eyes_px,
            yaw: quality.yaw,
            pitch: quality.pitch,
            sharpness: quality.sharpness,
            exposure: quality.exposure,
        };
        look(&looks, DISTANCE_MAX_MM)?;
        self.vision.live(&picture, face).map_err(RunError::code)
    }
}
