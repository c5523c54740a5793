//! A resident's pages; each file is one part of the story and holds its readers and its writers.

pub mod account;
pub mod consents;
pub mod face;
pub mod uses;
pub mod ways;
