//! Clips: what the camera of a test sees. The same frames go to the gate's socket and, one after the other in a file, to Chromium's fake
//! camera. Drawn from seeds: the same every time.

use std::path::Path;

use countenance_base::{Rng, SeededRng};

use crate::scenes::{self, PhoneDrawing, Posed, Scene, Sitter, Surface};

/// Frames in order, each a whole JPEG of 640 × 480.
pub type Frames = Vec<Vec<u8>>;

/// Where people stand who enrol, or turn the head, metres.
const ASKING: f32 = 0.7;
/// Where they stand on other days.
const LATER: f32 = 1.1;
/// Frames of a clip; whoever plays one starts again after the last.
const LENGTH: usize = 12;

/// Every clip of the story.
#[derive(Clone)]
pub struct Clips {
    /// A while enrolling: first and second picture in turn.
    pub enrol_a: Frames,
    /// A and B in turn before an enrolling camera: frames that are not of one person.
    pub enrol_mixed: Frames,
    /// A on another day: the third picture, which is not among the enrolled ones.
    pub third_a: Frames,
    /// B while enrolling. Only one picture of B exists; the frames differ.
    pub enrol_b: Frames,
    /// B again: the same picture, other frames.
    pub third_b: Frames,
    /// A third person, whom no gate knows.
    pub stranger: Frames,
    /// One frame of A again and again, byte for byte: what someone injects who has one picture.
    pub still_a: Frames,
    /// A and B side by side, both close.
    pub two_faces: Frames,
    /// A at 2.4 metres: beyond the limit of a door, and still found in every frame.
    pub too_far: Frames,
    /// A at the edge of the picture.
    pub outside_zone: Frames,
    /// A asks; B walks by behind.
    pub walker_behind: Frames,
    /// A's third picture on a drawn phone, three ways.
    pub phones: Vec<(&'static str, Frames)>,
    /// Heads that turn when asked: straight, to the left, to the right. A, first picture; A, third picture; B.
    pub asked_enrol: [Frames; 3],
    pub asked_third: [Frames; 3],
    pub asked_b: [Frames; 3],
    /// A's third picture on a card that somebody tilts this way and that.
    pub tilted_card: Frames,
    /// Nobody.
    pub empty: Frames,
}

impl std::fmt::Debug for Clips {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Clips(…)")
    }
}

impl Clips {
    /// Draws all clips from the test pictures, which are fetched when they are not there yet.
    pub fn load() -> anyhow::Result<Self> {
        Self::draw(&countenance_setup::models()?.pictures)
    }

    /// Draws all clips from the pictures in this directory.
    pub fn draw(pictures: &Path) -> anyhow::Result<Self> {
        let one = |sitter, metres| Scene::of(pictures, sitter, metres);
        let a = one(Sitter::A3, LATER)?;
        let b = one(Sitter::B, ASKING)?;
        let still = a.frame(&mut SeededRng::new(6))?;
        let drawings = [
            ("phone-full-screen", PhoneDrawing::FullScreen),
            ("phone-bezel", PhoneDrawing::Bezel),
            ("phone-bezel-moire", PhoneDrawing::BezelMoire),
        ];
        let phones = drawings.map(|(name, drawing)| Ok((name, clip(&one(Sitter::A3, ASKING)?.on_phone(drawing), 11)?)));
        let mut rng = SeededRng::new(13);
        Ok(Self {
            enrol_a: in_turn(&[one(Sitter::A1, ASKING)?, one(Sitter::A2, ASKING)?], 1)?,
            enrol_mixed: in_turn(&[one(Sitter::A1, ASKING)?, one(Sitter::B, ASKING)?], 14)?,
            third_a: clip(&a, 2)?,
            enrol_b: clip(&b, 3)?,
            third_b: clip(&one(Sitter::B, LATER)?, 4)?,
            stranger: clip(&one(Sitter::Stranger, LATER)?, 5)?,
            still_a: vec![still; LENGTH],
            two_faces: clip(
                &one(Sitter::A3, 0.8)?
                    .at(225.0, 205.0)
                    .and(pictures, Sitter::B, 0.85, 430.0, 215.0)?,
                7,
            )?,
            too_far: clip(&one(Sitter::A3, 2.4)?, 8)?,
            outside_zone: clip(&one(Sitter::A3, 1.0)?.at(62.0, 220.0), 9)?,
            walker_behind: clip(&one(Sitter::A3, ASKING)?.and(pictures, Sitter::B, 2.2, 520.0, 190.0)?, 10)?,
            phones: phones.into_iter().collect::<anyhow::Result<_>>()?,
            asked_enrol: asked(pictures, Sitter::A1)?,
            asked_third: asked(pictures, Sitter::A3)?,
            asked_b: asked(pictures, Sitter::B)?,
            tilted_card: tilted(pictures)?,
            empty: (0..LENGTH).map(|_| scenes::empty_frame(&mut rng)).collect::<anyhow::Result<_>>()?,
        })
    }

    /// All clips under the names of their files.
    pub fn named(&self) -> Vec<(&'static str, &Frames)> {
        let mut all = vec![
            ("enrol-a", &self.enrol_a),
            ("enrol-mixed", &self.enrol_mixed),
            ("third-a", &self.third_a),
            ("enrol-b", &self.enrol_b),
            ("third-b", &self.third_b),
            ("stranger", &self.stranger),
            ("still-a", &self.still_a),
            ("two-faces", &self.two_faces),
            ("too-far", &self.too_far),
            ("outside-zone", &self.outside_zone),
            ("walker-behind", &self.walker_behind),
            ("empty", &self.empty),
        ];
        all.extend(self.phones.iter().map(|(name, frames)| (*name, frames)));
        all
    }
}

/// How far they turn, degrees.
const TURN: f32 = 26.0;

fn asked(pictures: &Path, sitter: Sitter) -> anyhow::Result<[Frames; 3]> {
    let head = |yaw: f32, seed: u64| clip(&Scene::of(pictures, sitter, ASKING)?.posed(Posed::head(yaw)), seed);
    Ok([head(0.0, 21)?, head(TURN, 22)?, head(-TURN, 23)?])
}

fn tilted(pictures: &Path) -> anyhow::Result<Frames> {
    let card = |yaw: f32, pitch: f32| {
        let surface = Surface::Card { upright: 0.2, lying: 0.0 };
        Ok(Scene::of(pictures, Sitter::A3, ASKING)?.posed(Posed { surface, yaw, pitch }))
    };
    let held = [
        (0.0, 0.0),
        (-12.0, 4.0),
        (-28.0, 0.0),
        (-40.0, -8.0),
        (-20.0, 0.0),
        (0.0, 0.0),
        (14.0, 6.0),
        (30.0, 0.0),
        (42.0, 8.0),
        (20.0, 0.0),
    ];
    in_turn(
        &held
            .iter()
            .map(|(yaw, pitch)| card(*yaw, *pitch))
            .collect::<anyhow::Result<Vec<_>>>()?,
        24,
    )
}

/// A clip of one scene.
pub fn clip(scene: &Scene, seed: u64) -> anyhow::Result<Frames> {
    in_turn(std::slice::from_ref(scene), seed)
}

fn in_turn(scenes: &[Scene], seed: u64) -> anyhow::Result<Frames> {
    let rng: &mut dyn Rng = &mut SeededRng::new(seed);
    scenes.iter().cycle().take(LENGTH).map(|scene| scene.frame(rng)).collect()
}

/// One frame of a card with a QR code of `text`, held before the camera.
pub fn code_frame(text: &str) -> anyhow::Result<Vec<u8>> {
    scenes::code_frame(text, &mut SeededRng::new(12))
}

/// The content of an `.mjpeg` file, which Chromium takes for its camera (`--use-file-for-fake-video-capture`) and repeats.
pub fn mjpeg(frames: &Frames) -> Vec<u8> {
    frames.concat()
}
