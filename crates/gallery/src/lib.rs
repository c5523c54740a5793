//! Faces at rest and in comparison: embeddings, sealed templates, the key page, search.
//!
//! Pure: no IO, no clock; randomness is passed in.

mod embedding;

pub use embedding::{EMBEDDING_LEN, Embedding};
