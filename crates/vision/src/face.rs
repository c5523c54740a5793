//! Where a face is. Positions are pixels of the picture, from its upper left corner.

use std::ops::Range;

use zeroize::Zeroizing;

/// An upright rectangle; may reach over the picture's edges.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    pub left: f32,
    pub top: f32,
    pub right: f32,
    pub bottom: f32,
}

impl Area {
    pub fn width(&self) -> f32 {
        self.right - self.left
    }

    pub fn height(&self) -> f32 {
        self.bottom - self.top
    }

    pub fn centre(&self) -> (f32, f32) {
        (f32::midpoint(self.left, self.right), f32::midpoint(self.top, self.bottom))
    }

    fn size(&self) -> f32 {
        self.width().max(0.0) * self.height().max(0.0)
    }

    /// Share of the union that both cover, 0 to 1.
    pub fn overlap(&self, other: &Self) -> f32 {
        let common = Self {
            left: self.left.max(other.left),
            top: self.top.max(other.top),
            right: self.right.min(other.right),
            bottom: self.bottom.min(other.bottom),
        }
        .size();
        let union = self.size() + other.size() - common;
        if union > 0.0 { common / union } else { 0.0 }
    }

    /// Columns and rows of the pixels inside, cut to a picture of `width` × `height`.
    pub(crate) fn pixels(&self, width: u32, height: u32) -> (Range<usize>, Range<usize>) {
        let cut = |from: f32, to: f32, size: u32| whole(from, size)..whole(to, size);
        (cut(self.left, self.right, width), cut(self.top, self.bottom, height))
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "clamped to the picture first"
)]
fn whole(value: f32, size: u32) -> usize {
    value.clamp(0.0, size as f32) as usize
}

/// A face as the detector sees it: a place and how sure it is. Nothing about whose it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Face {
    pub area: Area,
    /// 0 to 1.
    pub score: f32,
}

impl Face {
    /// Centre as fractions of the picture's width and height, the terms in which a door's zone is given.
    #[expect(clippy::cast_precision_loss, reason = "sides of pictures are far below 2^23")]
    pub fn centre(&self, picture: &crate::Picture) -> (f32, f32) {
        let (x, y) = self.area.centre();
        (x / picture.width() as f32, y / picture.height() as f32)
    }
}

/// 68 points of one face in iBUG order. Measures of a face, so: no `Debug`, zeroed on drop.
#[expect(missing_debug_implementations, reason = "measures of a face are not printed")]
pub struct Landmarks(pub(crate) Zeroizing<Vec<[f32; 2]>>);

impl Landmarks {
    /// The points that alignment uses: left and right eye in the picture, tip of the nose, left and right corner of the mouth.
    pub(crate) fn five(&self) -> [[f32; 2]; 5] {
        [
            self.mean(&[37, 38, 40, 41]),
            self.mean(&[43, 44, 46, 47]),
            self.mean(&[30]),
            self.mean(&[48, 60]),
            self.mean(&[54, 64]),
        ]
    }

    /// Pixels between the centres of the eyes.
    pub fn eyes_px(&self) -> f32 {
        let [left, right, ..] = self.five();
        let [x, y] = [right[0] - left[0], right[1] - left[1]];
        x.hypot(y)
    }

    fn mean(&self, points: &[usize]) -> [f32; 2] {
        let sum = points
            .iter()
            .filter_map(|at| self.0.get(*at))
            .fold([0.0, 0.0], |[x, y], point| [x + point[0], y + point[1]]);
        #[expect(clippy::cast_precision_loss, reason = "at most four points")]
        let count = points.len() as f32;
        sum.map(|value| value / count)
    }

    /// The smallest upright rectangle around all points.
    pub(crate) fn bounds(&self) -> Area {
        let start = Area {
            left: f32::MAX,
            top: f32::MAX,
            right: f32::MIN,
            bottom: f32::MIN,
        };
        self.0.iter().fold(start, |area, [x, y]| Area {
            left: area.left.min(*x),
            top: area.top.min(*y),
            right: area.right.max(*x),
            bottom: area.bottom.max(*y),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlap_is_the_shared_part_of_the_union() {
        let area = |left: f32, right: f32| Area {
            left,
            top: 0.0,
            right,
            bottom: 10.0,
        };
        assert!((area(0.0, 10.0).overlap(&area(0.0, 10.0)) - 1.0).abs() < 1e-6);
        assert!((area(0.0, 10.0).overlap(&area(5.0, 15.0)) - 1.0 / 3.0).abs() < 1e-6);
        assert!(area(0.0, 10.0).overlap(&area(10.0, 20.0)) < 1e-6);
    }

    #[test]
    fn pixels_are_cut_to_the_picture() {
        let area = Area {
            left: -5.0,
            top: 3.0,
            right: 700.0,
            bottom: f32::NAN,
        };
        let (columns, rows) = area.pixels(640, 480);
        assert_eq!((columns, rows.start), (0..640, 3));
        assert!(rows.is_empty());
    }
}
