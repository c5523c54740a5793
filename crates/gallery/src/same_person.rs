//! Whether two frames of one attempt show one person: a head that turned must be the head that looked straight ahead.

use countenance_grant::{GrantAct, VerifiedGrant};

use crate::{Embedding, MatchPolicy};

/// Whether both are alike by the threshold at which a face opens the door. Only an answer leaves, no number; and there is no comparing
/// of two faces without a grant for the attempt in which they were seen.
pub fn same_person<A: GrantAct>(_: &VerifiedGrant<'_, A>, one: &Embedding, other: &Embedding, policy: &MatchPolicy) -> bool {
    let cosine: f32 = one.values().iter().zip(other.values()).map(|(a, b)| a * b).sum();
    cosine >= policy.threshold
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{World, embedding, near};

    #[test]
    fn two_frames_of_one_person_are_alike_and_those_of_two_are_not() {
        let world = World::new();
        let attempt = World::attempt();
        let grant = world.match_grant(&attempt, World::person(1), |_| ());
        let ann = embedding(1);
        assert!(same_person(&grant, &ann, &near(&ann, 4, 0.5), &world.policy));
        assert!(!same_person(&grant, &ann, &embedding(2), &world.policy));
    }
}
