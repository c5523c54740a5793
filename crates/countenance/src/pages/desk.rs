//! The operator's pages.

pub(crate) mod door;
pub(crate) mod endings;
pub(crate) mod enter;
pub(crate) mod happenings;
pub(crate) mod opinion;
pub(crate) mod people;
pub(crate) mod purpose;
pub(crate) mod sign;
pub(crate) mod stop;
