//! The schema and transactions on a real file.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod retention;
mod transaction;
