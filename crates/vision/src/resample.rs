//! Part of a picture at another size, low-passed when it shrinks: a triangle filter as wide as the step between two results.

use zeroize::Zeroizing;

use crate::{Area, Picture};

/// Which source pixels make one result, and how much each counts.
struct Taps {
    first: usize,
    /// Zeroed: they tell where in the frame a face was, and how large.
    weights: Zeroizing<Vec<f32>>,
}

/// `area` of `picture` as `width` × `height` RGB values from 0 to 255, row by row. Outside the picture its edge goes on.
///
/// Rows are mixed first, whole and side by side, which the compiler makes vector instructions of; then columns.
pub(crate) fn resample(picture: &Picture, area: Area, width: usize, height: usize) -> Zeroizing<Vec<f32>> {
    let columns = taps(area.left, area.width(), width, picture.width() as usize);
    let rows = taps(area.top, area.height(), height, picture.height() as usize);
    let first = columns.iter().map(|taps| taps.first).min().unwrap_or(0);
    let last = columns.iter().map(|taps| taps.first + taps.weights.len()).max().unwrap_or(0);
    let mut mixed = Zeroizing::new(vec![0.0f32; last.saturating_sub(first) * 3]);
    let mut result = Zeroizing::new(vec![0.0f32; height * width * 3]);
    for (taps, out) in rows.iter().zip(result.chunks_exact_mut((width * 3).max(1))) {
        mix_rows(picture, taps, first * 3, &mut mixed);
        for (taps, out) in columns.iter().zip(out.as_chunks_mut::<3>().0) {
            *out = mix_pixels(taps, first, &mixed);
        }
    }
    result
}

/// The weighted sum of some rows, from value `begin` of each on.
fn mix_rows(picture: &Picture, taps: &Taps, begin: usize, mixed: &mut [f32]) {
    mixed.fill(0.0);
    for (y, weight) in (taps.first..).zip(taps.weights.iter()) {
        let row = picture.row(y).get(begin..).unwrap_or_default();
        for (sum, value) in mixed.iter_mut().zip(row) {
            *sum += f32::from(*value) * weight;
        }
    }
}

/// The weighted sum of some pixels of a mixed row, which begins at pixel `first`.
fn mix_pixels(taps: &Taps, first: usize, mixed: &[f32]) -> [f32; 3] {
    let from = mixed.get((taps.first - first) * 3..).unwrap_or_default();
    let mut sum = [0.0f32; 3];
    for (pixel, weight) in from.as_chunks::<3>().0.iter().zip(taps.weights.iter()) {
        for (sum, value) in sum.iter_mut().zip(pixel) {
            *sum += value * weight;
        }
    }
    sum
}

#[expect(clippy::cast_precision_loss, reason = "sides of pictures are far below 2^23")]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the picture first")]
fn taps(start: f32, length: f32, results: usize, size: usize) -> Vec<Taps> {
    let step = length / results.max(1) as f32;
    let reach = step.max(1.0);
    let last = size.saturating_sub(1) as f32;
    (0..results)
        .map(|at| {
            let centre = start + (at as f32 + 0.5) * step - 0.5;
            // Far outside, every tap would fall on the edge pixel: the centre is moved to where that is already so.
            let centre = centre.clamp(-reach, last + reach);
            let (low, high) = ((centre - reach).ceil(), (centre + reach).floor());
            let first = low.clamp(0.0, last) as usize;
            let end = high.clamp(0.0, last) as usize + 1;
            let mut weights = Zeroizing::new(vec![0.0f32; end - first]);
            let mut tap = low;
            while tap <= high {
                let weight = (1.0 - ((tap - centre) / reach).abs()).max(0.0);
                if let Some(slot) = weights.get_mut(tap.clamp(0.0, last) as usize - first) {
                    *slot += weight;
                }
                tap += 1.0;
            }
            let sum: f32 = weights.iter().sum();
            if sum > 0.0 {
                for weight in weights.iter_mut() {
                    *weight /= sum;
                }
            }
            Taps { first, weights }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stripes(width: u32) -> Picture {
        let rgb = (0..width * width).flat_map(|at| [if at % 2 == 0 { 0 } else { 200 }; 3]).collect();
        Picture::from_rgb(width, width, Zeroizing::new(rgb)).unwrap()
    }

    #[test]
    fn the_same_size_is_the_same_picture() {
        let picture = stripes(40);
        let out = resample(
            &picture,
            Area {
                left: 0.0,
                top: 0.0,
                right: 40.0,
                bottom: 40.0,
            },
            40,
            40,
        );
        for (x, pixel) in out.chunks_exact(3).take(40).enumerate() {
            assert!((pixel[0] - if x % 2 == 0 { 0.0 } else { 200.0 }).abs() < 1e-3);
        }
    }

    #[test]
    fn stripes_become_even_when_they_shrink() {
        let out = resample(
            &stripes(64),
            Area {
                left: 0.0,
                top: 0.0,
                right: 64.0,
                bottom: 64.0,
            },
            16,
            16,
        );
        let inner: Vec<f32> = out.chunks_exact(3).skip(16 * 4 + 4).take(8).map(|pixel| pixel[0]).collect();
        assert!(inner.iter().all(|value| (value - 100.0).abs() < 5.0), "{inner:?}");
    }

    #[test]
    fn wholly_outside_the_edge_goes_on() {
        let picture = Picture::grey(40, 40);
        for far in [-1e6, 1e6] {
            let out = resample(
                &picture,
                Area {
                    left: far,
                    top: far,
                    right: far + 50.0,
                    bottom: far + 50.0,
                },
                8,
                8,
            );
            assert!(out.iter().all(|value| (value - 127.0).abs() < 1e-3));
        }
    }
}
