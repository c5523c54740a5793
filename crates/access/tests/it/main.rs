//! Use cases around doors and gates on a real database.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test")]

mod assessment;
mod consent;
mod counts;
mod door;
mod face_lane;
mod frames;
mod opinion;
mod places;
mod recover;
mod servers;
mod snapshot;
mod stop;
mod world;
