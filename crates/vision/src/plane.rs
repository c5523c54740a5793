//! What one plane does between two pictures of it: a homography, fitted by least squares to points that are seen in both.
//! Points are shifted and scaled first, without which the fit is badly conditioned (Hartley 1997, "In defense of the eight-point
//! algorithm").

type Point = [f32; 2];
/// One linear equation in the eight unknowns of a homography, and its right side.
type Equation = [f64; 9];

const UNKNOWNS: usize = 8;
/// A pivot below this, in normalised coordinates, means that the points lie on a line.
const PIVOT_MIN: f64 = 1e-9;

/// A homography between two sets of points.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plane {
    from: Frame,
    to: Frame,
    h: [f64; UNKNOWNS],
}

/// Shift and scale that bring points around zero to a mean distance of one.
#[derive(Debug, Clone, Copy)]
struct Frame {
    x: f64,
    y: f64,
    scale: f64,
}

impl Plane {
    /// The plane's motion from `from` to `to`, pair by pair; `None` for fewer than four pairs or points without spread.
    pub(crate) fn between(from: &[Point], to: &[Point]) -> Option<Self> {
        if from.len() != to.len() || from.len() < UNKNOWNS / 2 {
            return None;
        }
        let (from_frame, to_frame) = (Frame::around(from)?, Frame::around(to)?);
        let mut normal = vec![[0.0; UNKNOWNS + 1]; UNKNOWNS];
        for (from, to) in from.iter().zip(to) {
            let ([x, y], [u, v]) = (from_frame.inward(*from), to_frame.inward(*to));
            add(&mut normal, &[x, y, 1.0, 0.0, 0.0, 0.0, -u * x, -u * y, u]);
            add(&mut normal, &[0.0, 0.0, 0.0, x, y, 1.0, -v * x, -v * y, v]);
        }
        Some(Self {
            from: from_frame,
            to: to_frame,
            h: solve(normal)?,
        })
    }

    /// Where a point of the plane is in the second picture.
    pub(crate) fn carry(&self, point: Point) -> Point {
        let [x, y] = self.from.inward(point);
        let [across @ .., tilt_x, tilt_y] = self.h;
        let [right_x, right_y, right, down_x, down_y, down] = across;
        let depth = tilt_x * x + tilt_y * y + 1.0;
        self.to.outward([
            (right_x * x + right_y * y + right) / depth,
            (down_x * x + down_y * y + down) / depth,
        ])
    }
}

impl Frame {
    #[expect(clippy::cast_precision_loss, reason = "a face has 68 points")]
    fn around(points: &[Point]) -> Option<Self> {
        let count = points.len() as f64;
        let sum = |axis: fn(&Point) -> f32| points.iter().map(|point| f64::from(axis(point))).sum::<f64>() / count;
        let (x, y) = (sum(|point| point[0]), sum(|point| point[1]));
        let spread = points
            .iter()
            .map(|[px, py]| (f64::from(*px) - x).hypot(f64::from(*py) - y))
            .sum::<f64>()
            / count;
        (spread.is_finite() && spread > 1e-6).then_some(Self { x, y, scale: spread })
    }

    fn inward(&self, [x, y]: Point) -> [f64; 2] {
        [(f64::from(x) - self.x) / self.scale, (f64::from(y) - self.y) / self.scale]
    }

    #[expect(clippy::cast_possible_truncation, reason = "positions in a picture")]
    fn outward(&self, [x, y]: [f64; 2]) -> Point {
        [(x * self.scale + self.x) as f32, (y * self.scale + self.y) as f32]
    }
}

/// Adds one equation to the normal equations.
fn add(normal: &mut [Equation], equation: &Equation) {
    for (row, factor) in normal.iter_mut().zip(equation) {
        for (sum, value) in row.iter_mut().zip(equation) {
            *sum += factor * value;
        }
    }
}

/// Gauss and Jordan's elimination with partial pivoting.
fn solve(mut rows: Vec<Equation>) -> Option<[f64; UNKNOWNS]> {
    let value = |row: &Equation, column: usize| row.get(column).copied().unwrap_or(0.0);
    for column in 0..UNKNOWNS {
        let best = (column..UNKNOWNS).max_by(|a, b| {
            let size = |at: &usize| rows.get(*at).map_or(0.0, |row| value(row, column).abs());
            size(a).total_cmp(&size(b))
        })?;
        rows.swap(column, best);
        let mut pivot = *rows.get(column)?;
        let head = value(&pivot, column);
        if head.is_nan() || head.abs() < PIVOT_MIN {
            return None;
        }
        for entry in &mut pivot {
            *entry /= head;
        }
        for (at, row) in rows.iter_mut().enumerate() {
            if at == column {
                *row = pivot;
            } else {
                let factor = value(row, column);
                for (entry, from) in row.iter_mut().zip(pivot) {
                    *entry -= factor * from;
                }
            }
        }
    }
    let mut solution = [0.0; UNKNOWNS];
    for (unknown, row) in solution.iter_mut().zip(&rows) {
        *unknown = value(row, UNKNOWNS);
    }
    Some(solution)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tilted_card_is_carried_exactly() {
        let card: Vec<Point> = vec![[10.0, 10.0], [200.0, 30.0], [180.0, 220.0], [20.0, 190.0], [90.0, 100.0]];
        let tilt = |[x, y]: Point| {
            let depth = 0.0007 * x - 0.0004 * y + 1.0;
            [(0.8 * x + 0.1 * y + 30.0) / depth, (0.9 * y - 0.05 * x - 12.0) / depth]
        };
        let seen: Vec<Point> = card.iter().copied().map(tilt).collect();
        let plane = Plane::between(&card, &seen).unwrap();
        for point in [[50.0, 60.0], [150.0, 10.0], [0.0, 250.0]] {
            let ([x, y], [u, v]) = (plane.carry(point), tilt(point));
            assert!((x - u).hypot(y - v) < 0.01, "{point:?}: {x} {y} for {u} {v}");
        }
    }

    #[test]
    fn points_on_a_line_or_too_few_have_no_plane() {
        let line: Vec<Point> = [0.0f32, 1.0, 2.0, 3.0, 4.0].map(|x| [x, 2.0 * x]).to_vec();
        assert!(Plane::between(&line, &line).is_none());
        assert!(Plane::between(&line[..3], &line[..3]).is_none());
        assert!(Plane::between(&[[1.0, 1.0]; 6], &[[1.0, 1.0]; 6]).is_none());
    }
}
