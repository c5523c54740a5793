//! Doors as the rulebook sees them.

use crate::LegalOpinion;

/// The kind of place a door belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    Residential,
    Workplace,
    School,
    /// Open to customers: a shop, a hotel, a gym.
    Business,
    /// Open to everyone: a station, a square, a park.
    Public,
}

impl Place {
    pub const ALL: [Self; 5] = [Self::Residential, Self::Workplace, Self::School, Self::Business, Self::Public];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Residential => "residential",
            Self::Workplace => "workplace",
            Self::School => "school",
            Self::Business => "business",
            Self::Public => "public",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|place| place.word() == word)
    }
}

/// What the gate's camera looks at. Which of these are private is the rulebook's to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Area {
    Entrance,
    Lobby,
    Corridor,
    Lift,
    Garage,
    Office,
    Classroom,
    Yard,
    HotelRoom,
    PrivateDining,
    DormRoom,
    StaffRestRoom,
    Bath,
    Toilet,
    ChangingRoom,
    NursingRoom,
    FittingRoom,
    OtherPrivate,
}

impl Area {
    pub const ALL: [Self; 18] = [
        Self::Entrance,
        Self::Lobby,
        Self::Corridor,
        Self::Lift,
        Self::Garage,
        Self::Office,
        Self::Classroom,
        Self::Yard,
        Self::HotelRoom,
        Self::PrivateDining,
        Self::DormRoom,
        Self::StaffRestRoom,
        Self::Bath,
        Self::Toilet,
        Self::ChangingRoom,
        Self::NursingRoom,
        Self::FittingRoom,
        Self::OtherPrivate,
    ];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Entrance => "entrance",
            Self::Lobby => "lobby",
            Self::Corridor => "corridor",
            Self::Lift => "lift",
            Self::Garage => "garage",
            Self::Office => "office",
            Self::Classroom => "classroom",
            Self::Yard => "yard",
            Self::HotelRoom => "hotel_room",
            Self::PrivateDining => "private_dining",
            Self::DormRoom => "dorm_room",
            Self::StaffRestRoom => "staff_rest_room",
            Self::Bath => "bath",
            Self::Toilet => "toilet",
            Self::ChangingRoom => "changing_room",
            Self::NursingRoom => "nursing_room",
            Self::FittingRoom => "fitting_room",
            Self::OtherPrivate => "other_private",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|area| area.word() == word)
    }
}

/// One way through a door: how many credentials it asks for together, and whether a face is one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WayFacts {
    pub credentials: u8,
    pub face: bool,
}

/// A door with its gate.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own that a rule of its own asks for"
)]
pub struct DoorFacts {
    pub place: Place,
    pub area: Area,
    /// The gate has a camera, for faces or for codes.
    pub camera: bool,
    pub ways: Vec<WayFacts>,
    /// Beyond this a face is not looked at, millimetres.
    pub distance_max_mm: u32,
    /// The part of the picture in which a face counts is set.
    pub zone_set: bool,
    /// A sign at the door says that a camera recognises faces here, and who answers for it.
    pub sign: bool,
    /// For a public place: the ground of public security is on file.
    pub public_security: bool,
    /// For an open search at a place open to customers or everyone.
    pub legal_opinion: Option<LegalOpinion>,
}
