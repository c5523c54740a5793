//! Turning the head when asked: what a picture held before the camera does not do.
//!
//! A person looks straight ahead for a while of random length, is asked to turn to a random side, turns, and looks back. All the time
//! the same face must be in view. Which side and when is not known beforehand, so that a recorded turn answers one time in two at most,
//! and a picture, however it is moved, never does (the geometry is in `vision::Turn`).

use std::time::Duration;

use countenance_base::{Rng, Timestamp, rng};

/// Degrees that count as a turned head, and up to which a head looks straight ahead. What `vision` estimates is good to about ten.
const TURNED: f32 = 15.0;
const STRAIGHT: f32 = 10.0;
/// The question comes between these times after the camera opened.
const WAIT_LEAST_MS: u64 = 600;
const WAIT_SPAN_MS: u64 = 1_200;
/// How long turning may take, and turning back.
const PATIENCE: Duration = Duration::from_secs(6);

/// How a door makes sure that somebody is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, minicbor::Encode, minicbor::Decode)]
#[cbor(index_only)]
pub enum Liveness {
    /// Several differing frames, judged by the pack's liveness model.
    #[n(0)]
    #[default]
    Passive,
    /// The same, and the head turned when asked.
    #[n(1)]
    Challenge,
}

impl Liveness {
    pub const ALL: [Self; 2] = [Self::Passive, Self::Challenge];

    /// The word in code, SQL and forms.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Passive => "passive",
            Self::Challenge => "challenge",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|liveness| liveness.word() == word)
    }
}

/// The person's own side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Left,
    Right,
}

/// What the person is asked for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Looking straight ahead, before the question.
    Front,
    /// Turning to this side.
    Turn(Side),
    /// Looking straight ahead again.
    Back,
}

/// How a frame compares with the frames of the beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pose {
    Front,
    /// Neither here nor there, or moved as a picture moves.
    Between,
    Turned(Side),
}

/// The pose of a face whose yaw changed by `yaw` degrees (positive to the person's own left); `of_a_head` tells that no plane explains
/// how its points moved.
pub fn pose(yaw: f32, of_a_head: bool) -> Pose {
    if yaw.abs() <= STRAIGHT {
        Pose::Front
    } else if of_a_head && yaw >= TURNED {
        Pose::Turned(Side::Left)
    } else if of_a_head && yaw <= -TURNED {
        Pose::Turned(Side::Right)
    } else {
        Pose::Between
    }
}

/// Whether a face is straight enough to begin with.
pub fn is_straight(yaw: f32) -> bool {
    yaw.abs() <= TURNED
}

/// One question to one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    side: Side,
    asks_at: Timestamp,
    stage: Stage,
    stage_began: Timestamp,
}

/// What follows from a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Wait,
    Met,
    Failed,
}

impl Challenge {
    /// Draws side and time for a camera that opens at `now`.
    pub fn draw(now: Timestamp, source: &mut dyn Rng) -> Self {
        let [side, low, high] = rng::bytes(source);
        let wait = WAIT_LEAST_MS + u64::from(u16::from_be_bytes([high, low])) * WAIT_SPAN_MS / 65_536;
        Self {
            side: if side & 1 == 0 { Side::Left } else { Side::Right },
            asks_at: now.plus(Duration::from_millis(wait)),
            stage: Stage::Front,
            stage_began: now,
        }
    }

    pub const fn stage(&self) -> Stage {
        self.stage
    }

    /// Takes the pose of one frame; `enough` tells that the frames to be measured are there.
    pub(crate) fn follow(&mut self, pose: Pose, enough: bool, now: Timestamp) -> Step {
        match (self.stage, pose) {
            (Stage::Front, Pose::Front) if enough && now >= self.asks_at => self.go_on(Stage::Turn(self.side), now),
            (Stage::Turn(side), Pose::Turned(to)) if to == side => self.go_on(Stage::Back, now),
            // A turn before the question is no answer to it, and both sides one after the other would answer any question.
            (Stage::Front | Stage::Turn(_), Pose::Turned(_)) => Step::Failed,
            (Stage::Back, Pose::Front) => Step::Met,
            (Stage::Turn(_) | Stage::Back, _) if now.since(self.stage_began) >= PATIENCE => Step::Failed,
            _ => Step::Wait,
        }
    }

    fn go_on(&mut self, stage: Stage, now: Timestamp) -> Step {
        self.stage = stage;
        self.stage_began = now;
        Step::Wait
    }
}

#[cfg(test)]
mod tests {
    use countenance_base::SeededRng;

    use super::*;
    use crate::testing::at;

    fn asked(seed: u64) -> (Challenge, Side) {
        let mut challenge = Challenge::draw(at(0), &mut SeededRng::new(seed));
        assert_eq!(challenge.follow(Pose::Front, true, at(2)), Step::Wait);
        let Stage::Turn(side) = challenge.stage() else {
            panic!("after two seconds the question is there");
        };
        (challenge, side)
    }

    const fn other(side: Side) -> Side {
        match side {
            Side::Left => Side::Right,
            Side::Right => Side::Left,
        }
    }

    #[test]
    fn side_and_time_are_random() {
        let draws: Vec<(Side, Timestamp)> = (0..64)
            .map(|seed| {
                let challenge = Challenge::draw(at(0), &mut SeededRng::new(seed));
                (challenge.side, challenge.asks_at)
            })
            .collect();
        let left = draws.iter().filter(|(side, _)| *side == Side::Left).count();
        assert!((16..=48).contains(&left), "{left} of 64 to the left");
        let mut times: Vec<Timestamp> = draws.iter().map(|(_, time)| *time).collect();
        times.sort();
        times.dedup();
        assert!(times.len() > 48, "{} different times", times.len());
        assert!(times.iter().all(|time| (600..1_800).contains(&time.since(at(0)).as_millis())));
    }

    #[test]
    fn the_asked_side_and_back_meets_the_challenge() {
        let (mut challenge, side) = asked(1);
        assert_eq!(challenge.follow(Pose::Between, true, at(3)), Step::Wait);
        assert_eq!(challenge.follow(Pose::Turned(side), true, at(4)), Step::Wait);
        assert_eq!(challenge.stage(), Stage::Back);
        assert_eq!(challenge.follow(Pose::Between, true, at(5)), Step::Wait);
        assert_eq!(challenge.follow(Pose::Front, true, at(5)), Step::Met);
    }

    #[test]
    fn the_other_side_a_turn_too_soon_and_no_turn_fail() {
        let (mut challenge, side) = asked(2);
        assert_eq!(challenge.follow(Pose::Turned(other(side)), true, at(3)), Step::Failed);
        let mut early = Challenge::draw(at(0), &mut SeededRng::new(2));
        assert_eq!(early.follow(Pose::Turned(side), true, at(0)), Step::Failed);
        let (mut still, _) = asked(3);
        assert_eq!(still.follow(Pose::Front, true, at(7)), Step::Wait);
        assert_eq!(still.follow(Pose::Front, true, at(8)), Step::Failed, "a still never answers");
    }

    #[test]
    fn a_pose_without_depth_is_no_turn() {
        assert_eq!(pose(30.0, false), Pose::Between);
        assert_eq!(pose(30.0, true), Pose::Turned(Side::Left));
        assert_eq!(pose(-30.0, true), Pose::Turned(Side::Right));
        assert_eq!(pose(12.0, true), Pose::Between);
        assert_eq!(pose(f32::NAN, true), Pose::Between);
        assert_eq!(pose(-4.0, false), Pose::Front);
    }
}
