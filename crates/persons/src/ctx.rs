//! What every use case is handed beside its input.

use countenance_base::{DrawnRng, Rng, SiteId, Text, Timestamp};
use countenance_grant::PublicKey;
use countenance_rules::Rulebook;
use countenance_storage::Tx;
use countenance_trace::{Pen, Reader, Trace};

use crate::Pepper;

/// The world as one use case sees it: the time, randomness, the law of the day, the device's pepper, the site.
pub struct Ctx<'a> {
    pub now: Timestamp,
    /// `Sync`, so that a use case's future may move between threads.
    pub rng: &'a mut (dyn Rng + Sync),
    pub rulebook: &'a Rulebook,
    pub pepper: &'a Pepper,
    pub site: &'a Site,
}

impl Ctx<'_> {
    /// What this use case writes its trace with.
    pub fn pen(&mut self) -> Pen {
        Pen {
            intake: self.site.intake_key,
            now: self.now,
            rng: Box::new(DrawnRng::from(self.rng)),
        }
    }

    /// A trace of this use case on `tx`.
    pub fn trace(&mut self, tx: Tx, reader: Reader) -> Trace {
        Trace::begin(tx, reader, self.pen())
    }
}

impl std::fmt::Debug for Ctx<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Ctx({})", self.now.0)
    }
}

/// The site: who runs it and which keys stand for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    pub id: SiteId,
    pub name: Text,
    /// The personal information processor, as notices name it.
    pub operator: Text,
    /// How people reach the operator, as notices print it.
    pub contact: Text,
    /// Where complaints go, as notices print it.
    pub complaints: Text,
    /// IANA name.
    pub time_zone: String,
    /// Gates pin it at claim.
    pub public_key: PublicKey,
    /// X25519; its private half exists only as shares, two of three of which open evidence.
    pub evidence_key: [u8; 32],
    /// X25519: what the server did is sealed to it until it has a leaf. The keyring holds its private half.
    pub intake_key: Option<[u8; 32]>,
}
