//! Use cases around doors and gates on a real database file.

mod consent;
mod door;
mod frames;
mod snapshot;
mod world;
