//! What stands before the camera as a surface in space: a head with its relief, or a picture on a card that is flat or bent; turned,
//! and seen with perspective. Lengths are distances between the eyes, x to the right and y down as in the picture, z towards the camera,
//! zero between the eyes.

/// A head's half width and half height, how far its middle lies below the eyes, and how deep it is.
const HEAD: (f32, f32, f32, f32) = (1.2, 1.75, 0.35, 1.25);
/// How far the tip of a nose stands out before the face around it (anthropometric means: about 20 mm of 63), where it begins and
/// ends below the eyes, and how wide it is.
const NOSE: (f32, f32, f32, f32) = (0.34, 0.08, 0.62, 0.2);
/// How far away the camera is: 1.1 m.
const DISTANCE: f32 = 17.5;
/// Steps of the inverse; each at least halves what is left for the turns that are drawn here.
const STEPS: usize = 10;

/// The thing that carries the face.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Surface {
    Head,
    /// A picture, bent around an upright and a lying axis; each is one over the radius.
    Card {
        upright: f32,
        lying: f32,
    },
}

/// A surface and how it is turned, degrees: `yaw` positive to the sitter's own left, `pitch` positive downwards.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Posed {
    pub surface: Surface,
    pub yaw: f32,
    pub pitch: f32,
}

impl Posed {
    pub const STRAIGHT: Self = Self {
        surface: Surface::Card { upright: 0.0, lying: 0.0 },
        yaw: 0.0,
        pitch: 0.0,
    };

    /// A head turned by `yaw` degrees.
    pub const fn head(yaw: f32) -> Self {
        Self {
            surface: Surface::Head,
            yaw,
            pitch: 0.0,
        }
    }

    /// Where a point of the straight face is seen, relative to where the middle between the eyes was.
    pub fn project(&self, x: f32, y: f32) -> [f32; 2] {
        let z = self.surface.depth(x, y);
        let (yaw_sine, yaw_cosine) = self.yaw.to_radians().sin_cos();
        let (pitch_sine, pitch_cosine) = self.pitch.to_radians().sin_cos();
        let (turned_x, turned_z) = (x * yaw_cosine + z * yaw_sine, z * yaw_cosine - x * yaw_sine);
        let (down_y, down_z) = (y * pitch_cosine + turned_z * pitch_sine, turned_z * pitch_cosine - y * pitch_sine);
        // The straight surface, seen with the same perspective, is the picture itself.
        let scale = (DISTANCE - z) / (DISTANCE - down_z);
        [turned_x * scale, down_y * scale]
    }

    /// The point of the straight face that is seen at (`x`, `y`): the inverse of [`Posed::project`].
    pub(crate) fn origin(&self, x: f32, y: f32) -> [f32; 2] {
        if *self == Self::STRAIGHT {
            return [x, y];
        }
        let (mut from_x, mut from_y) = (x, y);
        for _ in 0..STEPS {
            let [seen_x, seen_y] = self.project(from_x, from_y);
            from_x += x - seen_x;
            from_y += y - seen_y;
        }
        [from_x, from_y]
    }
}

impl Surface {
    fn depth(self, x: f32, y: f32) -> f32 {
        match self {
            Self::Head => head(x, y),
            Self::Card { upright, lying } => -0.5 * (upright * x * x + lying * (y - 0.5) * (y - 0.5)),
        }
    }
}

fn head(x: f32, y: f32) -> f32 {
    let (half_width, half_height, middle, depth) = HEAD;
    let dome = |x: f32, y: f32| {
        let rest = 1.0 - (x / half_width).powi(2) - ((y - middle) / half_height).powi(2);
        depth * rest.max(0.0).sqrt()
    };
    let (out, begins, ends, width) = NOSE;
    // The bridge rises evenly to the tip, and falls off below it.
    let along = if y <= ends {
        ((y - begins) / (ends - begins)).clamp(0.0, 1.0)
    } else {
        (1.0 - (y - ends) / 0.15).clamp(0.0, 1.0)
    };
    let nose = out * along * (-(x / width).powi(2)).exp();
    // Behind the ears nothing is seen any more.
    (dome(x, y) - dome(0.5, 0.0) + nose).max(-0.8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_inverse_finds_back() {
        let card = Posed {
            surface: Surface::Card { upright: 0.3, lying: 0.2 },
            yaw: 25.0,
            pitch: -15.0,
        };
        for posed in [Posed::head(20.0), Posed::head(-20.0), card, Posed::STRAIGHT] {
            for (x, y) in [(0.0, 0.0), (0.5, 0.0), (-0.4, 1.1), (0.05, 0.6), (0.3, 0.9)] {
                let [from_x, from_y] = posed.origin(x, y);
                let [seen_x, seen_y] = posed.project(from_x, from_y);
                assert!((seen_x - x).hypot(seen_y - y) < 0.01, "{posed:?} ({x}, {y}): ({seen_x}, {seen_y})");
            }
        }
    }

    #[test]
    fn a_turned_head_carries_its_nose_to_the_side() {
        let [nose, _] = Posed::head(20.0).project(0.0, 0.6);
        let [left, _] = Posed::head(20.0).project(-0.5, 0.0);
        let [right, _] = Posed::head(20.0).project(0.5, 0.0);
        assert!(nose > f32::midpoint(left, right) + 0.1, "{left} {nose} {right}");
    }
}
