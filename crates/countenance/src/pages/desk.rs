//! The operator's pages.

pub(crate) mod assessment;
pub(crate) mod door;
pub(crate) mod due;
pub(crate) mod endings;
pub(crate) mod enter;
pub(crate) mod filing;
pub(crate) mod happenings;
pub(crate) mod incidents;
pub(crate) mod inspections;
pub(crate) mod officer;
pub(crate) mod opinion;
pub(crate) mod people;
pub(crate) mod purpose;
pub(crate) mod sign;
pub(crate) mod stop;
pub(crate) mod suppliers;
