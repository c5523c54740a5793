//! Pictures of a door's camera, drawn from portraits: 640 × 480, as a camera of 60° horizontal field of view would see them.
//! No two frames of a scene are alike: the person sways a little, the light changes, the sensor is noisy.

mod phone;
mod portrait;
mod raster;
mod room;
mod surface;

use std::path::Path;

use anyhow::Context as _;
use countenance_base::{Rng, rng};

pub use phone::PhoneDrawing;
pub use portrait::Sitter;
pub use raster::{HEIGHT, WIDTH};
pub use surface::{Posed, Surface};

use portrait::Portrait;
use raster::Raster;

/// Pixels per unit of tangent: half the width over the tangent of half of 60°.
const FOCAL_PX: f32 = 554.26;

/// Pixels between the eyes of someone `metres` away.
pub fn eyes_px_at(metres: f32) -> f32 {
    FOCAL_PX * 0.063 / metres
}

/// Someone in the picture, and where the middle between the eyes is.
struct Person {
    portrait: Portrait,
    x: f32,
    y: f32,
    feathered: bool,
}

/// What is in front of the camera.
pub struct Scene {
    people: Vec<Person>,
    phone: Option<PhoneDrawing>,
    /// How the first person's head, or a picture of it, is turned.
    posed: Posed,
}

impl std::fmt::Debug for Scene {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Scene({} people, {:?})", self.people.len(), self.phone)
    }
}

impl Scene {
    /// One person at the middle, `metres` away. `pictures` is the directory that `setup` fills.
    pub fn of(pictures: &Path, sitter: Sitter, metres: f32) -> anyhow::Result<Self> {
        let person = Person {
            portrait: Portrait::open(pictures, sitter, eyes_px_at(metres))?,
            x: 320.0,
            y: 205.0,
            feathered: false,
        };
        Ok(Self {
            people: vec![person],
            phone: None,
            posed: Posed::STRAIGHT,
        })
    }

    /// Moves the first person so that the middle between the eyes is at (`x`, `y`), pixels.
    #[must_use]
    pub fn at(mut self, x: f32, y: f32) -> Self {
        if let Some(person) = self.people.first_mut() {
            (person.x, person.y) = (x, y);
        }
        self
    }

    /// One more person: beside the first, or behind, when farther away.
    pub fn and(mut self, pictures: &Path, sitter: Sitter, metres: f32, x: f32, y: f32) -> anyhow::Result<Self> {
        let portrait = Portrait::open(pictures, sitter, eyes_px_at(metres))?;
        self.people.push(Person {
            portrait,
            x,
            y,
            feathered: true,
        });
        Ok(self)
    }

    /// The same, shown on a drawn phone instead of being there.
    #[must_use]
    pub fn on_phone(mut self, drawing: PhoneDrawing) -> Self {
        self.phone = Some(drawing);
        self
    }

    /// The first person's head turned, or a picture of it in its place.
    #[must_use]
    pub const fn posed(mut self, posed: Posed) -> Self {
        self.posed = posed;
        self
    }

    /// One frame as JPEG.
    pub fn frame(&self, rng: &mut dyn Rng) -> anyhow::Result<Vec<u8>> {
        let sway = Sway::draw(rng);
        let mut raster = Raster::new();
        let others = std::iter::repeat(&Posed::STRAIGHT);
        for (person, posed) in self.people.iter().zip(std::iter::once(&self.posed).chain(others)) {
            person
                .portrait
                .paint(&mut raster, person.x, person.y, posed, &sway, person.feathered);
        }
        if let Some(drawing) = self.phone {
            raster = phone::shown(drawing, &raster, &sway);
        }
        raster.light(&sway);
        raster.noise(rng);
        jpeg(&raster)
    }
}

/// How one frame differs from the one before: what a standing person and a lamp do in a moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sway {
    /// Shift in pixels.
    x: f32,
    y: f32,
    /// Radians.
    turn: f32,
    /// Factor on the size.
    size: f32,
    /// Factor on the light, and how it falls off from left to right.
    gain: f32,
    slope: f32,
    /// Phase and strength of a slow ripple that moves parts of the face against each other by less than a pixel.
    ripple: f32,
    bend: f32,
}

impl Sway {
    fn draw(rng: &mut dyn Rng) -> Self {
        let mut within = |most: f32| (unit(rng) * 2.0 - 1.0) * most;
        Self {
            x: within(3.0),
            y: within(2.0),
            turn: within(0.025),
            size: 1.0 + within(0.012),
            gain: 1.0 + within(0.05),
            slope: within(0.04),
            ripple: within(3.0),
            bend: within(0.006),
        }
    }
}

/// A number from 0 up to, and without, 1.
fn unit(source: &mut dyn Rng) -> f32 {
    f32::from(u16::from_le_bytes(rng::bytes(source))) / 65_536.0
}

/// Baseline, 4:2:0: what cameras write. Chromium shows a 4:4:4 file of its fake camera as plain green.
pub(crate) fn jpeg(raster: &Raster) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, 92);
    encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::F_2_2);
    encoder
        .encode(&raster.to_bytes(), WIDTH, HEIGHT, jpeg_encoder::ColorType::Rgb)
        .context("encode a frame")?;
    Ok(bytes)
}

/// A card with a QR code of `text`, held before the camera.
pub fn code_frame(text: &str, rng: &mut dyn Rng) -> anyhow::Result<Vec<u8>> {
    let code = qrcode::QrCode::with_error_correction_level(text, qrcode::EcLevel::L).context("text does not fit a QR code")?;
    let mut raster = Raster::new();
    room::paint(&mut raster);
    room::card(&mut raster, &code.to_colors(), code.width());
    raster.noise(rng);
    jpeg(&raster)
}

/// The place without anybody.
pub fn empty_frame(rng: &mut dyn Rng) -> anyhow::Result<Vec<u8>> {
    let mut raster = Raster::new();
    room::paint(&mut raster);
    raster.light(&Sway::draw(rng));
    raster.noise(rng);
    jpeg(&raster)
}
