//! Faces at rest and in comparison: embeddings, sealed templates, the key page, search.
//!
//! Pure: no IO, no clock; randomness is passed in. Plain templates and scores never leave the crate.
//!
//! INVARIANT: whoever makes, compares or copies a template hands over a [`countenance_grant::VerifiedGrant`] for exactly that act
//! (`tests/surface.rs` reads every public signature). Erasing takes none.

mod copy;
mod dot;
mod embedding;
mod enrol;
mod locked;
mod page;
mod same_person;
mod seal;
mod search;
mod template;
#[cfg(test)]
mod testing;

pub use copy::{CopyRefused, copy};
pub use embedding::{EMBEDDING_LEN, Embedding};
pub use enrol::{EnrolRefused, Enrolled, enrol};
pub use locked::forbid_core_dumps;
pub use page::{Anchor, GrantUsed, KeyPage, PersonKeys};
pub use same_person::same_person;
pub use seal::{SEAL_OVERHEAD, StoreKey};
pub use search::{MatchPolicy, SearchRefused, Searched, Skipped, Verdict, search};
pub use template::{PICTURES, SEALED_TEMPLATE_BYTES, SealedTemplate};
#[cfg(feature = "bench")]
pub use template::{in_template_form, likeness, scan};
