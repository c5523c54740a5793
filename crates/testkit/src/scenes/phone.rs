//! A portrait on a telephone, drawn in three fixed ways before any verdict on them was seen, and not changed since. (The lens that all
//! scenes share was made sharper and less noisy once, after genuine faces had been seen through it.) Drawings, not photographs of
//! screens: what a model says of them says little about real attacks. Passive liveness takes some of them for a person.

use super::Sway;
use super::raster::{Raster, mix, smooth};
use super::room;

/// One of the three drawings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhoneDrawing {
    /// The screen fills the view; its edge is nowhere to be seen.
    FullScreen,
    /// The phone with its bezel, held in the room.
    Bezel,
    /// The same, with moiré between the screen's and the camera's pixels.
    BezelMoire,
}

/// The phone's screen in the frame, pixels, for the drawings with a bezel.
const SCREEN: (f32, f32, f32, f32) = (215.0, 70.0, 425.0, 430.0);
const BEZEL: f32 = 9.0;

/// `scene` as it looks on a screen.
pub(crate) fn shown(drawing: PhoneDrawing, scene: &Raster, sway: &Sway) -> Raster {
    let mut out = Raster::new();
    let (left, top, right, bottom) = SCREEN;
    // The middle of the scene in the form of the screen, with the sitter's head in it.
    let part = 480.0 / (bottom - top);
    for (x, y, pixel) in out.pixels_mut() {
        let (dx, dy) = (x - sway.x, y - sway.y);
        if drawing == PhoneDrawing::FullScreen {
            *pixel = screen(scene.sample(dx, dy), x, y, false);
            continue;
        }
        let inside = dx >= left && dx <= right && dy >= top && dy <= bottom;
        let body = dx >= left - BEZEL && dx <= right + BEZEL && dy >= top - 3.0 * BEZEL && dy <= bottom + 3.0 * BEZEL;
        *pixel = if inside {
            let from_x = (dx - f32::midpoint(left, right)) * part + 320.0;
            let from_y = (dy - top) * part;
            screen(scene.sample(from_x, from_y), x, y, drawing == PhoneDrawing::BezelMoire)
        } else if body {
            [18.0, 18.0, 20.0]
        } else {
            room::colour(x, y)
        };
    }
    out
}

/// A screen's colours: bluish, darker blacks lifted, a reflection across, and its grid of pixels.
fn screen(colour: [f32; 3], x: f32, y: f32, moire: bool) -> [f32; 3] {
    let [red, green, blue] = colour.map(|value| 0.86 * value + 14.0);
    let cool = [red * 0.95, green, blue * 1.06];
    let reflection = 0.16 * smooth(0.0, 60.0, 70.0 - (x * 0.8 + y - 420.0).abs());
    let lit = mix(cool, [235.0; 3], reflection);
    let grid = 1.0 + 0.02 * (x * 2.6).sin() * (y * 2.6).sin();
    let waves = if moire {
        1.0 + 0.10 * (x * 0.31 + y * 0.12).sin() + 0.07 * (y * 0.27 - x * 0.05).sin()
    } else {
        1.0
    };
    lit.map(|value| value * grid * waves)
}
