//! Use cases on a real database.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod account;
mod operator;
mod servers;
mod world;
