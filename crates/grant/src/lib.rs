//! Permission as an object: what a person signed, what the server minted from it, and what the gate verified.
//!
//! - A [`ConsentStatement`] is text that the **person** signs with their own key.
//! - A [`Statement`] is a grant: permission for one kind of act on one person's template. Only the server mints it.
//! - A [`VerifiedGrant`] is the only thing that `gallery` accepts. It has no public constructor, is neither `Clone`
//!   nor `Default` nor decodable, and borrows the [`Attempt`] it was verified for, so it cannot outlive it.
//!
//! INVARIANT: a `VerifiedGrant` exists only after a signature by the pinned site key was checked over the bytes that name
//! this gate, this act, this person and a window that contains the attempt's `now`.
//!
//! Encoding is deterministic CBOR (RFC 8949, 4.2: fixed-length arrays, shortest integers); a decoder re-encodes and refuses a difference.

mod consent;
mod envelope;
mod letter;
mod sign;
mod snapshot;
mod statement;
mod verify;

pub use consent::{ConsentStatement, InvalidConsent, SignedConsent};
pub use envelope::{Envelope, InvalidEnvelope, decode_canonical, encode};
pub use letter::{letter_key, open_letter, seal_letter};
pub use sign::{InvalidSignature, PublicKey, Signature, SigningKey};
pub use snapshot::{SnapshotStatement, VerifiedSnapshot};
pub use statement::{Act, CopyGrant, EnrolGrant, Mode, Statement};
pub use verify::{Attempt, Copy, Enrol, GrantAct, GrantRefused, Match, VerifiedGrant, verify_copy, verify_enrol, verify_match};
