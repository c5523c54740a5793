//! What tests and the demo stand in for: a lens (clips), a kiosk, a phone, an estate; and the story that is told with them. Never shipped.
#![expect(
    clippy::indexing_slicing,
    reason = "test support: a wrong index ends the test, which is what it should do"
)]

pub mod authority;
pub mod browser;
pub mod by_hand;
pub mod byte_search;
pub mod clips;
pub mod estate;
pub mod export;
pub mod journey;
pub mod kiosk_client;
pub mod phone;
pub mod proxy;
pub mod scenes;
pub mod story;
pub mod witnesses;
