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
    /// Whether an enrol grant that was minted at `statement.epoch` may still be used under this policy. Other people's changes raise the
    /// epoch all the time and must not end it; the end of its own consent does, and shows as a missing match grant.
    pub fn permits(&self, statement: &Statement) -> bool {
        statement.epoch >= self.epoch
            || self.grants.iter().any(|grant| {
                grant.person == statement.person && grant.consent == statement.consent && grant.consent_version == statement.consent_version
            })
    }

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Act, Mode};
    use countenance_base::{ConsentId, GrantId, PersonId, PurposeId};

    fn statement(consent: u8, version: u32, epoch: u64) -> Statement {
        Statement {
            site: SiteId::from_bytes([1; 16]),
            id: GrantId::from_bytes([2; 16]),
            person: PersonId::from_bytes([3; 16]),
            consent: ConsentId::from_bytes([consent; 16]),
            consent_version: version,
            act: Act::Enrol,
            purpose: PurposeId::from_bytes([4; 16]),
            mode: Mode::OneToFew,
            gates: vec![GateId(3)],
            not_before: Timestamp(0),
            until: Timestamp(10),
            epoch,
        }
    }

    #[test]
    fn a_later_policy_ends_an_enrol_grant_only_with_its_consent() {
        let snapshot = SnapshotStatement {
            site: SiteId::from_bytes([1; 16]),
            gate: GateId(3),
            epoch: 8,
            issued: Timestamp(0),
            face_lease_s: 0,
            grants: vec![statement(5, 1, 8)],
            body: vec![],
        };
        let table = [
            ("minted under this policy", statement(6, 1, 8), true),
            ("minted under a later one", statement(6, 1, 9), true),
            ("older, consent still held", statement(5, 1, 7), true),
            ("older, consent withdrawn", statement(6, 1, 7), false),
            ("older, another version of the consent", statement(5, 2, 7), false),
        ];
        for (name, grant, permitted) in table {
            assert_eq!(snapshot.permits(&grant), permitted, "{name}");
        }
    }
}
