//! Use cases on a real database file.

mod account;
mod operator;
mod world;
