//! Pictures made by code: one test card in every coding, and files that no camera writes.

use std::io::{Cursor, Write as _};

use countenance_vision::Picture;
use image::{ImageBuffer, ImageFormat, Rgb, RgbImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

/// Colours of the card's quarters, first row first. Their lumas are far apart: 76, 150, 29, 255.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quarter {
    Red,
    Green,
    Blue,
    White,
}
use Quarter::{Blue, Green, Red, White};

pub(crate) const UPRIGHT: [Quarter; 4] = [Red, Green, Blue, White];

impl Quarter {
    pub(crate) const fn rgb(self) -> [u8; 3] {
        match self {
            Red => [255, 0, 0],
            Green => [0, 255, 0],
            Blue => [0, 0, 255],
            White => [255; 3],
        }
    }

    const fn luma(self) -> u8 {
        match self {
            Red => 76,
            Green => 150,
            Blue => 29,
            White => 255,
        }
    }
}

/// A card with these quarters.
pub(crate) fn card(width: u32, height: u32, quarters: [Quarter; 4]) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let at = usize::from(y >= height / 2) * 2 + usize::from(x >= width / 2);
        Rgb(quarters[at].rgb())
    })
}

/// The quarters that a decoded card shows in their middles; `None` for a colour that no quarter has.
pub(crate) fn quarters(picture: &Picture) -> [Option<Quarter>; 4] {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    [(1, 1), (3, 1), (1, 3), (3, 3)].map(|(x, y)| {
        let luma = picture.luma(width * x / 4, height * y / 4);
        UPRIGHT.into_iter().find(|quarter| quarter.luma().abs_diff(luma) <= 6)
    })
}

/// Not even: an even picture would decode alike from half its data.
pub(crate) fn speckled(width: u32, height: u32) -> RgbImage {
    let byte = |value: u32| u8::try_from(value % 256).unwrap();
    RgbImage::from_fn(width, height, |x, y| Rgb([byte(x * 7 + y), byte(x * y), byte(x ^ y)]))
}

/// Where only the size counts.
pub(crate) fn even(width: u32, height: u32) -> RgbImage {
    RgbImage::from_pixel(width, height, Rgb([90, 120, 90]))
}

pub(crate) fn png(picture: &RgbImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

pub(crate) fn png_16(picture: &RgbImage) -> Vec<u8> {
    let wide = ImageBuffer::from_fn(picture.width(), picture.height(), |x, y| {
        Rgb(picture.get_pixel(x, y).0.map(|value| u16::from(value) * 257))
    });
    let mut bytes = Cursor::new(Vec::new());
    wide.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// How a JPEG is written.
#[derive(Default)]
pub(crate) struct Jpeg {
    pub(crate) progressive: bool,
    pub(crate) halved_colours: bool,
    pub(crate) restarts: bool,
    pub(crate) exif: Vec<u8>,
}

impl Jpeg {
    pub(crate) fn of(&self, picture: &RgbImage) -> Vec<u8> {
        self.encode(picture.as_raw(), picture.width(), picture.height(), ColorType::Rgb)
    }

    pub(crate) fn encode(&self, data: &[u8], width: u32, height: u32, color: ColorType) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, 95);
        encoder.set_progressive(self.progressive);
        encoder.set_sampling_factor(if self.halved_colours {
            SamplingFactor::F_2_2
        } else {
            SamplingFactor::F_1_1
        });
        if self.restarts {
            encoder.set_restart_interval(2);
        }
        if !self.exif.is_empty() {
            encoder.add_exif_metadata(&self.exif).unwrap();
        }
        let side = |side: u32| u16::try_from(side).unwrap();
        encoder.encode(data, side(width), side(height), color).unwrap();
        bytes
    }
}

/// An Exif block with one entry, the way up. Big-endian or little-endian, as both occur.
pub(crate) fn exif(way_up: u8, big: bool) -> Vec<u8> {
    if big {
        [
            b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".as_slice(),
            &[way_up, 0, 0, 0, 0, 0, 0],
        ]
        .concat()
    } else {
        [
            b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".as_slice(),
            &[way_up, 0, 0, 0, 0, 0, 0, 0],
        ]
        .concat()
    }
}

/// `bytes` with `patch` over the position that follows the first `marker`, counted from its length field.
pub(crate) fn patched(bytes: &[u8], marker: u8, at: usize, patch: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let found = bytes.windows(2).position(|pair| pair == [0xff, marker]).unwrap();
    bytes[found + 2 + at..found + 2 + at + patch.len()].copy_from_slice(patch);
    bytes
}

/// A JPEG whose first frame marker is another one.
pub(crate) fn recoded(bytes: &[u8], marker: u8) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let found = bytes.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    bytes[found + 1] = marker;
    bytes
}

/// A progressive JPEG whose last scan stands there `times` more times.
pub(crate) fn many_scans(bytes: &[u8], times: usize) -> Vec<u8> {
    let last = bytes.windows(2).rposition(|pair| pair == [0xff, 0xda]).unwrap();
    let (content, end) = bytes.split_at(bytes.len() - 2);
    [content, &content[last..].repeat(times), end].concat()
}

/// A JPEG with `count` pieces of an extended note that never gets whole; the decoder keeps all of them.
pub(crate) fn many_extensions(bytes: &[u8], count: u32) -> Vec<u8> {
    let mut out = bytes[..2].to_vec();
    for number in 0..count {
        let guid = [b'0'; 32];
        let content = [
            b"http://ns.adobe.com/xmp/extension/\0".as_slice(),
            &guid,
            &u32::MAX.to_be_bytes(),
            &number.to_be_bytes(),
            b"x",
        ]
        .concat();
        out.extend([0xff, 0xe1]);
        out.extend(u16::try_from(content.len() + 2).unwrap().to_be_bytes());
        out.extend(content);
    }
    out.extend(&bytes[2..]);
    out
}

/// A PNG of these chunks, each with its right checksum.
pub(crate) fn png_of(chunks: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    for (name, content) in chunks {
        let body = [name.as_slice(), content].concat();
        let crc = body.iter().fold(u32::MAX, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
                if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 }
            })
        });
        out.extend(u32::try_from(content.len()).unwrap().to_be_bytes());
        out.extend(body);
        out.extend((!crc).to_be_bytes());
    }
    out
}

/// Colour types: 0 grey, 2 RGB, 3 palette, 4 grey and transparency, 6 RGB and transparency.
pub(crate) fn header(width: u32, height: u32, depth: u8, color: u8) -> Vec<u8> {
    [width.to_be_bytes().as_slice(), &height.to_be_bytes(), &[depth, color, 0, 0, 0]].concat()
}

pub(crate) fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// The card in rows of `row` after a filter byte each, deflated.
pub(crate) fn rows(height: u32, row: impl Fn(u32) -> Vec<u8>) -> Vec<u8> {
    let bytes: Vec<u8> = (0..height).flat_map(|y| [vec![0], row(y)].concat()).collect();
    deflated(&bytes)
}
