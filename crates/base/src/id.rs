//! A type per kind of id. Text form: 32 hexadecimal digits; gates carry a small registry number instead.

use std::fmt;
use std::str::FromStr;

use crate::{Rng, Timestamp, from_hex, to_hex};

/// The text is not an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id of 32 hexadecimal digits")]
pub struct InvalidId;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, minicbor::Encode, minicbor::Decode, minicbor::CborLen)]
        #[cbor(transparent)]
        pub struct $name(#[cbor(n(0), with = "minicbor::bytes")] [u8; 16]);

        impl $name {
            /// A new id: 48 bits of milliseconds, then 80 random bits, so that ids sort by age (RFC 9562, version 7, without the version bits).
            pub fn new(now: Timestamp, rng: &mut dyn Rng) -> Self {
                let mut bytes = [0u8; 16];
                rng.fill(&mut bytes);
                let millis = (now.0.max(0).unsigned_abs() / 1000).to_be_bytes();
                for (byte, milli) in bytes.iter_mut().zip(millis.iter().skip(2)) {
                    *byte = *milli;
                }
                Self(bytes)
            }

            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&to_hex(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                from_hex(text).map(Self).ok_or(InvalidId)
            }
        }
    )+};
}

ids! {
    /// One operator's estate, school or venue; the natural shard.
    SiteId,
    /// A person, without any property of them.
    PersonId,
    /// A flat or a ticket: the people who may answer one claim.
    HouseholdId,
    DoorId,
    PurposeId,
    ConsentId,
    CredentialId,
    GrantId,
    EnrolmentCodeId,
    OperatorId,
    /// One person in front of one gate, from intent to result.
    AttemptId,
    /// Something the server did that waits for its leaf.
    EventId,
    /// One destruction, from its order to its certificate.
    DestructionId,
    /// What is kept against the clock for a dispute.
    HoldId,
    /// One emergency stop, from its beginning to its lifting.
    StopId,
    /// An inspector's entrance, from the question to its end.
    InspectionId,
    /// One sample that an inspector draws.
    SampleId,
}

/// A gate's public registry number; eight bytes in every ledger leaf.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, minicbor::Encode, minicbor::Decode, minicbor::CborLen)]
#[cbor(transparent)]
pub struct GateId(#[n(0)] pub u64);

impl GateId {
    /// The number under which the server itself writes; no gate has it.
    pub const SERVER: Self = Self(0);
}

impl fmt::Display for GateId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl FromStr for GateId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        text.parse().map(Self).map_err(|_| InvalidId)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SeededRng;

    #[test]
    fn ids_sort_by_age_and_survive_text() {
        let mut rng = SeededRng::new(1);
        let old = PersonId::new(Timestamp::from_seconds(1_000), &mut rng);
        let new = PersonId::new(Timestamp::from_seconds(1_001), &mut rng);
        assert!(old < new);
        assert_eq!(old.to_string().parse(), Ok(old));
        assert_eq!("xyz".parse::<PersonId>(), Err(InvalidId));
    }
}
