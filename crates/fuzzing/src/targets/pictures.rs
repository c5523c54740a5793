//! Pictures out of files and cameras.

use countenance_vision::{Limits, Picture, PictureError};

use crate::Verdict;

/// Small, so that thousands are decoded in seconds; the limits themselves are under test in `vision`.
const LIMITS: Limits = Limits {
    bytes: 64 << 10,
    side: 256,
    pixels: 16_384,
};

pub(super) fn picture(bytes: &[u8]) -> Verdict {
    judged(Picture::decode(bytes, LIMITS))
}

/// Width and height in a byte each, then the frame.
pub(super) fn nv21(bytes: &[u8]) -> Verdict {
    let Some((&[width, height], frame)) = bytes.split_first_chunk::<2>() else {
        return Verdict::Refused;
    };
    let (columns, rows) = (usize::from(width), usize::from(height));
    let length = columns * rows + columns.div_ceil(2) * rows.div_ceil(2) * 2;
    let read = Picture::from_nv21(u32::from(width), u32::from(height), frame, LIMITS);
    assert!(read.is_err() || frame.len() == length, "a frame of another length was read");
    assert!(
        !matches!(read, Err(PictureError::WrongLength)) || frame.len() != length,
        "a whole frame was refused"
    );
    judged(read)
}

fn judged(read: Result<Picture, PictureError>) -> Verdict {
    match read {
        Ok(picture) => {
            let (width, height) = (picture.width(), picture.height());
            assert!(width.min(height) >= 32 && width.max(height) <= LIMITS.side);
            assert!(u64::from(width) * u64::from(height) <= LIMITS.pixels);
            Verdict::Accepted
        }
        Err(error) => {
            assert!(error.code().starts_with("picture."));
            Verdict::Refused
        }
    }
}
