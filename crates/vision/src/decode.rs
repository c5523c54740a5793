//! JPEG and PNG to RGB. The header is read first and judged against the limits; the target buffer is ours and zeroes itself.
//!
//! Two formats are enough: kiosks send JPEG, and whoever checks a file can save it as either. Each further decoder would be more code
//! before which strangers' bytes come, so the other formats are told by their first bytes and refused by name.

mod jpeg;
mod jpeg_parts;
mod png;
mod upright;

use crate::picture::{Limits, Picture, PictureError, SIDE_MIN};

pub(crate) fn decode(bytes: &[u8], limits: Limits) -> Result<Picture, PictureError> {
    if bytes.len() > limits.bytes {
        return Err(PictureError::TooLarge);
    }
    if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
        jpeg::decode(bytes, limits)
    } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        png::decode(bytes, limits)
    } else {
        Err(other_format(bytes).map_or(PictureError::UnknownFormat, PictureError::OtherFormat))
    }
}

/// Judges sides before memory is reserved for them.
pub(crate) fn judge(width: usize, height: usize, limits: Limits) -> Result<(u32, u32), PictureError> {
    let side = |side: usize| {
        u32::try_from(side)
            .ok()
            .filter(|side| *side <= limits.side)
            .ok_or(PictureError::TooLarge)
    };
    let (width, height) = (side(width)?, side(height)?);
    if u64::from(width) * u64::from(height) > limits.pixels {
        return Err(PictureError::TooLarge);
    }
    if width < SIDE_MIN || height < SIDE_MIN {
        return Err(PictureError::TooSmall);
    }
    Ok((width, height))
}

/// Formats that people meet and this program does not take, by their first bytes.
fn other_format(bytes: &[u8]) -> Option<&'static str> {
    let at = |from: usize, what: &[u8]| bytes.get(from..).is_some_and(|rest| rest.starts_with(what));
    let table: [(bool, &'static str); 9] = [
        (at(0, b"RIFF") && at(8, b"WEBP"), "WebP"),
        (at(0, b"GIF87a") || at(0, b"GIF89a"), "GIF"),
        (at(4, b"ftypavif") || at(4, b"ftypavis"), "AVIF"),
        (
            [b"ftypheic", b"ftypheix", b"ftyphevc", b"ftypmif1", b"ftypmsf1"]
                .iter()
                .any(|brand| at(4, *brand)),
            "HEIC",
        ),
        (at(0, b"II*\0") || at(0, b"MM\0*"), "TIFF"),
        (at(0, b"BM") && at(6, &[0; 4]), "BMP"),
        (at(0, b"\xff\x0a") || at(0, b"\0\0\0\x0cJXL "), "JPEG XL"),
        (at(0, b"\0\0\0\x0cjP  ") || at(0, b"\xff\x4f\xff\x51"), "JPEG 2000"),
        (at(0, b"<svg") || at(0, b"<?xml"), "SVG"),
    ];
    table.into_iter().find_map(|(is, name)| is.then_some(name))
}
