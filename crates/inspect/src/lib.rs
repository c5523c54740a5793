//! Questions that an inspector asks on the spot: what another system's export calls people, and which cameras on a network declare
//! that they look at faces.
//!
//! The answer about an export is made of numbers and of words from our own list; nothing else of what was read is shown or kept, so
//! that an inspection does not become another copy. Findings are questions to the operator, not verdicts.
//! Words of the law stand in `rulebooks/`; the list says with which article and how surely.

pub mod labels;
pub mod network;
mod tokens;
