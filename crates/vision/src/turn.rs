//! Whether a head was turned: what the points of a face did between two frames, and whether one plane could have done it.
//!
//! A picture of a face (paper, a phone) may be moved, tilted, scaled and a little bent; its points then follow a homography, and the tip
//! of the nose stays where the plane carries it. On a head the tip stands out by about a third of the distance between the eyes and
//! runs ahead of it (plane and parallax: Irani and Anandan 1998). The bridge of the nose hardly does, so that a sheet folded along
//! the nose, which lifts both, is told apart.

use zeroize::Zeroizing;

use crate::Landmarks;
use crate::plane::Plane;

type Point = [f32; 2];
/// The same point in front and now. Measures of a face: overwritten when dropped.
type Pairs = Zeroizing<Vec<[Point; 2]>>;

/// iBUG indices: brows, eyes, corners of the mouth. Lips are left out: they move when a person speaks.
const PLANE: [usize; 26] = [
    17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 54, 60, 64,
];
const TIP: [usize; 3] = [30, 33, 29];
const BRIDGE: [usize; 1] = [27];
const LEFT_EYE: [usize; 4] = [37, 38, 40, 41];
const RIGHT_EYE: [usize; 4] = [43, 44, 46, 47];

/// What one plane may leave unexplained, in distances between the eyes. Seen with these landmarks: flat pictures up to 0.010 however
/// they are tilted, sheets bent to a radius of 160 mm and turned by 50 degrees up to 0.040, heads turned by 22 degrees from 0.042.
const RESIDUAL_MIN: f32 = 0.035;
/// How far the tip of the nose must run ahead of the bridge, in distances between the eyes. Seen: flat pictures up to 0.012, those bent
/// sheets up to 0.052, heads turned by 22 degrees from 0.060.
const RELIEF_MIN: f32 = 0.057;

/// What happened between a face that looked straight ahead and the same face now. Lengths are in distances between the eyes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Turn {
    /// Root mean square of what the best plane leaves unexplained, over nose, eyes, brows and corners of the mouth.
    pub residual: f32,
    /// How far the tip of the nose ran ahead of its bridge against that plane, positive to the person's own left.
    pub relief: f32,
}

impl Turn {
    /// Measures two sets of 68 points (iBUG order); `None` when they have no spread.
    pub fn between(front: &[Point], now: &[Point]) -> Option<Self> {
        let ground = pairs(front, now, &PLANE)?;
        let nose = pairs(front, now, &[27, 28, 29, 30, 31, 32, 33, 34, 35])?;
        let eyes_px = eye_distance(now)?.max(eye_distance(front)?);
        let all: Pairs = Zeroizing::new(ground.iter().chain(nose.iter()).copied().collect());
        let whole = fit(&all)?;
        #[expect(clippy::cast_precision_loss, reason = "35 points")]
        let mean = all
            .iter()
            .map(|[from, to]| {
                let [x, y] = whole.carry(*from);
                (x - to[0]).powi(2) + (y - to[1]).powi(2)
            })
            .sum::<f32>()
            / all.len() as f32;
        let plane = fit(&ground)?;
        let ahead = |points: &[usize]| -> Option<f32> {
            let moved = pairs(front, now, points)?;
            #[expect(clippy::cast_precision_loss, reason = "three points")]
            let count = moved.len() as f32;
            Some(moved.iter().map(|[from, to]| to[0] - plane.carry(*from)[0]).sum::<f32>() / count)
        };
        Some(Self {
            residual: mean.sqrt() / eyes_px,
            relief: (ahead(&TIP)? - ahead(&BRIDGE)?) / eyes_px,
        })
    }

    /// Whether a head was turned, rather than a picture moved.
    ///
    /// INVARIANT: false for whatever one plane explains.
    pub fn is_of_a_head(&self) -> bool {
        self.residual >= RESIDUAL_MIN && self.relief.abs() >= RELIEF_MIN
    }
}

fn pairs(front: &[Point], now: &[Point], points: &[usize]) -> Option<Pairs> {
    let mut pairs = Zeroizing::new(Vec::with_capacity(points.len()));
    for at in points {
        pairs.push([*front.get(*at)?, *now.get(*at)?]);
    }
    Some(pairs)
}

fn fit(pairs: &[[Point; 2]]) -> Option<Plane> {
    let from: Zeroizing<Vec<Point>> = Zeroizing::new(pairs.iter().map(|[from, _]| *from).collect());
    let to: Zeroizing<Vec<Point>> = Zeroizing::new(pairs.iter().map(|[_, to]| *to).collect());
    Plane::between(&from, &to)
}

impl Landmarks {
    /// What happened since these same landmarks looked straight ahead; `None` when the points have no spread.
    pub fn turn_since(&self, front: &Self) -> Option<Turn> {
        Turn::between(&front.0, &self.0)
    }
}

fn eye_distance(points: &[Point]) -> Option<f32> {
    let centre = |eye: &[usize; 4]| -> Option<Point> {
        eye.iter().try_fold([0.0, 0.0], |[x, y], at| {
            let [px, py] = points.get(*at)?;
            Some([x + px / 4.0, y + py / 4.0])
        })
    };
    let ([lx, ly], [rx, ry]) = (centre(&LEFT_EYE)?, centre(&RIGHT_EYE)?);
    let distance = (rx - lx).hypot(ry - ly);
    (distance.is_finite() && distance > 1.0).then_some(distance)
}
