//! 68 points on a face, in two passes: the first on the detector's box, the second on the box of the first points, widened.

use zeroize::Zeroizing;

use crate::engine::{Model, RunError};
use crate::pack::LandmarkInput;
use crate::resample::resample;
use crate::{Area, Landmarks, Picture};

const POINTS: usize = 68;

pub(crate) fn landmarks(model: &mut Model, input: &LandmarkInput, picture: &Picture, face: Area) -> Result<Landmarks, RunError> {
    let first = pass(model, input, picture, face)?.bounds();
    let (width, height) = (first.width(), first.height());
    let second = Area {
        left: first.left - width * input.side,
        top: first.top - height * input.above,
        right: first.right + width * input.side,
        bottom: first.bottom + height * input.below,
    };
    if width < 1.0 || height < 1.0 {
        return Err(RunError::NoSpread);
    }
    pass(model, input, picture, second)
}

pub(crate) fn pass(model: &mut Model, input: &LandmarkInput, picture: &Picture, crop: Area) -> Result<Landmarks, RunError> {
    let size = usize::from(input.size);
    let rgb = resample(picture, crop, size, size);
    let grey = rgb.chunks_exact(3).map(|pixel| match pixel {
        // ITU-R BT.601, as the weights were trained with.
        &[red, green, blue] => (0.299 * red + 0.587 * green + 0.114 * blue) / input.scale,
        _ => 0.0,
    });
    let data: Zeroizing<Vec<f32>> = Zeroizing::new(grey.collect());
    let [output] = model.run::<1>([1, 1, size, size], &data)?;
    if output.len() != POINTS * 2 {
        return Err(RunError::Form("landmark"));
    }
    let mut points = Zeroizing::new(Vec::with_capacity(POINTS));
    for point in output.chunks_exact(2) {
        if let &[x, y] = point {
            points.push([crop.left + x * crop.width(), crop.top + y * crop.height()]);
        }
    }
    Ok(Landmarks(points))
}
