//! The place in front of the door when nobody is there, and a card with a code.

use super::raster::{Colour, HEIGHT, Raster, WIDTH, mix, smooth};

const QUIET: usize = 4;
/// Most pixels that a code's side takes.
const SIDE_MAX: usize = 456;

/// A wall with a lamp above it and a darker floor.
pub(crate) fn colour(x: f32, y: f32) -> Colour {
    let lamp = (-((x - 200.0) / 320.0).powi(2) - ((y - 40.0) / 300.0).powi(2)).exp();
    let wall = mix([148.0, 142.0, 134.0], [206.0, 200.0, 188.0], lamp);
    let floor = [96.0, 88.0, 80.0];
    // A door frame to the right, so that the wall is not a plain one.
    let frame = smooth(520.0, 526.0, x) * (1.0 - smooth(560.0, 566.0, x));
    mix(mix(wall, [112.0, 84.0, 60.0], frame * 0.8), floor, smooth(395.0, 410.0, y))
}

pub(crate) fn paint(raster: &mut Raster) {
    for (x, y, pixel) in raster.pixels_mut() {
        *pixel = colour(x, y);
    }
}

/// A white card in the middle with the code on it.
pub(crate) fn card(raster: &mut Raster, modules: &[qrcode::Color], width: usize) {
    let total = width + 2 * QUIET;
    let scale = (SIDE_MAX / total.max(1)).max(1);
    let left = usize::from(WIDTH).saturating_sub(total * scale) / 2;
    let top = usize::from(HEIGHT).saturating_sub(total * scale) / 2;
    for (x, y, pixel) in raster.pixels_mut() {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "places of pixels are small and not negative"
        )]
        let (x, y) = (x as usize, y as usize);
        let (Some(column), Some(row)) = (x.checked_sub(left), y.checked_sub(top)) else {
            continue;
        };
        let (column, row) = (column / scale, row / scale);
        if column >= total || row >= total {
            continue;
        }
        let module = column
            .checked_sub(QUIET)
            .zip(row.checked_sub(QUIET))
            .filter(|(column, row)| *column < width && *row < width);
        let dark = module.and_then(|(column, row)| modules.get(row * width + column)) == Some(&qrcode::Color::Dark);
        *pixel = if dark { [28.0; 3] } else { [236.0; 3] };
    }
}
