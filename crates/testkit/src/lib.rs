//! What tests and the demo stand in for: a lens (clips), a kiosk, a phone, an estate. Never shipped.

pub mod clips;
pub mod scenes;
