//! A door's place: what a new door begins with, and what may change under it.

use askama::Template;
use countenance_base::Text;

use crate::{Frame, Problem, Refusal};

/// What the form holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PlaceDraft {
    /// Only a new door is asked for it.
    pub number: String,
    pub zh: String,
    pub en: String,
    /// Word of the kind of place.
    pub place: String,
    /// Word of what the camera looks at.
    pub area: String,
    pub camera: bool,
    pub sign: bool,
    pub public_security: bool,
    pub distance_cm: String,
    /// Left, top, right, bottom, hundredths of the picture.
    pub zone: [String; 4],
    pub open_seconds: String,
}

/// The form of a new door, or of one that is there.
#[derive(Debug, Template)]
#[template(path = "desk/door_place.html")]
pub struct DoorPlace {
    pub frame: Frame,
    /// The door's name and the base address of its forms; none for a new one.
    pub door: Option<(Text, String)>,
    pub draft: PlaceDraft,
    /// Words of every kind of place, and of everything that a camera may look at.
    pub places: Vec<&'static str>,
    pub areas: Vec<&'static str>,
    pub refusals: Vec<Refusal>,
    pub problem: Option<Problem>,
}

impl DoorPlace {
    /// Name, value and the key of the label of each edge of the zone.
    pub fn edges(&self) -> [(&'static str, &str, &'static str); 4] {
        let [left, top, right, bottom] = &self.draft.zone;
        [
            ("left", left, "zone-left"),
            ("top", top, "zone-top"),
            ("right", right, "zone-right"),
            ("bottom", bottom, "zone-bottom"),
        ]
    }
}
