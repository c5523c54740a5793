//! From a picture to faces, their quality and liveness, and an embedding. Faces exist in memory only, for one attempt.
//!
//! - [`Picture`] decodes JPEG, PNG and NV21 within [`Limits`] and zeroes itself.
//! - [`code_in`] reads a QR, within a bound, and looks for no face.
//! - [`Pack`] is a directory of models whose every hash was checked.
//! - [`Vision`] runs the models and counts what it did ([`Counters`]); [`Vision::rinse`] overwrites what the runtime still holds.
//!
//! INVARIANT: no function here gives out a similarity or the numbers of an embedding; comparing is `gallery`'s, and needs a grant.
//! ONNX Runtime is reached through the private module `engine` only.

mod align;
mod code;
mod counters;
mod decode;
mod detect;
mod distance;
mod embed;
mod engine;
mod face;
mod landmark;
mod live;
mod nv21;
mod pack;
mod picture;
mod plane;
mod quality;
mod resample;
mod turn;
mod vision;

#[cfg(test)]
mod golden;

pub use code::code_in;
pub use counters::{Counters, Meter};
pub use distance::{distance_mm, rough_distance_mm};
pub use engine::{LoadError, RunError};
pub use face::{Area, Face, Landmarks};
pub use pack::{Pack, PackError, Thresholds};
pub use picture::{Limits, Picture, PictureError};
pub use quality::Quality;
pub use turn::Turn;
pub use vision::Vision;
