//! The decision at the door: proofs against the ways of the snapshot.

use countenance_base::{PersonId, Timestamp};

use crate::policy::{Lane, Policy};
use crate::standing::Standing;

/// A lane by which a person was shown to be who they claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Proof {
    pub lane: Lane,
    pub person: PersonId,
}

/// What follows from the proofs given so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    Open {
        person: PersonId,
        lanes: Vec<Lane>,
    },
    /// One more lane is asked; these would do.
    More(Vec<Lane>),
    Refused(&'static str),
}

/// Decides at `now`. The door opens only when one way is complete, every lane of it is open and all its proofs name one
/// person whom the policy knows. Everything else keeps it shut.
pub fn decide(policy: &Policy, standing: &Standing, proofs: &[Proof], now: Timestamp) -> Decision {
    let Some(first) = proofs.first() else {
        return Decision::Refused("nobody");
    };
    if proofs.iter().any(|proof| proof.person != first.person) {
        return Decision::Refused("nobody");
    }
    if policy.member(first.person).is_none() {
        return Decision::Refused("nobody");
    }
    if let Some(code) = proofs.iter().find_map(|proof| standing.lane(proof.lane, policy, now).err()) {
        return Decision::Refused(code);
    }
    let shown: Vec<Lane> = proofs.iter().map(|proof| proof.lane).collect();
    let complete = policy
        .door
        .ways
        .iter()
        .find(|way| !way.is_empty() && way.iter().all(|lane| shown.contains(lane)));
    if let Some(way) = complete {
        return Decision::Open {
            person: first.person,
            lanes: way.clone(),
        };
    }
    let more = missing(policy, &shown);
    if more.is_empty() {
        Decision::Refused("lane.not_here")
    } else {
        Decision::More(more)
    }
}

/// Lanes that would complete a way begun with `shown`; with nothing shown, every lane of the door.
pub fn missing(policy: &Policy, shown: &[Lane]) -> Vec<Lane> {
    let mut lanes: Vec<Lane> = policy
        .door
        .ways
        .iter()
        .filter(|way| shown.iter().all(|lane| way.contains(lane)))
        .flatten()
        .copied()
        .filter(|lane| !shown.contains(lane))
        .collect();
    lanes.sort_unstable();
    lanes.dedup();
    lanes
}

#[cfg(test)]
mod tests;
