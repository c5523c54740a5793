//! The body of a gate's signed snapshot: what the server compiled from rulebook, doors, credentials and consents.

use countenance_base::{ConsentId, DoorId, GrantId, PersonId, PurposeId, Text, Timestamp};
use countenance_grant::{Mode, PublicKey};

use crate::challenge::Liveness;

/// A way in. Several together make one [`Door::ways`] entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, minicbor::Encode, minicbor::Decode)]
#[cbor(index_only)]
pub enum Lane {
    #[n(0)]
    Qr,
    #[n(1)]
    Card,
    #[n(2)]
    Pin,
    #[n(3)]
    Face,
    #[n(4)]
    Remote,
}

impl Lane {
    pub const ALL: [Self; 5] = [Self::Qr, Self::Card, Self::Pin, Self::Face, Self::Remote];

    /// The word in code, SQL, URLs and logs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Qr => "qr",
            Self::Card => "card",
            Self::Pin => "pin",
            Self::Face => "face",
            Self::Remote => "remote",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lane| lane.word() == word)
    }
}

/// Everything one gate needs to decide alone.
#[derive(Debug, Clone, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(array)]
pub struct Policy {
    #[n(0)]
    pub door: Door,
    /// IANA name; what the kiosk shows is local time.
    #[n(1)]
    pub time_zone: String,
    /// Seconds after the last contact in which QR, PIN and card go on.
    #[n(2)]
    pub other_lease_s: u32,
    /// `None`: this door has no face lane, or its purpose is not active.
    #[n(3)]
    pub face: Option<FacePolicy>,
    #[n(4)]
    pub households: Vec<Household>,
    /// Refusals that come from the rulebook, by code.
    #[n(5)]
    pub texts: Vec<RefusalText>,
    /// X25519 key of the site's evidence share holders (two of three open, never the operator alone).
    #[cbor(n(6), with = "minicbor::bytes")]
    pub evidence_key: [u8; 32],
    /// Rulebook by whose text this was compiled, e.g. `cn/2025-06-01`.
    #[n(7)]
    pub rulebook: String,
    /// Faces that are not compared now although their consents stand. Left out of the bytes while there is none.
    #[n(8)]
    pub stop: Option<FaceStop>,
}

/// What rests at one gate: an operator stopped it, or the rulebook refuses it for now. Nothing of it is compared, and templates stay.
#[derive(Debug, Clone, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(array)]
pub struct FaceStop {
    /// Since when the whole door is stopped; `None` when only some people are.
    #[n(0)]
    pub since: Option<Timestamp>,
    /// Whose template stays although no grant lets it be compared.
    #[n(1)]
    pub kept: Vec<KeptFace>,
}

/// A template that rests no longer than its consent lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(array)]
pub struct KeptFace {
    #[n(0)]
    pub person: PersonId,
    #[n(1)]
    pub consent: ConsentId,
    #[n(2)]
    pub consent_version: u32,
    #[n(3)]
    pub until: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(array)]
pub struct Door {
    #[n(0)]
    pub id: DoorId,
    #[n(1)]
    pub name: Text,
    /// The choices: each inner list is the lanes asked together (one or two).
    #[n(2)]
    pub ways: Vec<Vec<Lane>>,
    /// How long the relay stays open, milliseconds.
    #[n(3)]
    pub open_ms: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(array)]
pub struct FacePolicy {
    #[n(0)]
    pub purpose: PurposeId,
    /// One sentence, shown before the camera opens.
    #[n(1)]
    pub purpose_text: Text,
    #[n(2)]
    pub mode: Mode,
    /// The door's limit, millimetres.
    #[n(3)]
    pub distance_max_mm: u32,
    #[n(4)]
    pub zone: Zone,
    #[n(5)]
    pub liveness: Liveness,
}

/// The part of the picture in which a face counts, in thousandths of its width and height.
#[derive(Debug, Clone, Copy, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(array)]
pub struct Zone {
    #[n(0)]
    pub left: u16,
    #[n(1)]
    pub top: u16,
    #[n(2)]
    pub right: u16,
    #[n(3)]
    pub bottom: u16,
}

impl Zone {
    /// The middle half of the picture, the default of a new door.
    pub const MIDDLE: Self = Self {
        left: 200,
        top: 50,
        right: 800,
        bottom: 950,
    };

    /// Whether the point (`x`, `y`), fractions of width and height, lies inside.
    pub fn contains(&self, x: f32, y: f32) -> bool {
        let inside = |value: f32, low: u16, high: u16| value >= f32::from(low) / 1000.0 && value <= f32::from(high) / 1000.0;
        inside(x, self.left, self.right) && inside(y, self.top, self.bottom)
    }
}

/// The people who answer one claim: a flat, a ticket.
#[derive(Debug, Clone, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(array)]
pub struct Household {
    /// What is keyed in, e.g. `12-1803`.
    #[n(0)]
    pub unit: String,
    #[n(1)]
    pub people: Vec<Member>,
}

/// A person as the gate knows them: no name, no number.
#[derive(Debug, Clone, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(array)]
pub struct Member {
    #[n(0)]
    pub person: PersonId,
    #[n(1)]
    pub pin: Option<PinVerifier>,
    /// Ed25519 key that signs this person's door QR; present when their QR lane is on.
    #[n(2)]
    pub qr_key: Option<PublicKey>,
    /// The match grant, in the snapshot's grant list.
    #[n(3)]
    pub face: Option<GrantId>,
    /// X25519 key to which the records about this person are sealed; `None` until they claimed their account.
    #[cbor(n(4), with = "minicbor::bytes")]
    pub record_key: Option<[u8; 32]>,
}

/// argon2id (m = 19 MiB, t = 2, p = 1; RFC 9106) of the six or more digits of a door PIN.
#[derive(Clone, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(array)]
pub struct PinVerifier {
    #[cbor(n(0), with = "minicbor::bytes")]
    pub salt: [u8; 16],
    #[cbor(n(1), with = "minicbor::bytes")]
    pub hash: [u8; 32],
}

impl std::fmt::Debug for PinVerifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PinVerifier(…)")
    }
}

impl PinVerifier {
    /// Hashes `pin`; `None` when the hash library refuses, which the caller treats as a wrong PIN.
    pub fn of(pin: &str, salt: [u8; 16]) -> Option<Self> {
        let mut hash = [0u8; 32];
        let params = argon2::Params::new(19 * 1024, 2, 1, Some(32)).ok()?;
        argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params)
            .hash_password_into(pin.as_bytes(), &salt, &mut hash)
            .ok()?;
        Some(Self { salt, hash })
    }

    pub fn fits(&self, pin: &str) -> bool {
        use subtle::ConstantTimeEq as _;
        Self::of(pin, self.salt).is_some_and(|other| bool::from(other.hash.ct_eq(&self.hash)))
    }
}

#[derive(Debug, Clone, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(array)]
pub struct RefusalText {
    /// Stable code, e.g. `face.lease_over`.
    #[n(0)]
    pub code: String,
    #[n(1)]
    pub text: Text,
    /// Where the law says so, or empty.
    #[n(2)]
    pub article: String,
}

impl Policy {
    /// Since when an operator stopped faces at this door.
    pub fn stopped_since(&self) -> Option<Timestamp> {
        self.stop.as_ref().and_then(|stop| stop.since)
    }

    /// Whether this template rests, and is not erased for want of a grant.
    pub fn keeps(&self, person: PersonId, consent: ConsentId, version: u32, now: Timestamp) -> bool {
        self.stop.as_ref().is_some_and(|stop| {
            stop.kept
                .iter()
                .any(|kept| kept.person == person && kept.consent == consent && kept.consent_version == version && kept.until > now)
        })
    }

    pub fn household(&self, unit: &str) -> Option<&Household> {
        self.households.iter().find(|household| household.unit == unit)
    }

    /// The unit of the household that this person belongs to.
    pub fn unit_of(&self, person: PersonId) -> Option<&str> {
        self.households
            .iter()
            .find(|household| household.people.iter().any(|member| member.person == person))
            .map(|household| household.unit.as_str())
    }

    pub fn member(&self, person: PersonId) -> Option<&Member> {
        self.households
            .iter()
            .flat_map(|household| &household.people)
            .find(|member| member.person == person)
    }
}
