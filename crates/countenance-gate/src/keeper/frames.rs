//! Looking at a frame, in an order that stops as early as it can: count and zone, then distance and quality of the one face,
//! then whether the frame differs from those before. Nothing is embedded here.

use std::time::Duration;

use countenance_base::Timestamp;
use countenance_gate_core::challenge::{Pose, Stage, is_straight, pose};
use countenance_gate_core::machine::{Camera, Input};
use countenance_gate_core::policy::FacePolicy;
use countenance_gate_core::sight::{DIFFERENCE_MIN, FRAMES_NEEDED, FaceSeen, Looks, choose, look};
use countenance_vision::{Area, Face, Landmarks, Limits, Picture, PictureError, RunError, Vision, code_in, distance_mm, rough_distance_mm};
use tracing::debug;

use super::Keeper;

/// The camera's stated field of view. Without it there is no distance, and without distance no face lane.
#[derive(Debug, Clone, Copy)]
pub struct Lens {
    /// Horizontal, degrees.
    pub field_of_view: f32,
}

/// A frame that passed, with the one face that asks.
pub(super) struct Still {
    pub(super) picture: Picture,
    pub(super) face: Face,
    pub(super) landmarks: Landmarks,
    pub(super) sharpness: f32,
    /// Degrees, positive to the person's own left.
    yaw: f32,
}

/// With a challenge: the face of one frame must be where the face of the frame before was, or it may be another one.
const FOLLOWED_WITHIN: Duration = Duration::from_secs(1);
const FOLLOWED_OVERLAP: f32 = 0.2;

/// Frames of one attempt. Pictures zero themselves when dropped.
#[derive(Default)]
pub(super) struct Kept {
    pub(super) stills: Vec<Still>,
    /// With a challenge: the frame that showed the turned head, measured against the first still.
    pub(super) turned: Option<Still>,
    /// Most faces in one frame, for the capture window.
    pub(super) faces_max: u32,
    pub(super) embedded: u32,
    /// When and where the one face was last seen.
    last_seen: Option<(Timestamp, Area)>,
}

impl Keeper {
    pub(super) fn look_at(&mut self, jpeg: &[u8]) {
        let input = match self.machine.camera() {
            Camera::Off => return,
            Camera::Code => match Picture::decode(jpeg, Limits::FRAME).ok().and_then(|picture| code_in(&picture)) {
                Some(text) => Input::CodeSeen(text),
                None => return,
            },
            Camera::Face => match self.look_for_face(jpeg).and_then(|still| self.keep_or_follow(still)) {
                Ok(input) => input,
                Err(code) => Input::FrameRefused(code),
            },
        };
        self.feed(input);
    }

    fn look_for_face(&mut self, jpeg: &[u8]) -> Result<Still, &'static str> {
        let policy = self
            .current
            .as_ref()
            .and_then(|current| current.policy().face.clone())
            .ok_or("face.closed")?;
        let lens = self.parts.lens.ok_or("camera.none")?;
        let vision = &mut self.parts.models.as_mut().map_err(|_| "face.closed")?.vision;
        let picture = Picture::decode(jpeg, Limits::FRAME).map_err(PictureError::code)?;
        let faces = vision.detect(&picture).map_err(RunError::code)?;
        self.kept.faces_max = self.kept.faces_max.max(u32::try_from(faces.len()).unwrap_or(u32::MAX));
        let at = choose(&seen(&faces, &picture, lens), &policy.zone, policy.distance_max_mm)?;
        let face = faces.into_iter().nth(at).ok_or("face.none")?;
        let still = measure_looks(vision, picture, face, lens, &policy)?;
        Ok(still)
    }

    /// Keeps the frame to be measured; with a challenge, when it is not for measuring, tells only the head's pose.
    fn keep_or_follow(&mut self, still: Still) -> Result<Input, &'static str> {
        if let Some(stage) = self.machine.stage() {
            let posed = self.kept.follow(&still, self.now())?;
            if let (Stage::Turn(asked), Pose::Turned(to)) = (stage, posed)
                && asked == to
            {
                self.kept.turned = Some(still);
                return Ok(Input::FrameFollowed(posed));
            }
            let wanted = match stage {
                Stage::Front => self.kept.stills.len() < FRAMES_NEEDED,
                Stage::Turn(_) => false,
                Stage::Back => posed == Pose::Front,
            };
            if !wanted {
                return Ok(Input::FrameFollowed(posed));
            }
            if !is_straight(still.yaw) {
                return Err("face.poor_quality");
            }
        }
        let before = self.kept.stills.last();
        if before.is_some_and(|before| still.picture.difference(&before.picture, still.face.area) < DIFFERENCE_MIN) {
            return Err("face.injected");
        }
        self.kept.stills.push(still);
        Ok(Input::FrameAccepted)
    }

    /// Zeroes what the attempt kept, and has the runtime overwrite its own buffers.
    pub(super) fn forget(&mut self) {
        self.kept.stills.clear();
        self.kept.turned = None;
        self.kept.last_seen = None;
        if !self.machine.awaits_grant() {
            self.pending = None;
        }
        if self.kept.embedded > 0
            && let Ok(models) = self.parts.models.as_mut()
            && let Err(failed) = models.vision.rinse()
        {
            // What cannot be overwritten must not be added to.
            let code = failed.code().to_owned();
            self.fault(&code);
        }
    }
}

impl Kept {
    /// The pose of the face against the first frame's; an error when it is not the face that was there a moment ago.
    fn follow(&mut self, still: &Still, now: Timestamp) -> Result<Pose, &'static str> {
        let before = self.last_seen.replace((now, still.face.area));
        let follows =
            |(at, area): (Timestamp, Area)| now.since(at) <= FOLLOWED_WITHIN && area.overlap(&still.face.area) >= FOLLOWED_OVERLAP;
        if !before.is_none_or(follows) {
            return Err("face.not_followed");
        }
        let Some(first) = self.stills.first() else { return Ok(Pose::Front) };
        let turn = still.landmarks.turn_since(&first.landmarks);
        Ok(pose(still.yaw - first.yaw, turn.is_some_and(|turn| turn.is_of_a_head())))
    }
}

fn seen(faces: &[Face], picture: &Picture, lens: Lens) -> Vec<FaceSeen> {
    faces
        .iter()
        .map(|face| {
            let (x, y) = face.centre(picture);
            // A distance that cannot be estimated is a far one.
            let rough_mm = rough_distance_mm(face.area.width(), picture.width(), lens.field_of_view).unwrap_or(u32::MAX);
            FaceSeen { x, y, rough_mm }
        })
        .collect()
}

fn measure_looks(vision: &mut Vision, picture: Picture, face: Face, lens: Lens, policy: &FacePolicy) -> Result<Still, &'static str> {
    let landmarks = vision.landmarks(&picture, &face).map_err(RunError::code)?;
    let quality = vision.quality(&picture, &landmarks).map_err(RunError::code)?;
    let looks = Looks {
        distance_mm: distance_mm(quality.eyes_px, picture.width(), lens.field_of_view).unwrap_or(u32::MAX),
        eyes_px: quality.eyes_px,
        yaw: quality.yaw,
        pitch: quality.pitch,
        sharpness: quality.sharpness,
        exposure: quality.exposure,
    };
    debug!(distance_mm = looks.distance_mm, "a face in the zone");
    look(&looks, policy.distance_max_mm)?;
    Ok(Still {
        picture,
        face,
        landmarks,
        sharpness: quality.sharpness,
        yaw: quality.yaw,
    })
}
