//! Frames of one attempt, counted: how many were met, taken, refused and why.

use std::time::Duration;

use countenance_base::{AttemptId, Rng, Timestamp};

use super::{Effect, Machine, Measured, State, View, screen};
use crate::challenge::{Challenge, Liveness, Pose, Stage, Step};
use crate::decide::Proof;
use crate::policy::{Lane, Policy};
use crate::sight::FRAMES_NEEDED;
use crate::wire::Window;

/// Refused frames in a row, and for how long, after which the attempt ends with their reason: a person needs a moment to step right.
const REFUSED_MAX: u32 = 12;
const REFUSED_FOR: Duration = Duration::from_secs(2);
/// Nobody in view is no reason to end: who asked may still be coming. The camera's own patience ends it.
const NOBODY: &str = "face.none";
/// Frames that one attempt may send in all; more than a camera gives within the attempt's patience.
const FRAMES_MAX: u32 = 240;

/// The face of the beginning was lost from view: with a challenge, whoever is there now need not be the same.
const NOT_FOLLOWED: &str = "face.not_followed";
const NOT_TURNED: &str = "face.not_turned";
/// How long the camera stays open for one attempt, without and with a challenge.
const CAMERA: Duration = Duration::from_secs(15);
const CAMERA_WITH_CHALLENGE: Duration = Duration::from_secs(25);

/// The camera's open time within one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capture {
    opened: Timestamp,
    frames: u32,
    taken: usize,
    refused_in_a_row: u32,
    row_began: Timestamp,
    last_reason: Option<&'static str>,
    challenge: Option<Challenge>,
}

impl Capture {
    /// For faces, as the door's liveness asks.
    pub(super) fn of_face(policy: &Policy, now: Timestamp, rng: &mut dyn Rng) -> Self {
        let asks = policy.face.as_ref().is_some_and(|face| face.liveness == Liveness::Challenge);
        Self {
            challenge: asks.then(|| Challenge::draw(now, rng)),
            ..Self::open(now)
        }
    }

    pub(super) const fn patience(&self) -> Duration {
        if self.challenge.is_some() { CAMERA_WITH_CHALLENGE } else { CAMERA }
    }

    /// What the person is asked for now; `None` without a challenge.
    pub(super) fn stage(&self) -> Option<Stage> {
        self.challenge.as_ref().map(Challenge::stage)
    }

    pub(super) const fn open(now: Timestamp) -> Self {
        Self {
            opened: now,
            frames: 0,
            taken: 0,
            refused_in_a_row: 0,
            row_began: now,
            last_reason: None,
            challenge: None,
        }
    }

    pub(super) const fn taken(&self) -> usize {
        self.taken
    }

    pub(super) const fn last_reason(&self) -> Option<&'static str> {
        self.last_reason
    }

    /// The code of a capture whose time is over.
    pub(super) fn over(&self) -> &'static str {
        let unanswered = matches!(self.stage(), Some(Stage::Turn(_) | Stage::Back));
        self.last_reason.unwrap_or(if unanswered { NOT_TURNED } else { "face.timeout" })
    }

    fn refuse(&mut self, code: &'static str, now: Timestamp) -> bool {
        self.frames += 1;
        // Another reason begins another row: a person who steps into the zone may pass through several.
        if self.last_reason != Some(code) {
            self.refused_in_a_row = 0;
            self.row_began = now;
        }
        self.refused_in_a_row += 1;
        self.last_reason = Some(code);
        let row_is_over = code != NOBODY && self.refused_in_a_row >= REFUSED_MAX && now.since(self.row_began) >= REFUSED_FOR;
        let lost = code == NOT_FOLLOWED && self.challenge.is_some();
        lost || row_is_over || self.frames >= FRAMES_MAX
    }

    fn accept(&mut self, now: Timestamp) -> Step {
        self.taken += 1;
        if self.challenge.is_some() {
            return self.follow(Pose::Front, now);
        }
        self.frames += 1;
        if self.taken >= FRAMES_NEEDED { Step::Met } else { Step::Wait }
    }

    fn follow(&mut self, pose: Pose, now: Timestamp) -> Step {
        self.frames += 1;
        self.refused_in_a_row = 0;
        self.last_reason = None;
        let enough = self.taken >= FRAMES_NEEDED;
        match &mut self.challenge {
            Some(_) if self.frames >= FRAMES_MAX => Step::Failed,
            Some(challenge) => challenge.follow(pose, enough, now),
            None => Step::Wait,
        }
    }

    /// What the journal keeps of it; the shell adds what `vision` counted.
    pub(super) const fn window(&self, attempt: AttemptId, now: Timestamp) -> Window {
        Window {
            attempt,
            opened: self.opened,
            closed: now,
            frames: self.frames,
            faces_max: 0,
            embedded: 0,
        }
    }
}

impl Machine {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the states named are all with an open camera; a new one without is no concern here"
    )]
    pub(super) fn frame_refused(&mut self, code: &'static str, policy: &Policy, view: View<'_>) -> Vec<Effect> {
        let over = match &mut self.state {
            State::Capturing { capture, .. } | State::EnrolCapturing { capture } => capture.refuse(code, view.now).then(|| capture.clone()),
            _ => None,
        };
        let Some(capture) = over else { return vec![] };
        self.close_and_refuse(&capture, code, policy, view)
    }

    pub(super) fn frame_accepted(&mut self, policy: &Policy, view: View<'_>) -> Vec<Effect> {
        self.frame_taken(policy, view, |capture| capture.accept(view.now))
    }

    pub(super) fn frame_followed(&mut self, pose: Pose, policy: &Policy, view: View<'_>) -> Vec<Effect> {
        self.frame_taken(policy, view, |capture| capture.follow(pose, view.now))
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the states named are all with an open camera; a new one without is no concern here"
    )]
    fn frame_taken(&mut self, policy: &Policy, view: View<'_>, take: impl FnOnce(&mut Capture) -> Step) -> Vec<Effect> {
        let (step, capture) = match &mut self.state {
            State::Capturing { capture, .. } | State::EnrolCapturing { capture } => (take(capture), capture.clone()),
            _ => return vec![],
        };
        match step {
            Step::Wait => vec![],
            Step::Failed => self.close_and_refuse(&capture, NOT_TURNED, policy, view),
            Step::Met => self.capture_met(view),
        }
    }

    /// The frames are there, and the challenge is met: what was asked for can be measured.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the states named are all with an open camera; a new one without is no concern here"
    )]
    fn capture_met(&mut self, view: View<'_>) -> Vec<Effect> {
        match std::mem::replace(&mut self.state, State::Idle) {
            State::Capturing { unit, proofs, capture } => {
                let effect = Effect::Measure { unit: unit.clone() };
                self.enter_state(State::Measuring { unit, proofs, capture }, super::ANSWER, view);
                vec![effect]
            }
            State::EnrolCapturing { capture } => {
                self.enter_state(State::Sealing { capture }, super::ANSWER, view);
                vec![Effect::Seal]
            }
            state => {
                self.state = state;
                vec![]
            }
        }
    }

    pub(super) fn measured(&mut self, measured: Measured, policy: &Policy, view: View<'_>) -> Vec<Effect> {
        if !matches!(self.state, State::Measuring { .. }) {
            return vec![];
        }
        let State::Measuring { unit, proofs, capture } = std::mem::replace(&mut self.state, State::Idle) else {
            return vec![];
        };
        let window = Effect::CloseCamera(capture.window(self.attempt, view.now));
        let mut effects = match measured {
            Measured::Recognised(person) => self.proven(Some(unit), proofs, Proof { lane: Lane::Face, person }, policy, view),
            Measured::Unknown => self.refuse("face.unknown", vec![Lane::Face], None, policy, view),
            Measured::Ambiguous => self.refuse("face.ambiguous", vec![Lane::Face], None, policy, view),
            Measured::NotLive => self.refuse("face.not_live", vec![Lane::Face], None, policy, view),
            Measured::Refused(code) => self.refuse(&code, vec![Lane::Face], None, policy, view),
        };
        // The window is journalled after the decision: the person at the door does not wait for it.
        effects.push(window);
        effects
    }

    pub(super) fn sealed(&mut self, result: Result<(), String>, view: View<'_>) -> Vec<Effect> {
        if !matches!(self.state, State::Sealing { .. }) {
            return vec![];
        }
        let State::Sealing { capture } = std::mem::replace(&mut self.state, State::Idle) else {
            return vec![];
        };
        let shown = match result {
            Ok(()) => screen::Shown::done("enrol.done"),
            Err(code) => screen::Shown::refused(&code),
        };
        self.show(shown, view);
        vec![Effect::Forget, Effect::CloseCamera(capture.window(self.attempt, view.now))]
    }
}
