//! The pipeline against `tests/golden/golden.json`, written by a plain Python pipeline that shares no code with this one.
//! Boxes and points may differ by 2 % of the face's width (decoders and filters round differently), liveness by 0.02, similarities by 0.05 (the two low-pass
//! large faces differently).

use std::fs;

use serde_json::Value;

use crate::{Counters, Face, Limits, Pack, Picture, Vision};

fn golden() -> Value {
    serde_json::from_str(include_str!("../tests/golden/golden.json")).unwrap()
}

fn numbers(value: &Value) -> Vec<f32> {
    value.as_array().unwrap().iter().map(number).collect()
}

#[expect(clippy::cast_possible_truncation, reason = "written with four decimals")]
fn number(value: &Value) -> f32 {
    value.as_f64().unwrap() as f32
}

fn load() -> (Vision, impl Fn(&str) -> Picture) {
    let installed = countenance_setup::models().unwrap();
    let vision = Vision::load(&Pack::load(&installed.pack).unwrap(), &installed.runtime).unwrap();
    let picture = move |name: &str| Picture::decode(&fs::read(installed.pictures.join(name)).unwrap(), Limits::FILE).unwrap();
    (vision, picture)
}

#[test]
fn boxes_points_and_liveness_are_those_of_the_reference() {
    let (mut vision, picture) = load();
    for (name, expected) in golden()["pictures"].as_object().unwrap() {
        let picture = picture(name);
        let faces = vision.detect(&picture).unwrap();
        assert_eq!(faces.len() as u64, expected["faces"].as_u64().unwrap(), "{name}");
        let Face { area, score } = faces[0];
        let near = area.width() * 0.02;
        let sides = [area.left, area.top, area.right, area.bottom];
        for (side, expected) in sides.iter().zip(numbers(&expected["box"])) {
            assert!((side - expected).abs() < near, "{name}: {area:?}");
        }
        assert!((score - number(&expected["score"])).abs() < 0.01, "{name}: {score}");
        let points = vision.landmarks(&picture, &faces[0]).unwrap().five();
        for (point, expected) in points.iter().zip(expected["points"].as_array().unwrap()) {
            let expected = numbers(expected);
            assert!((point[0] - expected[0]).hypot(point[1] - expected[1]) < near, "{name}: {points:?}");
        }
        let live = vision.live(&picture, &faces[0]).unwrap();
        assert!((live - number(&expected["live"])).abs() < 0.02, "{name}: {live}");
        assert!(live > 0.98, "{name}: {live}");
    }
    let Counters {
        detector_calls,
        faces_seen,
        landmark_calls,
        liveness_calls,
        embedder_calls,
    } = vision.counters();
    assert_eq!(
        (detector_calls, faces_seen, landmark_calls, liveness_calls, embedder_calls),
        (5, 6, 5, 5, 0)
    );
}

#[test]
fn similarities_are_those_of_the_reference() {
    let (mut vision, picture) = load();
    let mut raw = |name: &str| {
        let picture = picture(name);
        let face = vision.detect(&picture).unwrap()[0];
        let landmarks = vision.landmarks(&picture, &face).unwrap();
        vision.raw(&picture, &landmarks)
    };
    for pair in golden()["similarity"].as_array().unwrap() {
        let (one, other, expected) = (pair[0].as_str().unwrap(), pair[1].as_str().unwrap(), number(&pair[2]));
        let found: f32 = raw(one).iter().zip(raw(other)).map(|(one, other)| one * other).sum();
        assert!((found - expected).abs() < 0.05, "{one} {other}: {found}, reference {expected}");
        let same = one.starts_with("obama") && other.starts_with("obama");
        assert!(if same { found > 0.65 } else { found < 0.2 }, "{one} {other}: {found}");
    }
}

#[test]
fn the_portraits_are_shown_well_and_a_rinse_is_not_counted() {
    let (mut vision, picture) = load();
    for name in ["obama.jpg", "biden.jpg"] {
        let picture = picture(name);
        let face = vision.detect(&picture).unwrap()[0];
        let landmarks = vision.landmarks(&picture, &face).unwrap();
        let quality = vision.quality(&picture, &landmarks).unwrap();
        assert!(
            quality.yaw.abs() < 25.0 && quality.pitch.abs() < 25.0 && quality.roll.abs() < 20.0,
            "{name}: {quality:?}"
        );
        assert!(
            quality.sharpness > 20.0 && (60.0..220.0).contains(&quality.exposure),
            "{name}: {quality:?}"
        );
    }
    let before = vision.counters();
    vision.rinse().unwrap();
    assert_eq!(vision.counters(), before);
    assert_eq!(vision.detect(&Picture::grey(640, 480)).unwrap(), []);
}
