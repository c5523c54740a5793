//! Coming in: unit, lane, PIN, QR, face.

use countenance_base::{PersonId, Rng};
use zeroize::Zeroizing;

use super::{ANSWER, Capture, Effect, Errand, Machine, State, View, screen};
use crate::decide::Proof;
use crate::policy::{Lane, Policy};
use crate::qr;

/// Longer than any unit number; what is keyed beyond is nobody's.
const UNIT_CHARS_MAX: usize = 24;

impl Machine {
    pub(super) fn ask_unit(&mut self, errand: Errand, view: View<'_>) -> Vec<Effect> {
        self.enter_state(State::AskUnit(errand), ANSWER, view);
        vec![]
    }

    /// Every unit leads to the same next screen, known or not, so that the kiosk does not tell strangers which flats exist;
    /// only the lanes differ by what the household consented to.
    pub(super) fn unit_keyed(&mut self, errand: Errand, unit: &str, policy: &Policy, view: View<'_>) -> Vec<Effect> {
        let unit: String = unit.trim().chars().take(UNIT_CHARS_MAX).collect();
        match errand {
            Errand::Enter => {
                self.enter_state(
                    State::AskLane {
                        unit: Some(unit),
                        proofs: vec![],
                    },
                    ANSWER,
                    view,
                );
                vec![]
            }
            Errand::Withdraw => self.ask_pin(errand, unit, vec![], policy, view),
        }
    }

    pub(super) fn ask_qr(&mut self, errand: Errand, proofs: Vec<Proof>, policy: &Policy, view: View<'_>) -> Vec<Effect> {
        if let Err(code) = lane_allowed(errand, Lane::Qr, policy, view) {
            return self.refuse(code, vec![Lane::Qr], None, policy, view);
        }
        let capture = Capture::open(view.now);
        self.enter_state(State::ScanQr { errand, proofs, capture }, ANSWER, view);
        vec![]
    }

    pub(super) fn qr_shown(
        &mut self,
        errand: Errand,
        proofs: Vec<Proof>,
        capture: &Capture,
        text: &str,
        policy: &Policy,
        view: View<'_>,
    ) -> Vec<Effect> {
        let checked = qr::check(text, policy, &mut self.used_qrs, view.now);
        let mut effects = match (errand, checked) {
            // Where a second lane is asked, it is asked of this person's household: there is nobody left to key a unit in for.
            (Errand::Enter, Ok(person)) => {
                let unit = policy.unit_of(person).map(str::to_owned);
                self.proven(unit, proofs, Proof { lane: Lane::Qr, person }, policy, view)
            }
            (Errand::Withdraw, Ok(person)) => self.confirm_withdrawal(person, view),
            (_, Err(code)) => self.refuse(code, vec![Lane::Qr], None, policy, view),
        };
        effects.push(Effect::CloseCamera(capture.window(self.attempt, view.now)));
        effects
    }

    pub(super) fn ask_pin(&mut self, errand: Errand, unit: String, proofs: Vec<Proof>, policy: &Policy, view: View<'_>) -> Vec<Effect> {
        if let Err(code) = lane_allowed(errand, Lane::Pin, policy, view) {
            return self.refuse(code, vec![Lane::Pin], None, policy, view);
        }
        self.enter_state(State::AskPin { errand, unit, proofs }, ANSWER, view);
        vec![]
    }

    pub(super) fn pin_keyed(
        &mut self,
        errand: Errand,
        unit: String,
        proofs: Vec<Proof>,
        pin: Zeroizing<String>,
        view: View<'_>,
    ) -> Vec<Effect> {
        if let Err(wait) = self.throttle.check(&unit, view.now) {
            return self.end(screen::Shown::throttled(wait), view);
        }
        let effect = Effect::CheckPin { unit: unit.clone(), pin };
        self.enter_state(State::CheckingPin { errand, unit, proofs }, ANSWER, view);
        vec![effect]
    }

    pub(super) fn pin_checked(&mut self, person: Option<PersonId>, policy: &Policy, view: View<'_>) -> Vec<Effect> {
        if !matches!(self.state, State::CheckingPin { .. }) {
            return vec![];
        }
        let State::CheckingPin { errand, unit, proofs } = std::mem::replace(&mut self.state, State::Idle) else {
            return vec![];
        };
        let Some(person) = person else {
            self.throttle.wrong(&unit, view.now);
            return self.refuse("pin.wrong", vec![Lane::Pin], None, policy, view);
        };
        self.throttle.right(&unit);
        match errand {
            Errand::Enter => self.proven(Some(unit), proofs, Proof { lane: Lane::Pin, person }, policy, view),
            Errand::Withdraw => self.confirm_withdrawal(person, view),
        }
    }

    pub(super) fn prompt_face(&mut self, unit: String, proofs: Vec<Proof>, policy: &Policy, view: View<'_>) -> Vec<Effect> {
        if let Err(code) = face_offered(&unit, policy, view) {
            return self.refuse(code, vec![Lane::Face], None, policy, view);
        }
        self.enter_state(State::Prompt { unit, proofs }, ANSWER, view);
        vec![]
    }

    pub(super) fn open_camera(
        &mut self,
        unit: String,
        proofs: Vec<Proof>,
        policy: &Policy,
        view: View<'_>,
        rng: &mut dyn Rng,
    ) -> Vec<Effect> {
        if let Err(code) = face_offered(&unit, policy, view) {
            return self.refuse(code, vec![Lane::Face], None, policy, view);
        }
        let capture = Capture::of_face(policy, view.now, rng);
        let patience = capture.patience();
        self.enter_state(State::Capturing { unit, proofs, capture }, patience, view);
        vec![Effect::Forget]
    }
}

/// Withdrawing must work when coming in does not: it asks no lane to be open.
fn lane_allowed(errand: Errand, lane: Lane, policy: &Policy, view: View<'_>) -> Result<(), &'static str> {
    match errand {
        Errand::Enter => view.standing.lane(lane, policy, view.now),
        Errand::Withdraw => Ok(()),
    }
}

/// Whether the face lane is offered for `unit` now: the lane is open, and somebody there consented and is enrolled at this gate.
/// Who withdrew here is not enrolled any more, whatever an older snapshot still grants.
pub(super) fn face_offered(unit: &str, policy: &Policy, view: View<'_>) -> Result<(), &'static str> {
    view.standing.face(policy, view.now)?;
    let consented = policy.household(unit).is_some_and(|household| {
        household
            .people
            .iter()
            .any(|member| member.face.is_some() && view.standing.enrolled.contains(&member.person))
    });
    if consented { Ok(()) } else { Err("face.no_consent_here") }
}
