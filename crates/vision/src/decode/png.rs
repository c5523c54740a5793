//! PNG: every colour type and depth, one picture, not a moving one.

use std::io::Cursor;

use image::codecs::png::PngDecoder;
use image::{ColorType, ImageDecoder as _, ImageError};
use zeroize::Zeroizing;

use super::judge;
use super::upright::{orientation, upright};
use crate::picture::{Limits, Picture, PictureError};

/// Room for a profile and notes, also in a small picture.
const NOTES_BYTES: u64 = 512 << 10;

pub(super) fn decode(bytes: &[u8], limits: Limits) -> Result<Picture, PictureError> {
    // Given before the header is read: the profile that stands behind it may be a few kB that inflate to gigabytes.
    let mut bounds = image::Limits::default();
    bounds.max_image_width = Some(limits.side);
    bounds.max_image_height = Some(limits.side);
    bounds.max_alloc = Some(limits.pixels.saturating_mul(8).saturating_add(NOTES_BYTES));
    let mut decoder = PngDecoder::with_limits(Cursor::new(bytes), bounds).map_err(|error| refused(&error))?;
    let (width, height) = decoder.dimensions();
    let (width, height) = judge(width as usize, height as usize, limits)?;
    if decoder.is_apng().map_err(|error| refused(&error))? {
        return Err(PictureError::Moving);
    }
    let turned = orientation(decoder.exif_metadata().map_err(|error| refused(&error))?.as_deref());
    let color = decoder.color_type();
    let mut data = Zeroizing::new(vec![0; width as usize * height as usize * usize::from(color.bytes_per_pixel())]);
    decoder.read_image(&mut data).map_err(|error| refused(&error))?;
    let rgb = to_rgb(color, &data).ok_or(PictureError::Damaged)?;
    drop(data);
    upright(width, height, rgb, turned).ok_or(PictureError::Damaged)
}

/// Three bytes a pixel. Transparency is not looked at: what lies behind it is the picture.
fn to_rgb(color: ColorType, data: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let channels = usize::from(color.channel_count());
    let step = usize::from(color.bytes_per_pixel());
    let wide = step == channels * 2;
    let mut rgb = Zeroizing::new(Vec::with_capacity(data.len() / step * 3));
    for pixel in data.chunks_exact(step) {
        let value = |channel: usize| {
            if wide {
                pixel
                    .get(channel * 2..)?
                    .first_chunk()
                    .map(|bytes| narrow(u16::from_ne_bytes(*bytes)))
            } else {
                pixel.get(channel).copied()
            }
        };
        let first = value(0)?;
        if channels < 3 {
            rgb.extend_from_slice(&[first; 3]);
        } else {
            rgb.extend_from_slice(&[first, value(1)?, value(2)?]);
        }
    }
    Some(rgb)
}

/// 16 bits to 8, rounded: 65,535 is 255 × 257.
fn narrow(value: u16) -> u8 {
    u8::try_from((u32::from(value) + 128) / 257).unwrap_or(u8::MAX)
}

fn refused(error: &ImageError) -> PictureError {
    #[expect(clippy::wildcard_enum_match_arm, reason = "whatever else the library reports is damage")]
    match error {
        ImageError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => PictureError::Truncated,
        ImageError::Limits(_) => PictureError::TooLarge,
        ImageError::Decoding(error) if error.to_string().contains("unexpected end") => PictureError::Truncated,
        _ => PictureError::Damaged,
    }
}
