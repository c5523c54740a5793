//! Words that every other crate uses: ids, time, randomness, language, secrets.
//!
//! `base` knows no noun of the product's domains (no door, no face, no consent) beyond the ids that
//! name them, does no IO except through [`SystemClock`], [`SimClock`] and [`SystemRng`], and depends on none of our crates.

pub mod bytes;
pub mod clock;
pub mod id;
pub mod locale;
pub mod rng;
pub mod secret;
pub mod word;

pub use bytes::{from_hex, to_hex};
pub use clock::{Clock, Month, SimClock, SystemClock, Timestamp};
pub use id::{
    AttemptId, ConsentId, CredentialId, DestructionId, DoorId, EnrolmentCodeId, EventId, GateId, GrantId, HoldId, HouseholdId,
    InspectionId, OperatorId, PersonId, PurposeId, SampleId, SiteId, StopId,
};
pub use locale::{Locale, Text};
pub use rng::{DrawnRng, Rng, SeededRng, SystemRng};
pub use secret::{Secret, SecretKey};
pub use word::spoken_word;
