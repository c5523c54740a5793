//! Passive liveness: is this a person, or a print or a screen? One model is a layer, not a wall.

use crate::engine::{Model, RunError, planes};
use crate::pack::LiveInput;
use crate::resample::resample;
use crate::{Area, Picture};

/// Probability that the face is there in person, 0 to 1.
pub(crate) fn live(model: &mut Model, input: &LiveInput, picture: &Picture, face: Area) -> Result<f32, RunError> {
    let size = usize::from(input.size);
    let crop = surroundings(face, input.crop, picture.width(), picture.height());
    // The weights take blue first and bytes unscaled; with red first, or scaled, they call everyone a print.
    let data = planes(&resample(picture, crop, size, size), [2, 1, 0], |value| value);
    let [scores] = model.run::<1>([1, 3, size, size], &data)?;
    softmax(&scores, input.class).ok_or(RunError::Form("live"))
}

/// The face's box `times` as large around the same centre, shrunk until it fits the picture and moved inside.
#[expect(clippy::cast_precision_loss, reason = "sides of pictures are far below 2^23")]
fn surroundings(face: Area, times: f32, width: u32, height: u32) -> Area {
    let (picture_width, picture_height) = (width as f32, height as f32);
    let times = times.min(picture_width / face.width()).min(picture_height / face.height());
    let (width, height) = (face.width() * times, face.height() * times);
    let (x, y) = face.centre();
    let left = (x - width / 2.0).min(picture_width - width).max(0.0);
    let top = (y - height / 2.0).min(picture_height - height).max(0.0);
    Area {
        left,
        top,
        right: left + width,
        bottom: top + height,
    }
}

fn softmax(scores: &[f32], class: usize) -> Option<f32> {
    let most = scores.iter().copied().fold(f32::MIN, f32::max);
    let sum: f32 = scores.iter().map(|score| (score - most).exp()).sum();
    Some((scores.get(class)? - most).exp() / sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_crop_stays_inside_the_picture_and_keeps_its_form() {
        let face = |left: f32, top: f32, size: f32| Area {
            left,
            top,
            right: left + size,
            bottom: top + size * 1.2,
        };
        for face in [
            face(300.0, 200.0, 50.0),
            face(0.0, 0.0, 80.0),
            face(560.0, 380.0, 80.0),
            face(100.0, 10.0, 380.0),
            face(-20.0, -10.0, 90.0),
        ] {
            let crop = surroundings(face, 2.7, 640, 480);
            assert!(
                crop.left >= 0.0 && crop.top >= 0.0 && crop.right <= 640.01 && crop.bottom <= 480.01,
                "{crop:?}"
            );
            assert!((crop.height() / crop.width() - 1.2).abs() < 1e-3);
        }
    }

    #[test]
    fn softmax_is_a_share() {
        assert!((softmax(&[1.0, 1.0, 1.0], 0).unwrap() - 1.0 / 3.0).abs() < 1e-6);
        assert!(softmax(&[900.0, 1.0, 1.0], 0).unwrap() > 0.999);
        assert!(softmax(&[1.0], 1).is_none());
    }
}
