//! The operator's pages.

pub mod door;
pub mod enter;
pub mod happenings;
pub mod purpose;
