//! Whether a face is shown well enough to be measured. Nothing here says anything about the person.

use crate::picture::luma;
use crate::{Landmarks, Picture};

/// How well a face is shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quality {
    /// Pixels between the eyes.
    pub eyes_px: f32,
    /// Degrees, positive when the head is turned to the person's own left. An estimate from five points, good to about ten degrees.
    pub yaw: f32,
    /// Degrees, positive when the head looks down. As rough as `yaw`.
    pub pitch: f32,
    /// Degrees by which the eyes are tilted, positive clockwise in the picture.
    pub roll: f32,
    /// Variance of the Laplacian of the aligned face's luma, 0 and up; below about ten a face is blurred.
    pub sharpness: f32,
    /// Mean luma of the aligned face, 0 to 255.
    pub exposure: f32,
}

/// How far the tip of the nose stands out before the plane of eyes and mouth, in distances between the eyes.
const NOSE: f32 = 0.52;
/// Where the tip of the nose lies between eyes (0) and mouth (1) on a face looking straight ahead.
const NOSE_HEIGHT: f32 = 0.50;

/// Measures the face with these `landmarks`; `aligned` is its aligned crop of `size` × `size`, RGB 0 to 255.
pub(crate) fn quality(landmarks: &Landmarks, aligned: &[f32], size: usize) -> Quality {
    let [left, right, nose, mouth_left, mouth_right] = landmarks.five();
    let eyes = middle(left, right);
    let mouth = middle(mouth_left, mouth_right);
    let eyes_px = landmarks.eyes_px().max(1e-3);
    let (along_x, along_y) = ((right[0] - left[0]) / eyes_px, (right[1] - left[1]) / eyes_px);
    let centre = middle(eyes, mouth);
    // The nose in the face's own axes: x along the eyes, y at right angles to them.
    let sideways = ((nose[0] - centre[0]) * along_x + (nose[1] - centre[1]) * along_y) / eyes_px;
    let down = |point: [f32; 2]| (point[1] - eyes[1]) * along_x - (point[0] - eyes[0]) * along_y;
    let face_height = down(mouth).max(1e-3);
    let lowered = (down(nose) / face_height - NOSE_HEIGHT) * face_height / eyes_px;
    let luma = luma_plane(aligned);
    Quality {
        eyes_px,
        yaw: (sideways / NOSE).atan().to_degrees(),
        pitch: (lowered / NOSE).atan().to_degrees(),
        roll: along_y.atan2(along_x).to_degrees(),
        sharpness: sharpness(&luma, size),
        exposure: mean(&luma),
    }
}

fn middle(one: [f32; 2], other: [f32; 2]) -> [f32; 2] {
    [f32::midpoint(one[0], other[0]), f32::midpoint(one[1], other[1])]
}

fn luma_plane(aligned: &[f32]) -> zeroize::Zeroizing<Vec<f32>> {
    let luma = aligned.chunks_exact(3).map(|pixel| match pixel {
        &[red, green, blue] => 0.299 * red + 0.587 * green + 0.114 * blue,
        _ => 0.0,
    });
    zeroize::Zeroizing::new(luma.collect())
}

#[expect(clippy::cast_precision_loss, reason = "a crop has few pixels")]
fn mean(values: &[f32]) -> f32 {
    values.iter().sum::<f32>() / values.len().max(1) as f32
}

fn sharpness(luma: &[f32], size: usize) -> f32 {
    let rows: Vec<&[f32]> = luma.chunks_exact(size.max(1)).collect();
    let mut edges = Vec::with_capacity(luma.len());
    for rows in rows.windows(3) {
        let &[above, here, below] = rows else { continue };
        let inner = above.iter().skip(1).zip(below.iter().skip(1)).zip(here.windows(3));
        for ((above, below), here) in inner {
            if let &[left, centre, right] = here {
                edges.push(above + below + left + right - 4.0 * centre);
            }
        }
    }
    let mean_edge = mean(&edges);
    let squares: Vec<f32> = edges.iter().map(|edge| (edge - mean_edge).powi(2)).collect();
    mean(&squares)
}

impl Picture {
    /// Mean luma of the whole picture, 0 to 255: a covered or dark camera is told apart from an empty place.
    pub fn exposure(&self) -> f32 {
        let rows = (0..self.height() as usize).step_by(8);
        let values: Vec<f32> = rows
            .flat_map(|y| self.row(y).chunks_exact(3).step_by(8).map(luma).collect::<Vec<_>>())
            .collect();
        mean(&values)
    }
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;

    /// 68 points of which only those that alignment uses are set.
    fn face(eyes: [[f32; 2]; 2], nose: [f32; 2], mouth: [[f32; 2]; 2]) -> Landmarks {
        let mut points = vec![[0.0; 2]; 68];
        for (at, point) in [(30, nose)]
            .into_iter()
            .chain([37, 38, 40, 41].map(|at| (at, eyes[0])))
            .chain([43, 44, 46, 47].map(|at| (at, eyes[1])))
            .chain([48, 60].map(|at| (at, mouth[0])))
            .chain([54, 64].map(|at| (at, mouth[1])))
        {
            points[at] = point;
        }
        Landmarks(Zeroizing::new(points))
    }

    #[test]
    fn a_straight_face_has_no_angles_and_a_turned_nose_has() {
        let flat = vec![100.0; 112 * 112 * 3];
        let straight = quality(
            &face([[40.0, 50.0], [80.0, 50.0]], [60.0, 70.0], [[45.0, 90.0], [75.0, 90.0]]),
            &flat,
            112,
        );
        assert!(
            straight.yaw.abs() < 1.0 && straight.pitch.abs() < 1.0 && straight.roll.abs() < 1.0,
            "{straight:?}"
        );
        assert!((straight.eyes_px - 40.0).abs() < 1e-3 && straight.sharpness < 1e-3 && (straight.exposure - 100.0).abs() < 0.1);
        let turned = quality(
            &face([[40.0, 50.0], [80.0, 50.0]], [72.0, 70.0], [[45.0, 90.0], [75.0, 90.0]]),
            &flat,
            112,
        );
        assert!(turned.yaw > 25.0 && turned.yaw < 40.0, "{turned:?}");
        let tilted = quality(
            &face([[40.0, 50.0], [80.0, 60.0]], [56.0, 74.0], [[40.0, 90.0], [70.0, 98.0]]),
            &flat,
            112,
        );
        assert!((tilted.roll - 14.0).abs() < 1.0, "{tilted:?}");
    }

    #[test]
    fn a_checkerboard_is_sharp() {
        let board: Vec<f32> = (0..112 * 112)
            .flat_map(|at| [if (at / 112 + at % 112) % 2 == 0 { 50.0 } else { 150.0 }; 3])
            .collect();
        let straight = face([[40.0, 50.0], [80.0, 50.0]], [60.0, 70.0], [[45.0, 90.0], [75.0, 90.0]]);
        assert!(quality(&straight, &board, 112).sharpness > 1000.0);
    }
}
