//! A face upright and at a fixed size: the similarity that brings five points nearest to a template (Umeyama 1991; in two
//! dimensions a closed form without a decomposition).

use zeroize::Zeroizing;

use crate::Picture;

/// Template of `ArcFace` for 112 × 112: eyes, nose, corners of the mouth.
pub(crate) const TEMPLATE: [[f32; 2]; 5] = [
    [38.2946, 51.6963],
    [73.5318, 51.5014],
    [56.0252, 71.7366],
    [41.5493, 92.3655],
    [70.7299, 92.2041],
];

/// Most samples per side of one result pixel. Sixteen of each serve faces 1,800 pixels wide.
const SAMPLES_MAX: usize = 16;

/// A map from aligned to picture coordinates: turn, scale, shift.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Similarity {
    a: f32,
    b: f32,
    x: f32,
    y: f32,
}

impl Similarity {
    /// The least-squares similarity that takes `from` to `to`; `None` when the points have no spread.
    pub(crate) fn between(from: &[[f32; 2]; 5], to: &[[f32; 2]; 5]) -> Option<Self> {
        let centre = |points: &[[f32; 2]; 5]| {
            points
                .iter()
                .fold([0.0, 0.0], |[x, y], point| [x + point[0] / 5.0, y + point[1] / 5.0])
        };
        let ([from_x, from_y], [to_x, to_y]) = (centre(from), centre(to));
        let (mut along, mut across, mut spread) = (0.0, 0.0, 0.0);
        for ([fx, fy], [tx, ty]) in from.iter().zip(to) {
            let (fx, fy, tx, ty) = (fx - from_x, fy - from_y, tx - to_x, ty - to_y);
            along += fx * tx + fy * ty;
            across += fx * ty - fy * tx;
            spread += fx * fx + fy * fy;
        }
        if spread.is_nan() || spread < 1e-3 {
            return None;
        }
        let (a, b) = (along / spread, across / spread);
        Some(Self {
            a,
            b,
            x: to_x - a * from_x + b * from_y,
            y: to_y - b * from_x - a * from_y,
        })
    }

    pub(crate) fn apply(&self, x: f32, y: f32) -> (f32, f32) {
        (self.a * x - self.b * y + self.x, self.b * x + self.a * y + self.y)
    }

    fn scale(&self) -> f32 {
        self.a.hypot(self.b)
    }
}

/// `size` × `size` RGB values from 0 to 255 of `picture` as `map` sees it; black outside. Where the picture shrinks by more than
/// two, each result is the mean of several samples, so that fine detail does not turn into false detail.
pub(crate) fn warp(picture: &Picture, map: &Similarity, size: usize) -> Zeroizing<Vec<f32>> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
    let samples = if map.scale() > 2.0 {
        (map.scale().ceil() as usize).clamp(1, SAMPLES_MAX)
    } else {
        1
    };
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    let offsets: Vec<f32> = (0..samples).map(|at| (at as f32 + 0.5) / samples as f32 - 0.5).collect();
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    let share = 1.0 / (samples * samples) as f32;
    let mut out = Zeroizing::new(vec![0.0f32; size * size * 3]);
    for (at, pixel) in out.chunks_exact_mut(3).enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "small numbers")]
        let (x, y) = ((at % size) as f32, (at / size) as f32);
        for dy in &offsets {
            for dx in &offsets {
                let (from_x, from_y) = map.apply(x + dx, y + dy);
                for (sum, value) in pixel.iter_mut().zip(bilinear(picture, from_x, from_y)) {
                    *sum += value * share;
                }
            }
        }
    }
    out
}

#[expect(clippy::cast_possible_truncation, reason = "saturates; far outside there is only black")]
fn bilinear(picture: &Picture, x: f32, y: f32) -> [f32; 3] {
    let (left, top) = (x.floor(), y.floor());
    let (right_share, bottom_share) = (x - left, y - top);
    let (column, row) = (left as i64, top as i64);
    let corners = [
        (0, 0, (1.0 - right_share) * (1.0 - bottom_share)),
        (1, 0, right_share * (1.0 - bottom_share)),
        (0, 1, (1.0 - right_share) * bottom_share),
        (1, 1, right_share * bottom_share),
    ];
    let mut sum = [0.0; 3];
    for (dx, dy, share) in corners {
        if let Some(pixel) = picture.pixel(column.saturating_add(dx), row.saturating_add(dy)) {
            for (sum, value) in sum.iter_mut().zip(pixel) {
                *sum += value * share;
            }
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_turn_scale_and_shift_is_found_again() {
        let (turn, scale, shift) = (0.4f32, 3.5f32, [120.0f32, -40.0f32]);
        let moved = TEMPLATE.map(|[x, y]| {
            [
                scale * (turn.cos() * x - turn.sin() * y) + shift[0],
                scale * (turn.sin() * x + turn.cos() * y) + shift[1],
            ]
        });
        let map = Similarity::between(&TEMPLATE, &moved).unwrap();
        for ([x, y], [tx, ty]) in TEMPLATE.iter().zip(moved) {
            let (ax, ay) = map.apply(*x, *y);
            assert!((ax - tx).abs() < 1e-2 && (ay - ty).abs() < 1e-2);
        }
        assert!((map.scale() - scale).abs() < 1e-3);
        assert!(Similarity::between(&[[5.0, 5.0]; 5], &TEMPLATE).is_none());
        assert!(Similarity::between(&[[f32::NAN, 5.0]; 5], &TEMPLATE).is_none());
    }
}
