//! The agent's edges: what reaches the keeper from a kiosk, and what does not.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests may fail as tests do"
)]

mod erased;
mod kiosk;
mod month;
mod planted;
mod server_client;
mod words;
