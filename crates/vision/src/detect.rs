//! Faces in a picture. The picture is letterboxed: a stretched face is found less often and boxed wrongly.

use zeroize::Zeroizing;

use crate::engine::{Model, RunError, planes};
use crate::pack::DetectInput;
use crate::resample::resample;
use crate::{Area, Face, Picture};

/// Where the picture lies inside the detector's input.
struct Letterbox {
    scale: f32,
    left: usize,
    top: usize,
    width: usize,
    height: usize,
}

impl Letterbox {
    #[expect(clippy::cast_precision_loss, reason = "sides of pictures are far below 2^23")]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most the detector's size")]
    fn new(picture: &Picture, input: &DetectInput) -> Self {
        let (width, height) = (picture.width() as f32, picture.height() as f32);
        let scale = (f32::from(input.width) / width).min(f32::from(input.height) / height);
        let fit = |side: f32, most: u16| ((side * scale).round() as usize).clamp(1, usize::from(most));
        let (width, height) = (fit(width, input.width), fit(height, input.height));
        Self {
            scale,
            left: (usize::from(input.width) - width) / 2,
            top: (usize::from(input.height) - height) / 2,
            width,
            height,
        }
    }
}

/// Faces with a score above the pack's, largest first, each once.
pub(crate) fn detect(model: &mut Model, input: &DetectInput, picture: &Picture) -> Result<Vec<Face>, RunError> {
    let letterbox = Letterbox::new(picture, input);
    let data = prepare(picture, input, &letterbox);
    let shape = [1, 3, usize::from(input.height), usize::from(input.width)];
    let [scores, boxes] = model.run::<2>(shape, &data)?;
    if scores.len() / 2 != boxes.len() / 4 {
        return Err(RunError::Form("detect"));
    }
    let candidates = scores.chunks_exact(2).zip(boxes.chunks_exact(4)).filter_map(|(score, corners)| {
        let (&[_, score], &[left, top, right, bottom]) = (score, corners) else {
            return None;
        };
        let area = Area {
            left: across(left, f32::from(input.width), letterbox.left, letterbox.scale),
            top: across(top, f32::from(input.height), letterbox.top, letterbox.scale),
            right: across(right, f32::from(input.width), letterbox.left, letterbox.scale),
            bottom: across(bottom, f32::from(input.height), letterbox.top, letterbox.scale),
        };
        // A box of no size would divide by nothing later on.
        (score > input.score && area.width() >= 2.0 && area.height() >= 2.0).then_some(Face { area, score })
    });
    Ok(once_each(candidates.collect(), input.overlap))
}

#[expect(clippy::cast_precision_loss, reason = "sides of pictures are far below 2^23")]
fn across(fraction: f32, size: f32, offset: usize, scale: f32) -> f32 {
    (fraction * size - offset as f32) / scale
}

#[expect(clippy::cast_precision_loss, reason = "sides of pictures are far below 2^23")]
fn prepare(picture: &Picture, input: &DetectInput, at: &Letterbox) -> Zeroizing<Vec<f32>> {
    let whole = Area {
        left: 0.0,
        top: 0.0,
        right: picture.width() as f32,
        bottom: picture.height() as f32,
    };
    let small = resample(picture, whole, at.width, at.height);
    let (width, height) = (usize::from(input.width), usize::from(input.height));
    let mut canvas = Zeroizing::new(vec![f32::from(input.pad); width * height * 3]);
    for (row, out) in small
        .chunks_exact(at.width * 3)
        .zip(canvas.chunks_exact_mut(width * 3).skip(at.top))
    {
        if let Some(out) = out.get_mut(at.left * 3..(at.left + at.width) * 3) {
            out.copy_from_slice(row);
        }
    }
    planes(&canvas, [0, 1, 2], |value| (value - input.mean) / input.scale)
}

/// Non-maximum suppression: of boxes that overlap by more than `overlap`, the surest stays.
fn once_each(mut candidates: Vec<Face>, overlap: f32) -> Vec<Face> {
    candidates.sort_by(|one, other| other.score.total_cmp(&one.score));
    let mut kept: Vec<Face> = Vec::new();
    for face in candidates {
        if kept.iter().all(|other| other.area.overlap(&face.area) <= overlap) {
            kept.push(face);
        }
    }
    kept.sort_by(|one, other| other.area.width().total_cmp(&one.area.width()));
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlapping_boxes_are_one_face_and_the_surest_stays() {
        let face = |left: f32, score| Face {
            area: Area {
                left,
                top: 0.0,
                right: left + 10.0,
                bottom: 10.0,
            },
            score,
        };
        let kept = once_each(vec![face(0.0, 0.7), face(1.0, 0.9), face(50.0, 0.8)], 0.4);
        assert_eq!(kept.len(), 2);
        assert!(kept.contains(&face(1.0, 0.9)) && kept.contains(&face(50.0, 0.8)));
    }
}
