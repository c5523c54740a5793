//! The operator's pages.

pub(crate) mod door;
pub(crate) mod enter;
pub(crate) mod happenings;
pub(crate) mod purpose;
