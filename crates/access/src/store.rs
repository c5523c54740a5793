//! All SQL of this crate, one module a subject.

pub(crate) mod door;
pub(crate) mod finding;
pub(crate) mod gate;
pub(crate) mod hold;
pub(crate) mod lane_counts;
pub(crate) mod lane_waits;
pub(crate) mod ledger;
pub(crate) mod passage;
pub(crate) mod stop;
