//! JPEG and PNG to RGB. The header is read first and judged against the limits; the target buffer is ours and zeroes itself.

use std::io::Cursor;

use image::codecs::png::PngDecoder;
use image::{ColorType, ImageDecoder as _, ImageError};
use zeroize::Zeroizing;
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use crate::picture::{Limits, Picture, PictureError, SIDE_MIN};

/// Scans of a progressive JPEG; each costs a pass over the picture. Encoders write about ten.
const SCANS_MAX: usize = 24;

pub(crate) fn decode(bytes: &[u8], limits: Limits) -> Result<Picture, PictureError> {
    if bytes.len() > limits.bytes {
        return Err(PictureError::TooLarge);
    }
    if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
        jpeg(bytes, limits)
    } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        png(bytes, limits)
    } else {
        Err(PictureError::UnknownFormat)
    }
}

fn judge(width: usize, height: usize, limits: Limits) -> Result<(u32, u32), PictureError> {
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

fn jpeg(bytes: &[u8], limits: Limits) -> Result<Picture, PictureError> {
    // The decoder fills what is missing with grey, so that half a face would pass for a face: the end marker is asked for first.
    // Some cameras pad frames with zeros behind it.
    let unpadded = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    let whole = bytes.get(..unpadded).is_some_and(|content| content.ends_with(&[0xff, 0xd9]));
    // Strict mode refuses damaged entropy data too, instead of going on with what it has.
    let options = DecoderOptions::new_safe()
        .set_strict_mode(true)
        .jpeg_set_out_colorspace(ColorSpace::RGB)
        .jpeg_set_max_scans(SCANS_MAX);
    // The decoder's own side limit would answer first, with an error that cannot be told from damage.
    let options = options.set_max_width(usize::from(u16::MAX)).set_max_height(usize::from(u16::MAX));
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    let damaged = if whole { PictureError::Damaged } else { PictureError::Truncated };
    decoder.decode_headers().map_err(|_| damaged)?;
    let info = decoder.info().ok_or(damaged)?;
    let (width, height) = judge(usize::from(info.width), usize::from(info.height), limits)?;
    if !whole {
        return Err(PictureError::Truncated);
    }
    let mut rgb = Zeroizing::new(vec![0; width as usize * height as usize * 3]);
    decoder.decode_into(&mut rgb).map_err(|_| damaged)?;
    Picture::from_rgb(width, height, rgb).ok_or(PictureError::Damaged)
}

fn png(bytes: &[u8], limits: Limits) -> Result<Picture, PictureError> {
    let mut memory = image::Limits::default();
    memory.max_alloc = Some(limits.pixels.saturating_mul(8));
    let mut decoder = PngDecoder::new(Cursor::new(bytes)).map_err(|error| png_error(&error))?;
    let (width, height) = decoder.dimensions();
    let (width, height) = judge(width as usize, height as usize, limits)?;
    decoder.set_limits(memory).map_err(|_| PictureError::TooLarge)?;
    let color = decoder.color_type();
    let channels = usize::from(color.channel_count());
    if !matches!(color, ColorType::L8 | ColorType::La8 | ColorType::Rgb8 | ColorType::Rgba8) {
        return Err(PictureError::UnknownFormat);
    }
    let mut data = Zeroizing::new(vec![0; width as usize * height as usize * channels]);
    decoder.read_image(&mut data).map_err(|error| png_error(&error))?;
    let mut rgb = Zeroizing::new(Vec::with_capacity(width as usize * height as usize * 3));
    for pixel in data.chunks_exact(channels) {
        match pixel {
            // Transparency is not looked at: what lies behind it is the picture.
            [red, green, blue, ..] => rgb.extend_from_slice(&[*red, *green, *blue]),
            [grey, ..] => rgb.extend_from_slice(&[*grey; 3]),
            [] => {}
        }
    }
    Picture::from_rgb(width, height, rgb).ok_or(PictureError::Damaged)
}

fn png_error(error: &ImageError) -> PictureError {
    #[expect(clippy::wildcard_enum_match_arm, reason = "whatever else the library reports is damage")]
    match error {
        ImageError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => PictureError::Truncated,
        ImageError::Limits(_) => PictureError::TooLarge,
        ImageError::Decoding(error) if error.to_string().contains("unexpected end") => PictureError::Truncated,
        _ => PictureError::Damaged,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Not even: an even picture would decode alike from half its data.
    fn speckled(width: u32, height: u32) -> image::RgbImage {
        let byte = |value: u32| u8::try_from(value % 256).unwrap();
        image::RgbImage::from_fn(width, height, |x, y| image::Rgb([byte(x * 7 + y), byte(x * y), byte(x ^ y)]))
    }

    fn encoded(format: image::ImageFormat, width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        speckled(width, height).write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    /// A PNG header that claims `width` × `height`, without the data.
    fn huge_png(width: u32, height: u32) -> Vec<u8> {
        let mut ihdr = b"IHDR".to_vec();
        ihdr.extend(width.to_be_bytes());
        ihdr.extend(height.to_be_bytes());
        ihdr.extend([8, 2, 0, 0, 0]);
        let crc = ihdr.iter().fold(u32::MAX, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
                if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 }
            })
        });
        let idat = [0, 0, 0, 0, b'I', b'D', b'A', b'T', 0x35, 0xaf, 0x06, 0x1e];
        [
            b"\x89PNG\r\n\x1a\n".as_slice(),
            &13u32.to_be_bytes(),
            &ihdr,
            &(!crc).to_be_bytes(),
            &idat,
        ]
        .concat()
    }

    #[test]
    fn whole_pictures_are_read_and_everything_else_is_refused_by_name() {
        use image::ImageFormat::{Jpeg, Png};
        let (jpeg, png) = (encoded(Jpeg, 64, 48), encoded(Png, 64, 48));
        // A JPEG whose header was patched to claim 50,000 × 50,000.
        let mut huge_jpeg = jpeg.clone();
        let frame = huge_jpeg.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
        huge_jpeg[frame + 5..frame + 9].copy_from_slice(&[0xc3, 0x50, 0xc3, 0x50]);
        let mut padded = jpeg.clone();
        padded.extend([0; 32]);
        let limits = Limits::FILE;
        let code = |bytes: &[u8], limits| Picture::decode(bytes, limits).map_or_else(PictureError::code, |_| "decoded");
        assert_eq!(code(&jpeg, limits), "decoded");
        assert_eq!(code(&padded, limits), "decoded");
        assert_eq!(code(&png, limits), "decoded");
        assert_eq!(code(&jpeg[..jpeg.len() / 2], limits), "picture.truncated");
        assert_eq!(code(&jpeg[..20], limits), "picture.truncated");
        assert_eq!(code(&png[..png.len() / 2], limits), "picture.truncated");
        assert_eq!(code(&png[..20], limits), "picture.truncated");
        assert_eq!(code(&huge_jpeg, limits), "picture.too_large");
        assert_eq!(code(&huge_png(50_000, 50_000), limits), "picture.too_large");
        assert_eq!(code(&jpeg, Limits { bytes: 100, ..limits }), "picture.too_large");
        assert_eq!(
            code(
                &jpeg,
                Limits {
                    pixels: 64 * 48 - 1,
                    ..limits
                }
            ),
            "picture.too_large"
        );
        assert_eq!(code(&encoded(Png, 31, 64), limits), "picture.too_small");
        assert_eq!(code(b"this is a text\n", limits), "picture.unknown_format");
        assert_eq!(code(b"", limits), "picture.unknown_format");
    }

    #[test]
    fn no_alteration_of_a_picture_makes_the_decoder_fall() {
        for format in [image::ImageFormat::Jpeg, image::ImageFormat::Png] {
            let bytes = encoded(format, 48, 40);
            for at in 0..bytes.len() {
                let mut altered = bytes.clone();
                altered[at] ^= 0xa5;
                // Either a picture or a refusal; both are fine, a panic is not.
                drop(Picture::decode(&altered, Limits::FRAME));
            }
        }
    }
}
