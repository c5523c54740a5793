//! Pages of a resident, phone first.

pub mod account;
pub mod consents;
pub mod face;
pub mod uses;
pub mod uses_mine;
pub mod ways;

pub use account::{Claim, CloseAccount, SignIn};
pub use consents::{ConsentPage, ConsentState, ConsentView, Consents};
pub use face::{EnrolmentCode, FaceConsent, FaceRefused};
pub use uses::Uses;
pub use uses_mine::UsesMine;
pub use ways::{CardHow, DoorQr, FaceDoor, FaceDoorState, Lane, LaneCard, SetPin, Ways};
