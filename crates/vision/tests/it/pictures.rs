//! One test card, in every coding that is taken: the same colours at the same places.

use countenance_vision::{Limits, Picture, PictureError};
use jpeg_encoder::ColorType;

use crate::makers::Quarter::{Blue, Green, Red, White};
use crate::makers::{Jpeg, Quarter, UPRIGHT, card, exif, header, png, png_16, png_of, quarters, rows};

fn read(bytes: &[u8]) -> Picture {
    Picture::decode(bytes, Limits::FILE).unwrap()
}

#[track_caller]
fn is_the_card(name: &str, bytes: &[u8]) {
    let picture = read(bytes);
    assert_eq!((picture.width(), picture.height()), (64, 48), "{name}");
    assert_eq!(quarters(&picture), UPRIGHT.map(Some), "{name}");
}

#[test]
fn the_card_reads_alike_from_every_jpeg_and_png() {
    let card = card(64, 48, UPRIGHT);
    for progressive in [false, true] {
        for halved_colours in [false, true] {
            for restarts in [false, true] {
                let jpeg = Jpeg {
                    progressive,
                    halved_colours,
                    restarts,
                    ..Jpeg::default()
                };
                is_the_card(&format!("{progressive} {halved_colours} {restarts}"), &jpeg.of(&card));
            }
        }
    }
    is_the_card("8 bits", &png(&card));
    is_the_card("16 bits", &png_16(&card));
    let whole = |y: u32| (0..64).map(move |x| UPRIGHT[usize::from(y >= 24) * 2 + usize::from(x >= 32)]);
    let clear = rows(48, |y| {
        whole(y).flat_map(|quarter| [quarter.rgb().as_slice(), &[0]].concat()).collect()
    });
    is_the_card(
        "behind full transparency",
        &png_of(&[(b"IHDR", header(64, 48, 8, 6)), (b"IDAT", clear), (b"IEND", vec![])]),
    );
    // Four pixels a byte, two bits each, first pixel highest.
    let indexed = rows(48, |y| {
        let row: Vec<Quarter> = whole(y).collect();
        row.chunks(4)
            .map(|four| four.iter().fold(0, |byte, quarter| byte << 2 | *quarter as u8))
            .collect()
    });
    let palette = UPRIGHT.into_iter().flat_map(Quarter::rgb).collect();
    is_the_card(
        "palette",
        &png_of(&[
            (b"IHDR", header(64, 48, 2, 3)),
            (b"PLTE", palette),
            (b"IDAT", indexed),
            (b"IEND", vec![]),
        ]),
    );
}

#[test]
fn grey_and_deep_pictures_keep_their_values() {
    let ramp = |y: u32| u8::try_from(y * 5).unwrap();
    let grey: Vec<u8> = (0..48).flat_map(|y| vec![ramp(y); 64]).collect();
    let narrow = rows(48, |y| vec![ramp(y); 64]);
    // 16 bits, each value a little under or over what 8 bits can say.
    let deep = rows(48, |y| {
        let value = u16::from(ramp(y)) * 257;
        [value.saturating_sub(100), value + 100].map(u16::to_be_bytes).concat().repeat(32)
    });
    let png_of_grey = |depth, data| png_of(&[(b"IHDR", header(64, 48, depth, 0)), (b"IDAT", data), (b"IEND", vec![])]);
    let files = [
        ("JPEG", Jpeg::default().encode(&grey, 64, 48, ColorType::Luma), 2),
        ("PNG", png_of_grey(8, narrow), 0),
        ("16 bits", png_of_grey(16, deep), 0),
    ];
    for (name, file, allowed) in files {
        let picture = read(&file);
        for y in 0..48 {
            for x in [0, 1, 63] {
                let found = picture.luma(x, y);
                assert!(
                    found.abs_diff(ramp(u32::try_from(y).unwrap())) <= allowed + 1,
                    "{name}: {found} at {x}, {y}"
                );
            }
        }
    }
}

/// How the upright card lies in the file for each Exif value, after the words of the standard: which side the first row
/// and the first column are.
const LYING: [(u8, [Quarter; 4]); 8] = [
    (1, [Red, Green, Blue, White]),
    (2, [Green, Red, White, Blue]),
    (3, [White, Blue, Green, Red]),
    (4, [Blue, White, Red, Green]),
    (5, [Red, Blue, Green, White]),
    (6, [Green, White, Red, Blue]),
    (7, [White, Green, Blue, Red]),
    (8, [Blue, Red, White, Green]),
];

#[test]
fn all_eight_ways_up_are_turned_upright() {
    for (way_up, lying) in LYING {
        let (width, height) = if way_up < 5 { (64, 48) } else { (48, 64) };
        let lies = card(width, height, lying);
        for big in [false, true] {
            let note = exif(way_up, big);
            let jpeg = Jpeg {
                exif: note.clone(),
                ..Jpeg::default()
            };
            is_the_card(&format!("JPEG {way_up}"), &jpeg.of(&lies));
            let data = rows(height, |y| (0..width).flat_map(|x| lies.get_pixel(x, y).0).collect());
            let chunks = [
                (b"IHDR", header(width, height, 8, 2)),
                (b"eXIf", note),
                (b"IDAT", data),
                (b"IEND", vec![]),
            ];
            is_the_card(&format!("PNG {way_up}"), &png_of(&chunks));
        }
    }
    // What is no way up leaves the picture as it lies.
    for nonsense in [exif(0, true), exif(9, false), b"MM\0*\xff\xff\xff\xff".to_vec(), vec![0; 40]] {
        is_the_card(
            "nonsense",
            &Jpeg {
                exif: nonsense,
                ..Jpeg::default()
            }
            .of(&card(64, 48, UPRIGHT)),
        );
    }
}

/// The card as an embedded camera hands it out. V and U of each colour after BT.601, full range.
fn nv21(width: usize, height: usize) -> Vec<u8> {
    let quarter = |x: usize, y: usize| usize::from(y >= height / 2) * 2 + usize::from(x >= width / 2);
    let luma = (0..height)
        .flat_map(|y| (0..width).map(move |x| (x, y)))
        .map(|(x, y)| [76, 150, 29, 255][quarter(x, y)]);
    let pairs = (0..height.div_ceil(2)).flat_map(|y| (0..width.div_ceil(2)).map(move |x| (x * 2, y * 2)));
    let chroma = pairs.flat_map(|(x, y)| [[255, 85], [21, 44], [107, 255], [128, 128]][quarter(x, y)]);
    luma.chain(chroma).collect()
}

#[test]
fn an_nv21_frame_is_read_and_one_of_another_length_is_refused() {
    for (width, height) in [(64, 48), (64, 47), (63, 48), (33, 33)] {
        let frame = nv21(width, height);
        let (wide, high) = (u32::try_from(width).unwrap(), u32::try_from(height).unwrap());
        let read = |bytes: &[u8]| Picture::from_nv21(wide, high, bytes, Limits::FRAME);
        assert_eq!(quarters(&read(&frame).unwrap()), UPRIGHT.map(Some), "{width} × {height}");
        let longer = [frame.as_slice(), &[0]].concat();
        let without_colours = &frame[..width * height];
        for wrong in [&frame[1..], &longer, without_colours, &[]] {
            assert_eq!(read(wrong).map(drop), Err(PictureError::WrongLength), "{}", wrong.len());
        }
    }
    let refused = |width, height| Picture::from_nv21(width, height, &[], Limits::FRAME).map(drop);
    assert_eq!(refused(50_000, 50_000), Err(PictureError::TooLarge));
    assert_eq!(refused(u32::MAX, u32::MAX), Err(PictureError::TooLarge));
    assert_eq!(refused(1, 1), Err(PictureError::TooSmall));
}
