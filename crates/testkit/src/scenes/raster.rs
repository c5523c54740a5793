//! A frame while it is drawn: RGB from 0 to 255 as numbers.

use countenance_base::{Rng, rng};

use super::Sway;

/// Size of a frame. Even numbers: Chromium's fake camera hangs on odd ones.
pub const WIDTH: u16 = 640;
pub const HEIGHT: u16 = 480;

pub(crate) type Colour = [f32; 3];

/// Standard deviation of the sensor's noise, levels of 255.
const NOISE: f32 = 1.0;

pub(crate) struct Raster(Vec<Colour>);

impl Raster {
    pub(crate) fn new() -> Self {
        Self(vec![[0.0; 3]; usize::from(WIDTH) * usize::from(HEIGHT)])
    }

    /// Every pixel with its place.
    pub(crate) fn pixels_mut(&mut self) -> impl Iterator<Item = (f32, f32, &mut Colour)> {
        let places = (0..HEIGHT).flat_map(|y| (0..WIDTH).map(move |x| (f32::from(x), f32::from(y))));
        places.zip(&mut self.0).map(|((x, y), colour)| (x, y, colour))
    }

    /// The colour between pixels; edges go on.
    pub(crate) fn sample(&self, x: f32, y: f32) -> Colour {
        sample(&self.0, usize::from(WIDTH), usize::from(HEIGHT), x, y)
    }

    /// A lamp that brightens and dims, more on one side.
    pub(crate) fn light(&mut self, sway: &Sway) {
        for (x, _, colour) in self.pixels_mut() {
            let gain = sway.gain + sway.slope * (x / f32::from(WIDTH) - 0.5);
            *colour = colour.map(|value| value * gain);
        }
    }

    pub(crate) fn noise(&mut self, rng: &mut dyn Rng) {
        // Marsaglia's xorshift: a frame takes a million numbers, and nothing secret hangs on them.
        let mut state = u64::from_le_bytes(rng::bytes(rng)) | 1;
        for value in self.0.iter_mut().flatten() {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let [one, other, ..] = state.to_le_bytes();
            // The sum of two even spreads is a triangle; its deviation is 104 of 255.
            let triangle = (f32::from(one) + f32::from(other) - 255.0) / 104.0;
            *value += triangle * NOISE;
        }
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().flatten().map(|value| byte(*value)).collect()
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
fn byte(value: f32) -> u8 {
    value.round().clamp(0.0, 255.0) as u8
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "clamped to the picture"
)]
pub(crate) fn sample(pixels: &[Colour], width: usize, height: usize, x: f32, y: f32) -> Colour {
    let (x, y) = (x.clamp(0.0, (width - 1) as f32), y.clamp(0.0, (height - 1) as f32));
    let (left, top) = (x as usize, y as usize);
    let (right, bottom) = ((left + 1).min(width - 1), (top + 1).min(height - 1));
    let (across, down) = (x - left as f32, y - top as f32);
    let at = |x: usize, y: usize| pixels.get(y * width + x).copied().unwrap_or_default();
    mix(
        mix(at(left, top), at(right, top), across),
        mix(at(left, bottom), at(right, bottom), across),
        down,
    )
}

/// `share` of `other`, the rest of `one`.
pub(crate) fn mix(one: Colour, other: Colour, share: f32) -> Colour {
    let mut mixed = one;
    for (value, other) in mixed.iter_mut().zip(other) {
        *value += (other - *value) * share;
    }
    mixed
}

/// 0 below `low`, 1 above `high`, smooth between.
pub(crate) fn smooth(low: f32, high: f32, value: f32) -> f32 {
    let share = ((value - low) / (high - low)).clamp(0.0, 1.0);
    share * share * (3.0 - 2.0 * share)
}
