//! The agent: the program on the device at a door. It recognises, decides and opens alone, for days without a network.
//!
//! Faces exist only here: pictures in memory for one attempt, templates sealed under this device's anchor. The decisions are
//! made by the pure crate `countenance-gate-core`; this crate is its shell: camera and kiosk, models, relay, disk, network.

pub mod audit;
pub mod check;
pub mod claim;
pub mod event;
pub mod journal_file;
pub mod keeper;
pub mod kiosk;
pub mod models;
pub mod program;
pub mod relay;
pub mod run;
pub mod server_client;
pub mod setup_command;
pub mod status;
pub mod store;
pub mod sync;
