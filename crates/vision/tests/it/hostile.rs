//! Files that no camera writes: each is refused by its own name, and none makes the decoder reserve more than its limits say.

use std::collections::BTreeSet;

use countenance_vision::{Limits, Picture, PictureError};
use jpeg_encoder::ColorType;

use crate::counted::peak;
use crate::makers::{
    Jpeg, UPRIGHT, card, deflated, even, exif, header, many_extensions, many_scans, patched, png, png_16, png_of, recoded, rows, speckled,
};

/// So small that whatever is not bounded by them shows.
const SMALL: Limits = Limits {
    bytes: 4 << 20,
    side: 64,
    pixels: 64 * 64,
};

/// The code of what happens, `decoded` when it is read; and whether it stayed within the limits' memory.
#[track_caller]
fn code(name: &str, bytes: &[u8], limits: Limits) -> &'static str {
    let (code, most) = peak(|| Picture::decode(bytes, limits).map_or_else(PictureError::code, |_| "decoded"));
    assert!(most <= limits.memory(), "{name}: held {most} bytes, {} allowed", limits.memory());
    code
}

fn jpegs() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let card = card(64, 48, UPRIGHT);
    let jpeg = Jpeg::default().of(&card);
    let progressive = Jpeg {
        progressive: true,
        ..Jpeg::default()
    }
    .of(&card);
    let inks: Vec<u8> = card.pixels().flat_map(|pixel| [pixel.0.as_slice(), &[0]].concat()).collect();
    let ink = |color| Jpeg::default().encode(&inks, 64, 48, color);
    let padded = [jpeg.as_slice(), &[0; 32]].concat();
    vec![
        ("JPEG", jpeg.clone(), "decoded"),
        ("padded with zeros", padded, "decoded"),
        ("half a JPEG", jpeg[..jpeg.len() / 2].to_vec(), "picture.truncated"),
        ("a JPEG's first bytes", jpeg[..20].to_vec(), "picture.truncated"),
        ("progressive", progressive.clone(), "decoded"),
        (
            "half a progressive one",
            progressive[..progressive.len() / 2].to_vec(),
            "picture.truncated",
        ),
        ("10 more scans", many_scans(&progressive, 10), "decoded"),
        ("10,000 more scans", many_scans(&progressive, 10_000), "picture.too_complex"),
        ("20 pieces of a note", many_extensions(&jpeg, 20), "decoded"),
        ("40,000 pieces of a note", many_extensions(&jpeg, 40_000), "picture.too_complex"),
        ("CMYK", ink(ColorType::Cmyk), "picture.print_colours"),
        ("YCCK", ink(ColorType::CmykAsYcck), "picture.print_colours"),
        ("12 bits", patched(&jpeg, 0xc0, 2, &[12]), "picture.rare_coding"),
        ("lossless", recoded(&jpeg, 0xc3), "picture.rare_coding"),
        ("arithmetic", recoded(&jpeg, 0xc9), "picture.rare_coding"),
        ("two components", patched(&jpeg, 0xc0, 7, &[2]), "picture.rare_coding"),
        (
            "50,000 × 50,000",
            patched(&jpeg, 0xc0, 3, &[0xc3, 0x50, 0xc3, 0x50]),
            "picture.too_large",
        ),
        ("no height", patched(&jpeg, 0xc0, 3, &[0, 0]), "picture.damaged"),
        ("1 × 1", Jpeg::default().of(&speckled(1, 1)), "picture.too_small"),
        ("a table of another length", patched(&jpeg, 0xdb, 0, &[0, 9]), "picture.damaged"),
        ("only a beginning and an end", vec![0xff, 0xd8, 0xff, 0xd9], "picture.damaged"),
    ]
}

fn pngs() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let card = card(64, 48, UPRIGHT);
    let png = png(&card);
    let plain = |width, height, data| png_of(&[(b"IHDR", header(width, height, 8, 2)), (b"IDAT", data), (b"IEND", vec![])]);
    let data = rows(48, |y| (0..64).flat_map(|x| card.get_pixel(x, y).0).collect());
    let with =
        |chunk: (&'static [u8; 4], Vec<u8>)| png_of(&[(b"IHDR", header(64, 48, 8, 2)), chunk, (b"IDAT", data.clone()), (b"IEND", vec![])]);
    // 64 MB of zeros in 64 kB.
    let bomb = deflated(&vec![0; 64 << 20]);
    let frames = [1u32, 0].map(u32::to_be_bytes).concat();
    let note = |head: &[u8]| [head, &bomb].concat();
    vec![
        ("PNG", png.clone(), "decoded"),
        ("half a PNG", png[..png.len() / 2].to_vec(), "picture.truncated"),
        ("a PNG's first bytes", png[..20].to_vec(), "picture.truncated"),
        ("16 bits", png_16(&card), "decoded"),
        ("50,000 × 50,000", plain(50_000, 50_000, data.clone()), "picture.too_large"),
        (
            "4,000,000,000 × 4,000,000,000",
            plain(4_000_000_000, 4_000_000_000, data.clone()),
            "picture.too_large",
        ),
        ("one pixel wide, too high", plain(1, 65, data.clone()), "picture.too_large"),
        ("1 × 1", plain(1, 1, deflated(&[0; 4])), "picture.too_small"),
        ("0 × 0", plain(0, 0, vec![]), "picture.damaged"),
        ("animated", with((b"acTL", frames)), "picture.moving"),
        // What comes after the last row is not inflated.
        ("a bomb behind the picture", plain(64, 48, bomb.clone()), "decoded"),
        // A profile that is too large is passed over; colours are read as they stand anyway.
        ("a bomb for a profile", with((b"iCCP", note(b"p\0\0"))), "decoded"),
        // Notes are not inflated.
        ("a bomb for a note", with((b"zTXt", note(b"k\0\0"))), "decoded"),
        (
            "a bomb for an international note",
            with((b"iTXt", note(b"k\0\x01\0\0\0"))),
            "decoded",
        ),
        (
            "no data",
            png_of(&[(b"IHDR", header(64, 48, 8, 2)), (b"IEND", vec![])]),
            "picture.damaged",
        ),
        (
            "RGB of one bit",
            png_of(&[(b"IHDR", header(64, 48, 1, 2)), (b"IDAT", data.clone())]),
            "picture.damaged",
        ),
        (
            "a palette that is missing",
            png_of(&[(b"IHDR", header(64, 48, 8, 3)), (b"IDAT", data)]),
            "picture.damaged",
        ),
    ]
}

fn others() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let other = |head: &[u8]| [head, &[0; 64]].concat();
    vec![
        ("nothing", vec![], "picture.unknown_format"),
        ("a text", b"this is a text\n".to_vec(), "picture.unknown_format"),
        (
            "a text that begins like a BMP",
            b"BMW and others\n".to_vec(),
            "picture.unknown_format",
        ),
        ("WebP", other(b"RIFF\x40\0\0\0WEBPVP8 "), "picture.other_format"),
        // The flag of an animation changes nothing: neither kind is decoded.
        (
            "animated WebP",
            other(b"RIFF\x40\0\0\0WEBPVP8X\x0a\0\0\0\x02"),
            "picture.other_format",
        ),
        ("GIF", other(b"GIF89a\x40\0\x40\0"), "picture.other_format"),
        ("HEIC", other(b"\0\0\0\x18ftypheic"), "picture.other_format"),
        ("AVIF", other(b"\0\0\0\x18ftypavif"), "picture.other_format"),
        ("TIFF", other(b"II*\0\x08\0\0\0"), "picture.other_format"),
        ("BMP", other(b"BM\x40\0\0\0\0\0\0\0"), "picture.other_format"),
        ("JPEG XL", other(b"\xff\x0a\xfa"), "picture.other_format"),
        ("JPEG 2000", other(b"\0\0\0\x0cjP  \r\n\x87\n"), "picture.other_format"),
        ("SVG", other(b"<svg xmlns='http://www.w3.org/2000/svg'>"), "picture.other_format"),
    ]
}

#[test]
fn each_file_is_read_or_refused_by_its_own_name_within_its_memory() {
    let mut seen = BTreeSet::new();
    for (name, bytes, expected) in [jpegs(), pngs(), others()].concat() {
        assert_eq!(code(name, &bytes, SMALL), expected, "{name}");
        seen.insert(expected);
    }
    // The one refusal that no file has belongs to camera frames.
    seen.insert(PictureError::WrongLength.code());
    seen.remove("decoded");
    let all: BTreeSet<&str> = PictureError::ALL.into_iter().map(PictureError::code).collect();
    assert_eq!(seen, all, "every refusal is shown to happen");
    assert_eq!(all.len(), PictureError::ALL.len(), "no two share a code");
}

#[test]
fn limits_are_kept_to_the_pixel_and_to_the_byte() {
    let jpeg = Jpeg::default().of(&card(64, 48, UPRIGHT));
    let limits = |bytes, side, pixels| Limits { bytes, side, pixels };
    let table = [
        (limits(jpeg.len(), 64, 64 * 48), "decoded"),
        (limits(jpeg.len() - 1, 64, 64 * 48), "picture.too_large"),
        (limits(jpeg.len(), 63, 64 * 48), "picture.too_large"),
        (limits(jpeg.len(), 64, 64 * 48 - 1), "picture.too_large"),
    ];
    for (limits, expected) in table {
        assert_eq!(code("limits", &jpeg, limits), expected, "{limits:?}");
    }
}

/// The largest pictures that the two limits let through, in the codings that need most memory.
#[test]
fn the_largest_pictures_stay_within_the_memory_that_limits_state() {
    let (frame, file) = (even(1_600, 1_200), even(3_000, 2_999));
    let progressive = Jpeg {
        progressive: true,
        ..Jpeg::default()
    };
    let turned = Jpeg {
        exif: exif(6, true),
        progressive: true,
        ..Jpeg::default()
    };
    assert_eq!(code("a progressive frame", &progressive.of(&frame), Limits::FRAME), "decoded");
    assert_eq!(code("a turned progressive file", &turned.of(&file), Limits::FILE), "decoded");
    let deep = header(3_000, 2_999, 16, 6);
    let data = rows(2_999, |_| vec![90; 24_000]);
    let png = png_of(&[(b"IHDR", deep), (b"eXIf", exif(8, false)), (b"IDAT", data), (b"IEND", vec![])]);
    assert_eq!(code("a deep PNG on its side", &png, Limits::FILE), "decoded");
}

#[test]
fn no_alteration_of_a_picture_makes_the_decoder_fall() {
    let card = speckled(48, 40);
    for bytes in [
        Jpeg::default().of(&card),
        Jpeg {
            progressive: true,
            ..Jpeg::default()
        }
        .of(&card),
        png(&card),
    ] {
        let mut refused = 0;
        for at in 0..bytes.len() {
            let mut altered = bytes.clone();
            altered[at] ^= 0xa5;
            // Either a picture or a refusal; both are fine, a panic is not.
            refused += usize::from(code("altered", &altered, SMALL) != "decoded");
        }
        assert!(refused > 20, "alterations are noticed: {refused} of {}", bytes.len());
    }
}
