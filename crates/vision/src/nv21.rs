//! NV21, what embedded cameras hand out: a plane of luma, then V and U in turn for each two by two pixels.

use zeroize::Zeroizing;

use crate::decode::judge;
use crate::picture::{Limits, Picture, PictureError};

/// Converts after ITU-R BT.601 with full range, as cameras write it.
///
/// # Errors
/// `WrongLength` when `bytes` is not exactly one frame of this size; `TooLarge` and `TooSmall` by `limits`.
pub(crate) fn from_nv21(width: u32, height: u32, bytes: &[u8], limits: Limits) -> Result<Picture, PictureError> {
    let (width, height) = judge(width as usize, height as usize, limits)?;
    let (columns, rows) = (width as usize, height as usize);
    // An odd last column or row has a pair of its own.
    let pair_bytes = columns.div_ceil(2) * 2;
    if bytes.len() != columns * rows + pair_bytes * rows.div_ceil(2) {
        return Err(PictureError::WrongLength);
    }
    let (luma, chroma) = bytes.split_at_checked(columns * rows).ok_or(PictureError::WrongLength)?;
    let mut rgb = Zeroizing::new(Vec::with_capacity(columns * rows * 3));
    for (y, row) in luma.chunks_exact(columns).enumerate() {
        let pairs = chroma.chunks_exact(pair_bytes).nth(y / 2).unwrap_or_default();
        for (lumas, pair) in row.chunks(2).zip(pairs.chunks_exact(2)) {
            for luma in lumas {
                rgb.extend_from_slice(&color(*luma, pair));
            }
        }
    }
    Picture::from_rgb(width, height, rgb).ok_or(PictureError::WrongLength)
}

/// In 65,536ths, rounded.
fn color(luma: u8, pair: &[u8]) -> [u8; 3] {
    let &[v, u] = pair else { return [luma; 3] };
    let (y, u, v) = (i32::from(luma) << 16, i32::from(u) - 128, i32::from(v) - 128);
    let byte = |value: i32| u8::try_from(((value + 32_768) >> 16).clamp(0, 255)).unwrap_or(u8::MAX);
    [byte(y + 91_881 * v), byte(y - 22_554 * u - 46_802 * v), byte(y + 116_130 * u)]
}
