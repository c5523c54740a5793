//! A resident's pages; each file is one part of the story and holds its readers and its writers.

pub(crate) mod account;
pub(crate) mod consents;
pub(crate) mod face;
pub(crate) mod uses;
pub(crate) mod uses_mine;
pub(crate) mod ways;
