//! Keys of persons at a writer that holds no templates: the server's monthly secret about each person, and its intake key.
//!
//! A [`Keyring`] is a folder: an anchor, one root sealed under it, pages sealed under keys that only the root holds. Whoever is
//! erased is left out of a page that is written anew under a new key, the root anew under a new anchor, and the old anchor is
//! overwritten: older copies of page and root, wherever they lie, open for nobody. A person's page follows from their id, so that no
//! list of persons is needed to find one, and none is kept.
//!
//! INVARIANT: a key is in memory only while it is used, and under the anchor; nowhere else.

mod page;
mod ring;
mod root;

pub use page::PersonKey;
pub use ring::{Keyring, KeyringError};
