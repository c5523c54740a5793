//! The schema and transactions on a real database: a file, or the server of `COUNTENANCE_TEST_POSTGRES`.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod opening;
mod retention;
mod schema;
mod servers;
mod statements;
mod transaction;
mod whole_tables;
