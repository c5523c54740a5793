//! The envelope of a gate's policy: match grants, epoch and an opaque body under one signature.

use countenance_base::{GateId, SiteId, Timestamp};

use crate::{Envelope, InvalidEnvelope, PublicKey, SigningKey, Statement};

/// What the server signs for one gate. The body is the `gate` crate's own.
#[derive(Debug, Clone, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(array)]
pub struct SnapshotStatement {
    #[n(0)]
    pub site: SiteId,
    #[n(1)]
    pub gate: GateId,
    /// Grows with every change; a gate never accepts a lower one.
    #[n(2)]
    pub epoch: u64,
    #[n(3)]
    pub issued: Timestamp,
    /// Seconds after the last contact in which face grants hold (`face_lease` of the rulebook).
    #[n(4)]
    pub face_lease_s: u32,
    #[n(5)]
    pub grants: Vec<Statement>,
    #[cbor(n(6), with = "minicbor::bytes")]
    pub body: Vec<u8>,
}

const DOMAIN: &str = "countenance/snapshot/v1";

impl SnapshotStatement {
    /// Signs this snapshot. Only the server calls it.
    pub fn sign(&self, key: &SigningKey) -> Envelope {
        Envelope::seal(DOMAIN, self, key)
    }
}

/// A snapshot whose signature by the pinned key was checked. No other way to make one.
#[derive(Debug)]
pub struct VerifiedSnapshot {
    statement: SnapshotStatement,
}

impl VerifiedSnapshot {
    pub fn open(envelope: &Envelope, site_key: &PublicKey) -> Result<Self, InvalidEnvelope> {
        Ok(Self {
            statement: envelope.open(DOMAIN, site_key)?,
        })
    }

    pub const fn statement(&self) -> &SnapshotStatement {
        &self.statement
    }
}
