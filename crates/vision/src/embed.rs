//! The embedder: an aligned face to the raw numbers of its embedding.

use zeroize::Zeroizing;

use crate::align::{Similarity, TEMPLATE, warp};
use crate::engine::{Model, RunError, planes};
use crate::pack::EmbedInput;
use crate::{Landmarks, Picture};

/// The aligned face, RGB 0 to 255, row by row.
pub(crate) fn aligned(input: &EmbedInput, picture: &Picture, landmarks: &Landmarks) -> Result<Zeroizing<Vec<f32>>, RunError> {
    let size = usize::from(input.size);
    // The template is stated for 112 pixels.
    let template = TEMPLATE.map(|point| point.map(|value| value * f32::from(input.size) / 112.0));
    let map = Similarity::between(&template, &landmarks.five()).ok_or(RunError::NoSpread)?;
    Ok(warp(picture, &map, size))
}

/// Raw output for one aligned face, not yet of length one.
pub(crate) fn embed(model: &mut Model, input: &EmbedInput, aligned: &[f32]) -> Result<Zeroizing<Vec<f32>>, RunError> {
    let size = usize::from(input.size);
    let data = planes(aligned, [0, 1, 2], |value| (value - input.mean) / input.scale);
    let [output] = model.run::<1>([1, 3, size, size], &data)?;
    Ok(output)
}

/// The mean of the directions of the face and of its mirror image: a twentieth fewer errors, for one more run.
pub(crate) fn embed_both(model: &mut Model, input: &EmbedInput, aligned: &[f32]) -> Result<Zeroizing<Vec<f32>>, RunError> {
    let row_length = usize::from(input.size) * 3;
    let mut mirrored = Zeroizing::new(Vec::with_capacity(aligned.len()));
    for row in aligned.chunks_exact(row_length) {
        row.rchunks_exact(3).for_each(|pixel| mirrored.extend_from_slice(pixel));
    }
    let mut sum = embed(model, input, aligned)?;
    let mirror = embed(model, input, &mirrored)?;
    let (one, other) = (length(&sum), length(&mirror));
    if !(one > 0.0 && other > 0.0) {
        return Err(RunError::Form("embed"));
    }
    for (sum, value) in sum.iter_mut().zip(mirror.iter()) {
        *sum = *sum / one + *value / other;
    }
    Ok(sum)
}

fn length(values: &[f32]) -> f32 {
    values.iter().map(|value| value * value).sum::<f32>().sqrt()
}
