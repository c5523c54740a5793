//! Doors and the ways through them.

use countenance_base::{DoorId, Text, Timestamp};
use countenance_gate_core::challenge::Liveness;
use countenance_gate_core::policy::{Lane, Zone};
use countenance_persons::DoorWords;
use countenance_rules::{Area, DoorFacts, LegalOpinion, Place, WayFacts};
use countenance_storage::{StoreError, Tx};

use crate::store;

/// A door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Door {
    pub id: DoorId,
    /// What people call it: door 3.
    pub number: u32,
    pub name: Text,
    pub settings: DoorSettings,
    pub saved_at: Timestamp,
}

/// What an operator sets at a door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoorSettings {
    pub place: Place,
    /// What the gate's camera looks at.
    pub area: Area,
    pub camera: bool,
    /// A sign says that a camera recognises faces here, and who answers for it.
    pub sign: bool,
    /// For a public place: the ground of public security is on file.
    pub public_security: bool,
    /// The choices; each inner list is the lanes asked together.
    pub ways: Vec<Vec<Lane>>,
    /// How long the relay stays open, milliseconds.
    pub open_ms: u32,
    /// Beyond this a face is not looked at, millimetres.
    pub distance_max_mm: u32,
    pub zone: Zone,
    /// How the gate makes sure that somebody is there.
    pub liveness: Liveness,
    /// What stands behind an open search at a place open to customers or everyone; see [`crate::set_opinion`].
    pub opinion: Option<LegalOpinion>,
}

impl DoorSettings {
    /// A residential entrance with a camera and a sign, QR and PIN, before anything is set.
    pub fn entrance(distance_max_mm: u32) -> Self {
        Self {
            place: Place::Residential,
            area: Area::Entrance,
            camera: true,
            sign: true,
            public_security: false,
            ways: vec![vec![Lane::Qr], vec![Lane::Pin]],
            open_ms: 3_000,
            distance_max_mm,
            zone: Zone::MIDDLE,
            liveness: Liveness::Passive,
            opinion: None,
        }
    }

    pub fn has_face(&self) -> bool {
        self.ways.iter().flatten().any(|lane| *lane == Lane::Face)
    }

    /// The door as the rulebook asks about it.
    pub fn facts(&self) -> DoorFacts {
        DoorFacts {
            place: self.place,
            area: self.area,
            camera: self.camera,
            ways: self
                .ways
                .iter()
                .map(|way| WayFacts {
                    credentials: u8::try_from(way.len()).unwrap_or(u8::MAX),
                    face: way.contains(&Lane::Face),
                })
                .collect(),
            distance_max_mm: self.distance_max_mm,
            zone_set: self.zone.left < self.zone.right && self.zone.top < self.zone.bottom,
            sign: self.sign,
            public_security: self.public_security,
            legal_opinion: self.opinion.clone(),
        }
    }
}

impl Door {
    /// The door as declarations, notices and consents name it.
    pub fn words(&self) -> DoorWords {
        let others: Vec<&Vec<Lane>> = self.settings.ways.iter().filter(|way| !way.contains(&Lane::Face)).collect();
        let list = |word: fn(Lane) -> &'static str, and: &str, or: &str| -> String {
            others
                .iter()
                .map(|way| way.iter().map(|lane| word(*lane)).collect::<Vec<_>>().join(and))
                .collect::<Vec<_>>()
                .join(or)
        };
        DoorWords {
            id: self.id,
            name: self.name.clone(),
            other_ways: Text::new(list(lane_zh, "加", "、"), list(lane_en, " with ", ", ")),
        }
    }
}

pub async fn lookup_door(tx: &mut Tx, id: DoorId) -> Result<Option<Door>, StoreError> {
    store::door::lookup(tx, id).await
}

pub async fn lookup_door_by_number(tx: &mut Tx, number: u32) -> Result<Option<Door>, StoreError> {
    store::door::lookup_by_number(tx, number).await
}

/// All doors, by number.
pub async fn list_doors(tx: &mut Tx) -> Result<Vec<Door>, StoreError> {
    store::door::list(tx).await
}

const fn lane_zh(lane: Lane) -> &'static str {
    match lane {
        Lane::Qr => "手机二维码",
        Lane::Card => "门卡",
        Lane::Pin => "密码",
        Lane::Face => "人脸",
        Lane::Remote => "远程开门",
    }
}

const fn lane_en(lane: Lane) -> &'static str {
    match lane {
        Lane::Qr => "QR code on the phone",
        Lane::Card => "card",
        Lane::Pin => "PIN",
        Lane::Face => "face",
        Lane::Remote => "opening from afar",
    }
}
