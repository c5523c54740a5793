//! A picture in memory: decoded within bounds, zeroed when dropped, never printed.

use std::fmt;

use zeroize::Zeroizing;

use crate::Area;
use crate::decode::decode;
use crate::nv21::from_nv21;

/// What is decoded at most. Checked against the header before memory is reserved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Encoded size in bytes.
    pub bytes: usize,
    /// Width and height in pixels, each.
    pub side: u32,
    /// Width × height. Bounds memory, see [`Limits::memory`], and, with `bytes`, time.
    pub pixels: u64,
}

impl Limits {
    /// One frame of a camera.
    pub const FRAME: Self = Self {
        bytes: 2 << 20,
        side: 2_048,
        pixels: 2_500_000,
    };
    /// A file that someone names on the command line.
    pub const FILE: Self = Self {
        bytes: 16 << 20,
        side: 4_096,
        pixels: 9_000_000,
    };

    /// Bytes that decoding holds at most at one moment, beside the encoded bytes themselves. Twelve for each pixel: six of coefficients
    /// and three of samples while a progressive JPEG is read, eight while a 16-bit PNG is, three for the result. The encoded size again
    /// for notes that decoders copy, and a constant for tables and rows.
    pub const fn memory(self) -> u64 {
        self.pixels * 12 + self.bytes as u64 + (1 << 20)
    }
}

/// Why a picture was not decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    #[error("neither JPEG nor PNG")]
    UnknownFormat,
    /// A known format that is not decoded; see `decode` for why.
    #[error("{0} is not decoded, only JPEG and PNG")]
    OtherFormat(&'static str),
    #[error("an animation has no one picture")]
    Moving,
    #[error("a picture in printing inks (CMYK)")]
    PrintColours,
    #[error("a rare kind of JPEG: lossless, arithmetic, hierarchical or not of 8 bits")]
    RareCoding,
    #[error("picture has more parts than a camera writes")]
    TooComplex,
    #[error("camera frame has not the length of its size")]
    WrongLength,
    #[error("picture ends before its data does")]
    Truncated,
    #[error("picture is larger than the limit")]
    TooLarge,
    #[error("picture is smaller than any face")]
    TooSmall,
    #[error("picture data is damaged")]
    Damaged,
}

impl PictureError {
    /// One of each, for whoever has to have words for all of them.
    pub const ALL: [Self; 11] = [
        Self::UnknownFormat,
        Self::OtherFormat("WebP"),
        Self::Moving,
        Self::PrintColours,
        Self::RareCoding,
        Self::TooComplex,
        Self::WrongLength,
        Self::Truncated,
        Self::TooLarge,
        Self::TooSmall,
        Self::Damaged,
    ];

    /// Stable word for messages and the documentation.
    pub const fn code(self) -> &'static str {
        match self {
            Self::UnknownFormat => "picture.unknown_format",
            Self::OtherFormat(_) => "picture.other_format",
            Self::Moving => "picture.moving",
            Self::PrintColours => "picture.print_colours",
            Self::RareCoding => "picture.rare_coding",
            Self::TooComplex => "picture.too_complex",
            Self::WrongLength => "picture.wrong_length",
            Self::Truncated => "picture.truncated",
            Self::TooLarge => "picture.too_large",
            Self::TooSmall => "picture.too_small",
            Self::Damaged => "picture.damaged",
        }
    }
}

/// Shorter sides hold no face that the detector could find.
pub(crate) const SIDE_MIN: u32 = 32;

/// RGB, 8 bits each, rows from the top. Zeroed on drop.
pub struct Picture {
    width: u32,
    height: u32,
    rgb: Zeroizing<Vec<u8>>,
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Picture({} × {})", self.width, self.height)
    }
}

impl Picture {
    /// Decodes a JPEG or PNG, the way up that its Exif note states.
    ///
    /// # Errors
    /// Anything that is not one whole, still picture of one of the two formats within `limits`.
    pub fn decode(bytes: &[u8], limits: Limits) -> Result<Self, PictureError> {
        decode(bytes, limits)
    }

    /// A picture out of one NV21 frame: `width × height` bytes of luma, then V and U for each two by two pixels.
    ///
    /// # Errors
    /// A length that is not exactly one frame of this size, or a size outside `limits`.
    pub fn from_nv21(width: u32, height: u32, bytes: &[u8], limits: Limits) -> Result<Self, PictureError> {
        from_nv21(width, height, bytes, limits)
    }

    /// A picture out of `width × height × 3` bytes; `None` when the length is another.
    pub fn from_rgb(width: u32, height: u32, rgb: Zeroizing<Vec<u8>>) -> Option<Self> {
        let length = (width as usize).checked_mul(height as usize)?.checked_mul(3)?;
        (rgb.len() == length && length > 0).then_some(Self { width, height, rgb })
    }

    /// An even grey picture: what the runtime's buffers are overwritten with.
    pub(crate) fn grey(width: u32, height: u32) -> Self {
        let rgb = Zeroizing::new(vec![127; width as usize * height as usize * 3]);
        Self { width, height, rgb }
    }

    pub const fn width(&self) -> u32 {
        self.width
    }

    pub const fn height(&self) -> u32 {
        self.height
    }

    /// The bytes of row `y`, empty below the last row.
    pub(crate) fn row(&self, y: usize) -> &[u8] {
        let length = self.width as usize * 3;
        self.rgb.get(y * length..(y + 1) * length).unwrap_or_default()
    }

    /// The pixel at (`x`, `y`); `None` outside.
    pub(crate) fn pixel(&self, x: i64, y: i64) -> Option<[f32; 3]> {
        let (x, y) = (usize::try_from(x).ok()?, usize::try_from(y).ok()?);
        if x >= self.width as usize || y >= self.height as usize {
            return None;
        }
        let at = (y * self.width as usize + x) * 3;
        match self.rgb.get(at..at + 3)? {
            &[red, green, blue] => Some([f32::from(red), f32::from(green), f32::from(blue)]),
            _ => None,
        }
    }

    /// Luma of the pixel at (`x`, `y`), zero outside: for reading codes, not faces.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "luma of bytes is a byte")]
    pub fn luma(&self, x: usize, y: usize) -> u8 {
        self.row(y).get(x * 3..x * 3 + 3).map_or(0, |pixel| luma(pixel) as u8)
    }

    /// Mean absolute difference in luma, 0 to 255, inside `area`. Zero means the same picture was shown twice;
    /// pictures of different size differ entirely.
    pub fn difference(&self, other: &Self, area: Area) -> f32 {
        if (self.width, self.height) != (other.width, other.height) {
            return 255.0;
        }
        let (columns, rows) = area.pixels(self.width, self.height);
        let (mut sum, mut count) = (0.0f64, 0.0f64);
        for y in rows {
            let part = columns.start * 3..columns.end * 3;
            let (Some(here), Some(there)) = (self.row(y).get(part.clone()), other.row(y).get(part)) else {
                continue;
            };
            for (here, there) in here.chunks_exact(3).zip(there.chunks_exact(3)) {
                sum += f64::from((luma(here) - luma(there)).abs());
                count += 1.0;
            }
        }
        if count > 0.0 { narrow(sum / count) } else { 0.0 }
    }
}

/// Luma of one RGB pixel after ITU-R BT.601, 0 to 255.
pub(crate) fn luma(pixel: &[u8]) -> f32 {
    match pixel {
        &[red, green, blue] => 0.299 * f32::from(red) + 0.587 * f32::from(green) + 0.114 * f32::from(blue),
        _ => 0.0,
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a mean of bytes fits")]
fn narrow(value: f64) -> f32 {
    value as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flat(value: u8) -> Picture {
        Picture::from_rgb(40, 40, Zeroizing::new(vec![value; 40 * 40 * 3])).unwrap()
    }

    #[test]
    fn difference_sees_one_level_and_finds_nothing_between_equal_pictures() {
        let whole = Area {
            left: 0.0,
            top: 0.0,
            right: 40.0,
            bottom: 40.0,
        };
        assert!((flat(100).difference(&flat(101), whole) - 1.0).abs() < 1e-4);
        assert!(flat(100).difference(&flat(100), whole) < f32::EPSILON);
    }

    #[test]
    fn a_picture_prints_its_size_alone() {
        assert_eq!(format!("{:?}", flat(9)), "Picture(40 × 40)");
    }
}
