//! The schema and transactions on a real file.

mod retention;
mod transaction;
