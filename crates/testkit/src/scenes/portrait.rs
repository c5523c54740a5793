//! A portrait put into the room: its own surroundings stay around the head, because liveness looks at 2.7 times the face, and go over
//! into the room's wall without an edge.

use std::path::Path;

use anyhow::Context as _;
use image::imageops::FilterType;

use super::Sway;
use super::raster::{Colour, Raster, mix, sample, smooth};
use super::room;
use super::surface::Posed;

/// Whose portrait. A and B are two men, each a public person; the stranger is a third person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sitter {
    /// A, first picture.
    A1,
    /// A, second picture, another day and expression.
    A2,
    /// A, third picture, never enrolled.
    A3,
    B,
    Stranger,
}

/// Where the eyes are in the file, pixels: middle between them, and their distance.
struct Eyes {
    file: &'static str,
    x: f32,
    y: f32,
    apart: f32,
}

impl Sitter {
    const fn eyes(self) -> Eyes {
        match self {
            Self::A1 => Eyes {
                file: "obama.jpg",
                x: 495.7,
                y: 212.8,
                apart: 103.0,
            },
            Self::A2 => Eyes {
                file: "obama2.jpg",
                x: 314.3,
                y: 374.8,
                apart: 117.1,
            },
            Self::A3 => Eyes {
                file: "obama3.jpg",
                x: 797.1,
                y: 393.5,
                apart: 120.5,
            },
            Self::B => Eyes {
                file: "biden.jpg",
                x: 591.8,
                y: 336.9,
                apart: 116.4,
            },
            Self::Stranger => Eyes {
                file: "astronaut.png",
                x: 225.4,
                y: 102.3,
                apart: 42.5,
            },
        }
    }
}

/// Lengths below are in distances between the eyes.
/// Half the width of a face with its ears: what is mirrored at a picture's edge must not be the face.
const HALF_FACE: f32 = 1.3;
/// Over this much outside of the file its surroundings go over into the wall.
const BLEND: f32 = 1.6;
/// Below this, the jacket goes on: crossed arms and hands are now and then taken for a second face.
const CHEST: f32 = 4.1;

/// The portrait at the size that the frame needs, so that every pixel of the frame is one sample of it.
pub(crate) struct Portrait {
    pixels: Vec<Colour>,
    width: usize,
    height: usize,
    /// Middle between the eyes, and their distance, pixels.
    x: f32,
    y: f32,
    apart: f32,
}

impl Portrait {
    /// Reads a portrait and shrinks it until its eyes are `eyes_px` apart.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "sizes of pictures"
    )]
    pub(crate) fn open(pictures: &Path, sitter: Sitter, eyes_px: f32) -> anyhow::Result<Self> {
        let Eyes { file, x, y, apart } = sitter.eyes();
        let image = image::open(pictures.join(file))
            .with_context(|| format!("open the test picture {file}"))?
            .to_rgb8();
        let (width, height) = image.dimensions();
        let size = |side: u32| ((side as f32 * eyes_px / apart).round() as u32).max(2);
        let small = image::imageops::resize(&image, size(width), size(height), FilterType::CatmullRom);
        // The rounded size is not exactly the wished one.
        let (across, down) = (small.width() as f32 / width as f32, small.height() as f32 / height as f32);
        Ok(Self {
            pixels: small.pixels().map(|pixel| pixel.0.map(f32::from)).collect(),
            width: small.width() as usize,
            height: small.height() as usize,
            x: (x + 0.5) * across - 0.5,
            y: (y + 0.5) * down - 0.5,
            apart: apart * across,
        })
    }

    /// Paints the person with the middle between the eyes at (`x`, `y`). `feathered`: only head and shoulders, over what is there already.
    pub(crate) fn paint(&self, raster: &mut Raster, x: f32, y: f32, posed: &Posed, sway: &Sway, feathered: bool) {
        let eyes_px = self.apart * sway.size;
        let (sine, cosine) = sway.turn.sin_cos();
        for (px, py, pixel) in raster.pixels_mut() {
            // From the frame to the portrait, around the eyes, in distances between the eyes.
            let (dx, dy) = ((px - x - sway.x) / eyes_px, (py - y - sway.y) / eyes_px);
            let (dx, dy) = (cosine * dx + sine * dy, cosine * dy - sine * dx);
            let [dx, dy] = posed.origin(dx, dy);
            let share = if feathered { head_and_shoulders(dx, dy) } else { 1.0 };
            if share > 0.0 {
                let bent_x = dx + sway.bend * (dy * 2.1 + sway.ripple).sin();
                let bent_y = dy + sway.bend * (dx * 1.7 - sway.ripple).cos();
                *pixel = mix(*pixel, self.colour(bent_x, bent_y, px, py), share);
            }
        }
    }

    /// What is at (`dx`, `dy`) from the eyes; (`px`, `py`) is the place in the frame, where the room would be.
    #[expect(clippy::cast_precision_loss, reason = "sizes of pictures")]
    fn colour(&self, dx: f32, dy: f32, px: f32, py: f32) -> Colour {
        let (x, y) = (self.x + dx * self.apart, self.y + dy * self.apart);
        let (right, bottom) = ((self.width - 1) as f32, (self.height - 1) as f32);
        // How far outside, in distances between the eyes.
        let beside = ((-x).max(x - right) / self.apart).max(0.0);
        let above = ((-y).max(y - bottom) / self.apart).max(0.0);
        // Beside, the picture is mirrored as far as there is no face; above and below its edge goes on.
        let mirror = |edge: f32, room_px: f32| edge.min(room_px.max(0.0));
        let room_px = |gap: f32| gap - HALF_FACE * self.apart;
        let x = if x < 0.0 {
            mirror(-x, room_px(self.x))
        } else if x > right {
            right - mirror(x - right, room_px(right - self.x))
        } else {
            x
        };
        let y = y.min(self.y + CHEST * self.apart);
        let seen = sample(&self.pixels, self.width, self.height, x, y);
        mix(seen, room::colour(px, py), smooth(0.0, BLEND, beside.hypot(above * 0.6)))
    }
}

/// 1 on a person, 0 around, for someone who stands in another one's picture.
fn head_and_shoulders(dx: f32, dy: f32) -> f32 {
    let head = 1.0 - smooth(0.85, 1.15, (dx / 2.4).hypot((dy - 0.3) / 3.0));
    let body = smooth(1.6, 2.4, dy) * (1.0 - smooth(2.6, 3.2, dx.abs()));
    head.max(body)
}
