//! A turned head against everything that is not one: cards tilted, bent and scaled. Once with points alone and many cards, once with
//! drawn frames through the real landmarks.

use std::path::PathBuf;

use countenance_base::SeededRng;
use countenance_gate_core::challenge::{Pose, Side, pose};
use countenance_testkit::scenes::{Posed, Scene, Sitter, Surface};
use countenance_vision::{Landmarks, Limits, Pack, Picture, Turn, Vision};
use proptest::prelude::*;

/// A face looking straight ahead: 68 points in iBUG order, in distances between the eyes, the middle between them at zero.
fn face() -> Vec<[f32; 2]> {
    let arc = |count: u8, from: [f32; 2], to: [f32; 2], sag: f32| {
        (0..count).map(move |at| {
            let share = f32::from(at) / f32::from(count - 1);
            let bow = sag * 4.0 * share * (1.0 - share);
            [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share + bow]
        })
    };
    let around = |x: f32, y: f32, wide: f32, high: f32, turns: &[f32]| -> Vec<[f32; 2]> {
        turns
            .iter()
            .map(|turn| {
                let (sine, cosine) = (turn * std::f32::consts::TAU).sin_cos();
                [x - wide * cosine, y - high * sine]
            })
            .collect()
    };
    let sixth = [0.0, 0.17, 0.33, 0.5, 0.67, 0.83];
    let mut points: Vec<[f32; 2]> = arc(17, [-1.1, -0.05], [1.1, -0.05], 1.9).collect();
    points.extend(arc(5, [-0.85, -0.3], [-0.2, -0.3], -0.12));
    points.extend(arc(5, [0.2, -0.3], [0.85, -0.3], -0.12));
    points.extend(arc(4, [0.0, 0.05], [0.0, 0.6], 0.0));
    points.extend(arc(5, [-0.22, 0.62], [0.22, 0.62], 0.04));
    points.extend(around(-0.5, 0.0, 0.22, 0.08, &sixth));
    points.extend(around(0.5, 0.0, 0.22, 0.08, &sixth));
    let twelfth: Vec<f32> = (0..12u8).map(|at| f32::from(at) / 12.0).collect();
    points.extend(around(0.0, 1.1, 0.4, 0.16, &twelfth));
    let eighth: Vec<f32> = (0..8u8).map(|at| f32::from(at) / 8.0).collect();
    points.extend(around(0.0, 1.1, 0.33, 0.06, &eighth));
    assert_eq!(points.len(), 68);
    points
}

/// The face on this surface in a picture, with every landmark off by up to `scatter` distances between the eyes.
fn seen(posed: Posed, scale: f32, roll: f32, scatter: &[f32]) -> Vec<[f32; 2]> {
    let (sine, cosine) = roll.to_radians().sin_cos();
    face()
        .into_iter()
        .zip(scatter.chunks(2))
        .map(|([x, y], off)| {
            let [x, y] = posed.project(x, y);
            let (x, y) = (x + off[0], y + off[1]);
            [320.0 + scale * (x * cosine - y * sine), 200.0 + scale * (x * sine + y * cosine)]
        })
        .collect()
}

/// The landmarks of these weights scatter by about a hundredth of the eyes' distance on frames of one picture.
const SCATTER: f32 = 0.01;

/// Landmarks that are off each on its own, as far as that and no farther.
fn scatter() -> impl Strategy<Value = Vec<f32>> {
    proptest::collection::vec(-SCATTER..SCATTER, 136)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn a_still_that_is_tilted_bent_scaled_or_rolled_is_never_a_turned_head(
        yaw in -50.0f32..50.0,
        pitch in -45.0f32..45.0,
        // A radius of 200 mm and more: tighter, a sheet of paper becomes a mask, which this does not claim to stop.
        upright in -0.31f32..0.31,
        lying in -0.31f32..0.31,
        scale in 25.0f32..120.0,
        roll in -30.0f32..30.0,
        before in scatter(),
        after in scatter(),
    ) {
        let front = seen(Posed { surface: Surface::Card { upright, lying }, yaw: 0.0, pitch: 0.0 }, 50.0, 0.0, &before);
        let now = seen(Posed { surface: Surface::Card { upright, lying }, yaw, pitch }, scale, roll, &after);
        let turn = Turn::between(&front, &now);
        prop_assert!(!turn.is_some_and(|turn| turn.is_of_a_head()), "{turn:?}");
    }

    #[test]
    fn a_head_that_turns_far_enough_is_a_turned_head(
        // Nearer to where the numbers were drawn, scatter alone can hide the turn: of 60,000 heads at 27° one or two are asked again.
        yaw in 28.0f32..35.0,
        left in any::<bool>(),
        scale in 30.0f32..120.0,
        roll in -10.0f32..10.0,
        before in scatter(),
        after in scatter(),
    ) {
        let yaw = if left { yaw } else { -yaw };
        let front = seen(Posed::head(0.0), 50.0, 0.0, &before);
        let now = seen(Posed::head(yaw), scale, roll, &after);
        let turn = Turn::between(&front, &now).unwrap();
        prop_assert!(turn.is_of_a_head(), "{turn:?}");
        prop_assert_eq!(turn.relief > 0.0, left);
    }
}

#[test]
fn points_without_spread_are_no_turn() {
    assert!(Turn::between(&[[1.0, 1.0]; 68], &[[1.0, 1.0]; 68]).is_none());
    assert!(Turn::between(&face()[..40], &face()[..40]).is_none());
}

struct Eyes {
    vision: Vision,
    pictures: PathBuf,
}

/// What a posed portrait gave in one frame.
struct Look {
    landmarks: Landmarks,
    yaw: f32,
}

impl Look {
    fn pose_since(&self, front: &Self) -> (Pose, String) {
        let turn = self.landmarks.turn_since(&front.landmarks).unwrap();
        let yaw = self.yaw - front.yaw;
        let pose = pose(yaw, turn.is_of_a_head());
        (pose, format!("yaw {yaw:6.1}, {turn:?}, {pose:?}"))
    }
}

impl Eyes {
    fn open() -> Self {
        let installed = countenance_setup::models().unwrap();
        let pack = Pack::load(&installed.pack).unwrap();
        Self {
            vision: Vision::load(&pack, &installed.runtime).unwrap(),
            pictures: installed.pictures,
        }
    }

    fn look(&mut self, sitter: Sitter, posed: Posed, seed: u64) -> Look {
        let scene = Scene::of(&self.pictures, sitter, 0.9).unwrap().posed(posed);
        let frame = scene.frame(&mut SeededRng::new(seed)).unwrap();
        let picture = Picture::decode(&frame, Limits::FRAME).unwrap();
        let face = self.vision.detect(&picture).unwrap().into_iter().next().unwrap();
        let landmarks = self.vision.landmarks(&picture, &face).unwrap();
        let yaw = self.vision.quality(&picture, &landmarks).unwrap().yaw;
        Look { landmarks, yaw }
    }
}

#[test]
fn drawn_heads_turn() {
    let mut eyes = Eyes::open();
    for sitter in [Sitter::A1, Sitter::A3, Sitter::B] {
        let front = eyes.look(sitter, Posed::head(0.0), 1);
        for (yaw, wanted) in [
            (-25.0, Pose::Turned(Side::Right)),
            (0.0, Pose::Front),
            (25.0, Pose::Turned(Side::Left)),
        ] {
            for seed in [2, 3] {
                let (pose, numbers) = eyes.look(sitter, Posed::head(yaw), seed).pose_since(&front);
                println!("{sitter:?} head {yaw:5.1}: {numbers}");
                assert_eq!(pose, wanted, "{sitter:?} {yaw}: {numbers}");
            }
        }
    }
}

#[test]
fn drawn_cards_never_turn_however_they_are_held() {
    let mut eyes = Eyes::open();
    for (upright, lying) in [(0.0, 0.0), (0.4, 0.0), (-0.4, 0.0), (0.0, 0.4)] {
        let surface = Surface::Card { upright, lying };
        let held = |yaw, pitch| Posed { surface, yaw, pitch };
        for sitter in [Sitter::A3, Sitter::B] {
            let front = eyes.look(sitter, held(0.0, 0.0), 1);
            for (yaw, pitch) in [(30.0, 0.0), (50.0, 0.0), (-50.0, 0.0), (30.0, -30.0)] {
                let (pose, numbers) = eyes.look(sitter, held(yaw, pitch), 2).pose_since(&front);
                println!("{sitter:?} card {upright} {lying} turned {yaw} {pitch}: {numbers}");
                assert!(
                    !matches!(pose, Pose::Turned(_)),
                    "{sitter:?} card {upright} {lying} turned {yaw} {pitch}: {numbers}"
                );
            }
        }
    }
}
