//! Codes in pictures: QR only, and faces are not looked for.
//!
//! Anybody may hold anything before the lens. The reader of QRs that we use compares every three corner marks with each other, copies the
//! picture for each such three, and asserts where a crafted code leads its arithmetic out of range: a sheet of corner marks would occupy
//! the gate for minutes, and a crooked code would end it. It offers no way to be stopped. So it works on pixels that count how often
//! they are touched, and unwinds out of them when that is more than any code needs; what it asserts ends there too.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use image::{GenericImage, GenericImageView, GrayImage, Luma};
use zeroize::Zeroize as _;

use crate::Picture;

/// Touches of pixels for each pixel of the picture. Codes of any length need six or seven.
const TOUCHES: u64 = 60;

/// Smaller pictures are given as many touches as one of this size: reading a code's modules costs the same in each.
const PIXELS_LEAST: u64 = 64 << 10;

/// What became of a search for codes.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Search {
    Found(String),
    Nothing,
    /// It took more than any code needs.
    Stopped,
    /// The reader fell over what it saw.
    Fell,
}

/// The text of the first QR that can be read.
pub fn code_in(picture: &Picture) -> Option<String> {
    match search(picture) {
        Search::Found(text) => Some(text),
        Search::Nothing | Search::Stopped | Search::Fell => None,
    }
}

fn search(picture: &Picture) -> Search {
    let pixels = u64::from(picture.width()) * u64::from(picture.height());
    let left = Cell::new(pixels.max(PIXELS_LEAST) * TOUCHES);
    // Nothing of the search outlives an unwinding but the count.
    match catch_unwind(AssertUnwindSafe(|| read(Counted::new(picture, &left)))) {
        Ok(Some(text)) => Search::Found(text),
        Ok(None) => Search::Nothing,
        Err(_) if left.get() == 0 => Search::Stopped,
        Err(_) => Search::Fell,
    }
}

fn read(pixels: Counted<'_>) -> Option<String> {
    rqrr::PreparedImage::prepare(pixels)
        .detect_grids()
        .into_iter()
        .find_map(|grid| grid.decode().ok().map(|(_, text)| text))
}

/// Lumas that count how often they are touched. Zeroed on drop: whoever shows a phone may stand in the picture.
struct Counted<'a> {
    lumas: GrayImage,
    left: &'a Cell<u64>,
}

impl<'a> Counted<'a> {
    fn new(picture: &Picture, left: &'a Cell<u64>) -> Self {
        let at = |side: u32| usize::try_from(side).unwrap_or(usize::MAX);
        Self {
            lumas: GrayImage::from_fn(picture.width(), picture.height(), |x, y| Luma([picture.luma(at(x), at(y))])),
            left,
        }
    }

    /// Unwinds without a panic's message when nothing is left.
    fn touch(&self, times: u64) {
        self.left.set(self.left.get().saturating_sub(times));
        if self.left.get() == 0 {
            resume_unwind(Box::new(Search::Stopped));
        }
    }
}

impl Clone for Counted<'_> {
    fn clone(&self) -> Self {
        self.touch(u64::from(self.lumas.width()) * u64::from(self.lumas.height()) / 8);
        Self {
            lumas: self.lumas.clone(),
            left: self.left,
        }
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.lumas.zeroize();
    }
}

impl GenericImageView for Counted<'_> {
    type Pixel = Luma<u8>;

    fn dimensions(&self) -> (u32, u32) {
        self.lumas.dimensions()
    }

    fn get_pixel(&self, x: u32, y: u32) -> Luma<u8> {
        self.touch(1);
        *self.lumas.get_pixel(x, y)
    }
}

impl GenericImage for Counted<'_> {
    fn get_pixel_mut(&mut self, x: u32, y: u32) -> &mut Luma<u8> {
        self.touch(1);
        self.lumas.get_pixel_mut(x, y)
    }

    fn put_pixel(&mut self, x: u32, y: u32, pixel: Luma<u8>) {
        self.touch(1);
        self.lumas.put_pixel(x, y, pixel);
    }

    fn blend_pixel(&mut self, x: u32, y: u32, pixel: Luma<u8>) {
        self.put_pixel(x, y, pixel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(width: u32, height: u32, dark: impl Fn(u32, u32) -> bool) -> Picture {
        let rgb = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        let rgb: Vec<u8> = rgb.flat_map(|(x, y)| [if dark(x, y) { 20 } else { 235 }; 3]).collect();
        Picture::from_rgb(width, height, rgb.into()).unwrap()
    }

    /// A corner mark of seven by seven modules.
    fn is_mark(u: u32, v: u32) -> bool {
        let ring = u.abs_diff(3).max(v.abs_diff(3));
        u < 7 && v < 7 && (ring == 3 || ring <= 1)
    }

    #[test]
    fn a_sheet_of_corner_marks_does_not_occupy_the_gate() {
        for (width, height, module) in [(200, 150, 2), (640, 480, 2), (1_600, 1_200, 3)] {
            let sheet = picture(width, height, |x, y| is_mark(x / module % 9, y / module % 9));
            assert_eq!(search(&sheet), Search::Stopped, "{width} × {height}");
        }
    }

    /// The corpus keeps it as a width and then lumas.
    #[test]
    fn a_crooked_code_does_not_end_the_gate() {
        let (width, lumas) = include_bytes!("../../fuzzing/corpus/qr_in_picture/fell-0").split_first().unwrap();
        let columns = usize::from(*width);
        let at = |x: u32, y: u32| lumas[y as usize * columns + x as usize];
        let crooked = picture(u32::from(*width), u32::try_from(lumas.len() / columns).unwrap(), |_, _| false);
        assert_eq!(search(&crooked), Search::Nothing);
        let rgb: Vec<u8> = (0..crooked.height())
            .flat_map(|y| (0..crooked.width()).flat_map(move |x| [at(x, y); 3]))
            .collect();
        let crooked = Picture::from_rgb(crooked.width(), crooked.height(), rgb.into()).unwrap();
        assert_eq!(search(&crooked), Search::Fell);
    }

    #[test]
    fn three_marks_and_noise_are_looked_at_to_the_end() {
        let marks = picture(640, 480, |x, y| {
            [(0, 0), (160, 0), (0, 160)]
                .iter()
                .any(|(left, top)| (x.checked_sub(200 + left).zip(y.checked_sub(100 + top))).is_some_and(|(x, y)| is_mark(x / 6, y / 6)))
        });
        assert_eq!(search(&marks), Search::Nothing);
        let noise = picture(640, 480, |x, y| {
            (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503).wrapping_mul(x)) >> 13 & 1 == 1
        });
        assert_eq!(search(&noise), Search::Nothing);
        assert_eq!(code_in(&picture(32, 32, |_, _| true)), None);
    }

    /// The code in the middle of a picture, as large as whole modules let it be.
    fn shown(text: &str, width: u32, height: u32) -> Picture {
        let code = qrcode::QrCode::new(text).unwrap();
        let modules = u32::try_from(code.width()).unwrap();
        let module = height / (modules + 8);
        let (left, top) = ((width - modules * module) / 2, (height - modules * module) / 2);
        let at = |x: u32, begin: u32| Some(x.checked_sub(begin)? / module).filter(|x| *x < modules).map(|x| x as usize);
        picture(width, height, |x, y| {
            at(x, left).zip(at(y, top)).is_some_and(|at| code[at] == qrcode::Color::Dark)
        })
    }

    #[test]
    fn codes_of_every_length_are_read_with_room_to_spare() {
        for (letters, width, height) in [(4, 640, 480), (120, 640, 480), (300, 640, 480), (300, 1_600, 1_200)] {
            let text = "CQ1:".to_owned() + &"aB3_".repeat(letters / 4);
            let picture = shown(&text, width, height);
            assert_eq!(search(&picture), Search::Found(text.clone()), "{letters} letters");
            let left = Cell::new(u64::MAX);
            read(Counted::new(&picture, &left));
            let touches = (u64::MAX - left.get()) / u64::from(width * height);
            println!("{letters} letters, {width} × {height}: {touches}");
            assert!(touches <= TOUCHES / 3, "{letters} letters: {touches} touches a pixel");
        }
    }
}
