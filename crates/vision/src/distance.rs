//! How far away someone stands, from one camera of known field of view: a pinhole estimate.

/// Mean distance between the pupils of adults, millimetres. Adults vary by about a tenth, children stand nearer than they seem to.
const EYES_MM: f32 = 63.0;
/// Width of the detector's box on a face, millimetres: on the test portraits it is 2.0 to 2.3 times the distance of the eyes.
const FACE_MM: f32 = 137.0;

/// Distance in millimetres of someone with `eyes_px` pixels between the eyes, in a picture `width` pixels wide whose horizontal
/// field of view is `field_of_view` degrees. A turned head seems farther, never nearer. `None` for values that no camera has.
pub fn distance_mm(eyes_px: f32, width: u32, field_of_view: f32) -> Option<u32> {
    pinhole(EYES_MM, eyes_px, width, field_of_view)
}

/// The same from the width of a face's box alone, good to about a third. For bystanders: it needs no landmarks.
pub fn rough_distance_mm(face_px: f32, width: u32, field_of_view: f32) -> Option<u32> {
    pinhole(FACE_MM, face_px, width, field_of_view)
}

#[expect(clippy::cast_precision_loss, reason = "sides of pictures are far below 2^23")]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to be positive and below a kilometre"
)]
fn pinhole(object_mm: f32, object_px: f32, width: u32, field_of_view: f32) -> Option<u32> {
    if !(object_px > 0.0 && field_of_view > 1.0 && field_of_view < 170.0) {
        return None;
    }
    let focal_px = width as f32 / 2.0 / (field_of_view.to_radians() / 2.0).tan();
    let distance = focal_px * object_mm / object_px;
    (distance.is_finite() && distance < 1e6).then_some(distance.round() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_follows_the_pinhole() {
        // 640 px and 60 degrees: focal length 554 px.
        assert_eq!(distance_mm(50.0, 640, 60.0), Some(698));
        assert_eq!(distance_mm(25.0, 640, 60.0), Some(1397));
        assert_eq!(distance_mm(100.0, 1280, 60.0), Some(698));
        for (eyes, view) in [
            (0.0, 60.0),
            (-1.0, 60.0),
            (f32::NAN, 60.0),
            (50.0, 0.0),
            (50.0, 180.0),
            (50.0, f32::NAN),
        ] {
            assert_eq!(distance_mm(eyes, 640, view), None, "{eyes} {view}");
        }
    }
}
