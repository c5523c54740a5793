//! JPEG: baseline and progressive, grey or in three colours, 8 bits.

use zeroize::Zeroizing;
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::jpeg_parts::{SCANS_MAX, judge_parts};
use super::judge;
use super::upright::{orientation, upright};
use crate::picture::{Limits, Picture, PictureError};

pub(super) fn decode(bytes: &[u8], limits: Limits) -> Result<Picture, PictureError> {
    // The decoder fills what is missing with grey, so that half a face would pass for a face: the end marker is asked for first.
    // Some cameras pad frames with zeros behind it.
    let unpadded = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    let whole = bytes.get(..unpadded).is_some_and(|content| content.ends_with(&[0xff, 0xd9]));
    let damaged = if whole { PictureError::Damaged } else { PictureError::Truncated };
    judge_parts(bytes)?;
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options());
    decoder.decode_headers().map_err(|_| damaged)?;
    let info = decoder.info().ok_or(damaged)?;
    let (width, height) = judge(usize::from(info.width), usize::from(info.height), limits)?;
    if !whole {
        return Err(PictureError::Truncated);
    }
    let mut rgb = Zeroizing::new(vec![0; width as usize * height as usize * 3]);
    decoder.decode_into(&mut rgb).map_err(|_| damaged)?;
    let turned = orientation(decoder.exif().map(Vec::as_slice));
    upright(width, height, rgb, turned).ok_or(PictureError::Damaged)
}

fn options() -> DecoderOptions {
    // Strict mode refuses damaged entropy data too, instead of going on with what it has.
    // The decoder's own side limit would answer first, with an error that cannot be told from damage.
    DecoderOptions::new_safe()
        .set_strict_mode(true)
        .jpeg_set_out_colorspace(ColorSpace::RGB)
        .jpeg_set_max_scans(SCANS_MAX)
        .set_max_width(usize::from(u16::MAX))
        .set_max_height(usize::from(u16::MAX))
}
