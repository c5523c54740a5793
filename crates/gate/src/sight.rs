//! Which face of a picture is the asker's, and whether its frames are those of a person who is there.
//! Order matters: each step may end the attempt before the next one looks closer.

use crate::policy::Zone;

/// Frames that must pass before anything is measured.
pub const FRAMES_NEEDED: usize = 3;
/// Pixels between the eyes under which the embedder is not trusted.
pub const EYES_PX_MIN: f32 = 24.0;
/// Mean absolute luma difference (0–255) inside the face box under which two frames are one picture shown twice: sensor noise alone gives more.
pub const DIFFERENCE_MIN: f32 = 0.35;
/// Liveness: the median of the frames must reach the pack's threshold and none may fall under half of it.
const LIVE_LOWEST_SHARE: f32 = 0.5;

/// A face as the detector saw it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FaceSeen {
    /// Centre, fractions of the picture's width and height.
    pub x: f32,
    pub y: f32,
    /// Distance estimated from the width of the box, millimetres. Rough (± 30 %), and enough to leave bystanders alone.
    pub rough_mm: u32,
}

/// What was measured on the one face that remained.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Looks {
    /// From the eyes, millimetres.
    pub distance_mm: u32,
    pub eyes_px: f32,
    /// Degrees, positive to the person's left; absolute values count.
    pub yaw: f32,
    pub pitch: f32,
    /// Variance of the Laplacian over the face, 0 and up.
    pub sharpness: f32,
    /// Mean luma of the face, 0–255.
    pub exposure: f32,
}

/// Chooses the one face that asks. Faces outside the zone or clearly beyond the limit are not looked at again.
///
/// # Errors
/// The code to show: none, two, all too far, all outside.
pub fn choose(faces: &[FaceSeen], zone: &Zone, distance_max_mm: u32) -> Result<usize, &'static str> {
    if faces.is_empty() {
        return Err("face.none");
    }
    // The rough estimate may err by a third; who is refused for distance is refused by the eyes, in `look`.
    let near_mm = distance_max_mm.saturating_add(distance_max_mm / 3);
    let inside: Vec<usize> = (0..)
        .zip(faces)
        .filter(|(_, face)| zone.contains(face.x, face.y))
        .map(|(at, _)| at)
        .collect();
    if inside.is_empty() {
        return Err("face.outside_zone");
    }
    let near: Vec<usize> = inside
        .into_iter()
        .filter(|at| faces.get(*at).is_some_and(|face| face.rough_mm <= near_mm))
        .collect();
    match near.as_slice() {
        [] => Err("face.too_far"),
        [one] => Ok(*one),
        _ => Err("face.two"),
    }
}

/// Judges the face that remained.
///
/// # Errors
/// The code to show.
pub fn look(looks: &Looks, distance_max_mm: u32) -> Result<(), &'static str> {
    if looks.distance_mm > distance_max_mm {
        return Err("face.too_far");
    }
    let steady = looks.yaw.abs() <= 35.0 && looks.pitch.abs() <= 30.0;
    let visible = looks.eyes_px >= EYES_PX_MIN && (40.0..=225.0).contains(&looks.exposure) && looks.sharpness >= 8.0;
    if steady && visible { Ok(()) } else { Err("face.poor_quality") }
}

/// Judges the liveness scores of the frames against the pack's threshold.
pub fn is_live(scores: &[f32], threshold: f32) -> bool {
    let mut sorted = scores.to_vec();
    if sorted.iter().any(|score| !score.is_finite()) {
        return false;
    }
    sorted.sort_by(f32::total_cmp);
    let (Some(lowest), Some(median)) = (sorted.first(), sorted.get(sorted.len() / 2)) else {
        return false;
    };
    sorted.len() >= FRAMES_NEEDED && *median >= threshold && *lowest >= threshold * LIVE_LOWEST_SHARE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_asker_is_chosen_and_bystanders_are_left_alone() {
        let face = |x, rough_mm| FaceSeen { x, y: 0.5, rough_mm };
        let table: [(&str, Vec<FaceSeen>, Result<usize, &str>); 7] = [
            ("nobody", vec![], Err("face.none")),
            ("one", vec![face(0.5, 700)], Ok(0)),
            ("a walker-by behind", vec![face(0.7, 4000), face(0.5, 700)], Ok(1)),
            ("a walker-by at the side", vec![face(0.5, 700), face(0.05, 800)], Ok(0)),
            ("two askers", vec![face(0.4, 700), face(0.6, 800)], Err("face.two")),
            ("far", vec![face(0.5, 3000)], Err("face.too_far")),
            ("outside", vec![face(0.05, 700)], Err("face.outside_zone")),
        ];
        for (name, faces, expected) in table {
            assert_eq!(choose(&faces, &Zone::MIDDLE, 1500), expected, "{name}");
        }
    }

    #[test]
    fn liveness_needs_three_frames_a_good_median_and_no_very_bad_one() {
        let table: [(&[f32], bool); 6] = [
            (&[0.99, 0.98, 0.97], true),
            (&[0.99, 0.98, 0.5], true),
            (&[0.99, 0.98, 0.1], false),
            (&[0.99, 0.3, 0.5], false),
            (&[0.99, 0.99], false),
            (&[f32::NAN, 0.99, 0.99], false),
        ];
        for (scores, live) in table {
            assert_eq!(is_live(scores, 0.8), live, "{scores:?}");
        }
    }
}
