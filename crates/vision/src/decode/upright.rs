//! Turning a picture the way up that its Exif note states: cameras held sideways write the pixels as the sensor lies.

use image::metadata::Orientation;
use zeroize::Zeroizing;

use crate::picture::Picture;

/// What the Exif block says of the way up; without a sound note, as the pixels lie.
pub(super) fn orientation(exif: Option<&[u8]>) -> Orientation {
    exif.and_then(Orientation::from_exif_chunk).unwrap_or(Orientation::NoTransforms)
}

/// The picture the right way up. The pixels as they lay are zeroed.
pub(super) fn upright(width: u32, height: u32, rgb: Zeroizing<Vec<u8>>, turned: Orientation) -> Option<Picture> {
    if turned == Orientation::NoTransforms {
        return Picture::from_rgb(width, height, rgb);
    }
    let (right, bottom) = (width.checked_sub(1)?, height.checked_sub(1)?);
    // From where the pixel at (x, y) of the upright picture is taken.
    let source = |x: u32, y: u32| match turned {
        Orientation::NoTransforms => (x, y),
        Orientation::FlipHorizontal => (right - x, y),
        Orientation::Rotate180 => (right - x, bottom - y),
        Orientation::FlipVertical => (x, bottom - y),
        Orientation::Rotate90FlipH => (y, x),
        Orientation::Rotate90 => (y, bottom - x),
        Orientation::Rotate270FlipH => (right - y, bottom - x),
        Orientation::Rotate270 => (right - y, x),
    };
    let lies = matches!(
        turned,
        Orientation::Rotate90FlipH | Orientation::Rotate90 | Orientation::Rotate270FlipH | Orientation::Rotate270
    );
    let (columns, rows) = if lies { (height, width) } else { (width, height) };
    let mut upright = Zeroizing::new(Vec::with_capacity(rgb.len()));
    for y in 0..rows {
        for x in 0..columns {
            let (from_x, from_y) = source(x, y);
            let at = (from_y as usize * width as usize + from_x as usize) * 3;
            upright.extend_from_slice(rgb.get(at..at + 3)?);
        }
    }
    Picture::from_rgb(columns, rows, upright)
}
