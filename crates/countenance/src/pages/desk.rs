//! The operator's pages.

pub(crate) mod door;
pub(crate) mod endings;
pub(crate) mod enter;
pub(crate) mod happenings;
pub(crate) mod inspections;
pub(crate) mod people;
pub(crate) mod purpose;
