//! One attempt after another at one kiosk, as a machine without IO.
//!
//! The shell calls [`Machine::handle`] with what happened and carries out the [`Effect`]s in order; it shows [`Machine::screen`].
//! Only the machine opens and closes the camera: [`Machine::camera`] says whether a frame may be read at all.
//!
//! INVARIANT: a face is measured only after intent (a claim keyed in, the face lane chosen) or with a redeemed enrolment code.
//! INVARIANT: the only effect that opens is [`Effect::Open`], and it is made only from [`Decision::Open`].

mod capture;
mod enrol;
mod enter;
mod event;
mod screen;
mod withdraw;

use std::time::Duration;

use countenance_base::{AttemptId, GateId, Rng, Timestamp};

use crate::challenge::Stage;
use crate::decide::{Decision, Proof, decide, missing};
use crate::policy::{Lane, Policy};
use crate::qr::UsedQrs;
use crate::standing::Standing;
use crate::throttle::Throttle;
use crate::wait::Wait;
use crate::wire::{EnrolmentTicket, Passage};

pub use capture::Capture;
pub use event::{Do, Effect, Input, Measured};
pub use screen::{Camera, InputKind, Outcome, Screen};

/// How long a question waits for its answer.
const ANSWER: Duration = Duration::from_secs(40);
/// How long a result stays on the screen.
const RESULT: Duration = Duration::from_secs(6);
/// How long a receipt does: a phone has to be found and held up.
const RECEIPT: Duration = Duration::from_secs(40);

/// What the gate knows while it handles one input.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// `None` until the first snapshot was taken.
    pub policy: Option<&'a Policy>,
    pub standing: &'a Standing,
    pub now: Timestamp,
}

/// Why someone stands here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Errand {
    Enter,
    Withdraw,
}

#[derive(Debug)]
enum State {
    Idle,
    AskUnit(Errand),
    AskLane {
        unit: Option<String>,
        proofs: Vec<Proof>,
    },
    Prompt {
        unit: String,
        proofs: Vec<Proof>,
    },
    Capturing {
        unit: String,
        proofs: Vec<Proof>,
        capture: Capture,
    },
    Measuring {
        unit: String,
        proofs: Vec<Proof>,
        capture: Capture,
    },
    ScanQr {
        errand: Errand,
        proofs: Vec<Proof>,
        capture: Capture,
    },
    AskPin {
        errand: Errand,
        unit: String,
        proofs: Vec<Proof>,
    },
    CheckingPin {
        errand: Errand,
        unit: String,
        proofs: Vec<Proof>,
    },
    ScanEnrol {
        capture: Capture,
    },
    Redeeming {
        ticket: EnrolmentTicket,
    },
    Digits {
        ticket: EnrolmentTicket,
    },
    EnrolCapturing {
        capture: Capture,
    },
    Sealing {
        capture: Capture,
    },
    WithdrawConfirm {
        person: countenance_base::PersonId,
    },
    Erasing,
    Result(screen::Shown),
}

/// The attempt machine of one gate.
#[derive(Debug)]
pub struct Machine {
    gate: GateId,
    state: State,
    /// When the present state gives up.
    until: Timestamp,
    attempt: AttemptId,
    /// The first touch of the attempt.
    began: Timestamp,
    throttle: Throttle,
    used_qrs: UsedQrs,
}

impl Machine {
    pub fn new(gate: GateId) -> Self {
        Self {
            gate,
            state: State::Idle,
            until: Timestamp(i64::MAX),
            attempt: AttemptId::from_bytes([0; 16]),
            began: Timestamp(0),
            throttle: Throttle::default(),
            used_qrs: UsedQrs::default(),
        }
    }

    /// The attempt that is under way, or the last one.
    pub const fn attempt(&self) -> AttemptId {
        self.attempt
    }

    pub const fn gate(&self) -> GateId {
        self.gate
    }

    /// What a frame that arrives now may be used for.
    pub const fn camera(&self) -> Camera {
        match &self.state {
            State::Capturing { .. } | State::EnrolCapturing { .. } => Camera::Face,
            State::ScanQr { .. } | State::ScanEnrol { .. } => Camera::Code,
            State::Idle
            | State::AskUnit(_)
            | State::AskLane { .. }
            | State::Prompt { .. }
            | State::Measuring { .. }
            | State::AskPin { .. }
            | State::CheckingPin { .. }
            | State::Redeeming { .. }
            | State::Digits { .. }
            | State::Sealing { .. }
            | State::WithdrawConfirm { .. }
            | State::Erasing
            | State::Result(_) => Camera::Off,
        }
    }

    /// What the person before the camera is asked for; `None` when no face is looked at, or the door asks for no challenge.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the states named are all that look at faces; a new one without is no concern here"
    )]
    pub fn stage(&self) -> Option<Stage> {
        match &self.state {
            State::Capturing { capture, .. } | State::EnrolCapturing { capture } => capture.stage(),
            _ => None,
        }
    }

    /// Whether a redeemed enrol grant is still to be used.
    pub const fn awaits_grant(&self) -> bool {
        matches!(
            self.state,
            State::Redeeming { .. } | State::Digits { .. } | State::EnrolCapturing { .. } | State::Sealing { .. }
        )
    }

    /// Takes one input. An input that does not fit the state is ignored: the door stays as it is.
    pub fn handle(&mut self, input: Input, view: View<'_>, rng: &mut dyn Rng) -> Vec<Effect> {
        if matches!(input, Input::Kiosk(Do::Cancel)) {
            return self.go_idle(view);
        }
        if matches!(input, Input::Tick) {
            return if view.now >= self.until { self.timed_out(view) } else { vec![] };
        }
        let Some(policy) = view.policy else {
            if matches!(input, Input::Kiosk(_)) {
                return self.end(screen::Shown::refused("policy.none"), view);
            }
            return vec![];
        };
        match input {
            Input::Kiosk(action) => self.kiosk(action, policy, view, rng),
            Input::FrameRefused(code) => self.frame_refused(code, policy, view),
            Input::FrameAccepted => self.frame_accepted(policy, view),
            Input::FrameFollowed(pose) => self.frame_followed(pose, policy, view),
            Input::CodeSeen(text) => self.code_seen(&text, policy, view),
            Input::PinChecked(person) => self.pin_checked(person, policy, view),
            Input::Measured(measured) => self.measured(measured, policy, view),
            Input::Redeemed(result) => self.redeemed(result, view),
            Input::Sealed(result) => self.sealed(result, view),
            Input::Erased(result) => self.erased(result, view),
            Input::Promised(result) => self.promised(result, view),
            Input::Failed(code) => self.failed(&code, view),
            Input::Tick => vec![],
        }
    }

    fn kiosk(&mut self, action: Do, policy: &Policy, view: View<'_>, rng: &mut dyn Rng) -> Vec<Effect> {
        if matches!(self.state, State::Idle | State::Result(_)) {
            return self.begin(&action, policy, view, rng);
        }
        let state = std::mem::replace(&mut self.state, State::Idle);
        match (state, action) {
            (State::AskUnit(errand), Do::Unit(unit)) => self.unit_keyed(errand, &unit, policy, view),
            (State::AskUnit(errand), Do::Qr) => self.ask_qr(errand, vec![], policy, view),
            (State::AskLane { unit: Some(unit), proofs } | State::Prompt { unit, proofs }, Do::PinLane) => {
                self.ask_pin(Errand::Enter, unit, proofs, policy, view)
            }
            (State::AskLane { unit: Some(unit), proofs }, Do::Face) => self.prompt_face(unit, proofs, policy, view),
            (State::Prompt { unit, proofs }, Do::Face) => self.open_camera(unit, proofs, policy, view, rng),
            (State::AskLane { proofs, .. } | State::Prompt { proofs, .. }, Do::Qr) => self.ask_qr(Errand::Enter, proofs, policy, view),
            (State::AskPin { errand, unit, proofs }, Do::Pin(pin)) => self.pin_keyed(errand, unit, proofs, pin, view),
            (State::AskPin { errand, proofs, .. }, Do::Qr) => self.ask_qr(errand, proofs, policy, view),
            (State::ScanQr { errand, proofs, capture }, Do::Text(text)) => self.qr_shown(errand, proofs, &capture, &text, policy, view),
            (State::ScanEnrol { capture }, Do::Text(text)) => self.ticket_shown(&capture, &text, view),
            (State::Digits { ticket }, Do::Yes) => self.digits_confirmed(ticket, policy, view, rng),
            (State::Digits { .. }, Do::No) => self.end(screen::Shown::refused("digits.denied"), view),
            (State::WithdrawConfirm { person }, Do::Yes) => {
                self.enter_state(State::Erasing, ANSWER, view);
                vec![Effect::Erase { person }]
            }
            (State::WithdrawConfirm { .. }, Do::No) => self.go_idle(view),
            (state, _) => {
                self.state = state;
                vec![]
            }
        }
    }

    fn begin(&mut self, action: &Do, policy: &Policy, view: View<'_>, rng: &mut dyn Rng) -> Vec<Effect> {
        if *action == Do::Receipt {
            return self.ask_receipt();
        }
        let attempt = AttemptId::new(view.now, rng);
        match action {
            Do::Begin | Do::Qr | Do::Enrol | Do::Withdraw => (self.attempt, self.began) = (attempt, view.now),
            Do::Unit(_) | Do::Face | Do::PinLane | Do::Pin(_) | Do::Text(_) | Do::Yes | Do::No | Do::Receipt | Do::Cancel => {
                return vec![];
            }
        }
        if *action == Do::Qr {
            self.ask_qr(Errand::Enter, vec![], policy, view)
        } else if *action == Do::Enrol {
            self.ask_ticket(policy, view)
        } else {
            self.ask_unit(if *action == Do::Begin { Errand::Enter } else { Errand::Withdraw }, view)
        }
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the states named are all with an open camera; a new one without is no concern here"
    )]
    fn code_seen(&mut self, text: &str, policy: &Policy, view: View<'_>) -> Vec<Effect> {
        match std::mem::replace(&mut self.state, State::Idle) {
            State::ScanQr { errand, proofs, capture } => self.qr_shown(errand, proofs, &capture, text, policy, view),
            State::ScanEnrol { capture } => self.ticket_shown(&capture, text, view),
            state => {
                self.state = state;
                vec![]
            }
        }
    }

    /// Adds a proof and does what the decision says.
    fn proven(&mut self, unit: Option<String>, mut proofs: Vec<Proof>, proof: Proof, policy: &Policy, view: View<'_>) -> Vec<Effect> {
        proofs.push(proof);
        match decide(policy, view.standing, &proofs, view.now) {
            Decision::Open { person, lanes } => {
                let reason = lanes.last().map_or("passage", |lane| opened_by(*lane));
                let passage = self.passage(policy, view, lanes.clone(), Some(person), true, reason);
                self.show(screen::Shown::opened(lanes), view);
                vec![
                    Effect::Open {
                        passage,
                        open_ms: policy.door.open_ms,
                    },
                    Effect::Forget,
                ]
            }
            Decision::More(_) => {
                self.enter_state(State::AskLane { unit, proofs }, ANSWER, view);
                vec![Effect::Forget]
            }
            Decision::Refused(code) => self.refuse(code, vec![proof.lane], None, policy, view),
        }
    }

    /// Shows a refusal and has it journalled as a passage that did not open.
    fn refuse(
        &mut self,
        code: &str,
        lanes: Vec<Lane>,
        person: Option<countenance_base::PersonId>,
        policy: &Policy,
        view: View<'_>,
    ) -> Vec<Effect> {
        let passage = self.passage(policy, view, lanes, person, false, code);
        self.show(screen::Shown::refused(code).with_passage(), view);
        vec![Effect::Refuse { passage }, Effect::Forget]
    }

    fn passage(
        &self,
        policy: &Policy,
        view: View<'_>,
        lanes: Vec<Lane>,
        person: Option<countenance_base::PersonId>,
        opened: bool,
        reason: &str,
    ) -> Passage {
        Passage {
            attempt: self.attempt,
            at: view.now,
            door: policy.door.id,
            lanes,
            person,
            opened,
            reason: reason.to_owned(),
            demo: view.standing.demo,
            waited: opened.then(|| Wait::of(view.now.since(self.began))),
        }
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the states named are all with an open camera; a new one without is no concern here"
    )]
    fn timed_out(&mut self, view: View<'_>) -> Vec<Effect> {
        let capture = match &self.state {
            State::Capturing { capture, .. } | State::EnrolCapturing { capture } => Some((capture.clone(), capture.over())),
            State::ScanQr { capture, .. } | State::ScanEnrol { capture } => Some((capture.clone(), "")),
            _ => None,
        };
        match (capture, view.policy) {
            (Some((capture, code)), Some(policy)) if !code.is_empty() => self.close_and_refuse(&capture, code, policy, view),
            _ => self.go_idle(view),
        }
    }

    /// Only the attempt that is still on the screen, and only where it was journalled.
    #[expect(clippy::wildcard_enum_match_arm, reason = "nothing else is on the screen as a result")]
    fn ask_receipt(&self) -> Vec<Effect> {
        match &self.state {
            State::Result(shown) if shown.has_passage() => vec![Effect::Promise],
            _ => vec![],
        }
    }

    fn promised(&mut self, result: Result<String, String>, view: View<'_>) -> Vec<Effect> {
        if !matches!(self.state, State::Result(_)) {
            return vec![];
        }
        match result {
            Ok(text) => self.enter_state(State::Result(screen::Shown::receipt(text)), RECEIPT, view),
            Err(code) => self.show(screen::Shown::refused(&code), view),
        }
        vec![]
    }

    fn failed(&mut self, code: &str, view: View<'_>) -> Vec<Effect> {
        self.end(screen::Shown::refused(code), view)
    }

    /// Ends a capture with a refusal: the window first, so that its frames are counted before they are forgotten.
    fn close_and_refuse(&mut self, capture: &Capture, code: &str, policy: &Policy, view: View<'_>) -> Vec<Effect> {
        let mut effects = vec![Effect::CloseCamera(capture.window(self.attempt, view.now))];
        effects.extend(self.refuse(code, vec![Lane::Face], None, policy, view));
        effects
    }

    /// Closes whatever is open, without a passage: somebody went away.
    fn go_idle(&mut self, view: View<'_>) -> Vec<Effect> {
        let effects = self.close_camera(view);
        self.state = State::Idle;
        self.until = Timestamp(i64::MAX);
        effects
    }

    fn end(&mut self, shown: screen::Shown, view: View<'_>) -> Vec<Effect> {
        let effects = self.close_camera(view);
        self.show(shown, view);
        effects
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the states named are all with a window to close; a new one without is no concern here"
    )]
    fn close_camera(&self, view: View<'_>) -> Vec<Effect> {
        match &self.state {
            // While the frames are measured the camera is off, and its window is still to be journalled.
            State::Capturing { capture, .. }
            | State::Measuring { capture, .. }
            | State::EnrolCapturing { capture }
            | State::Sealing { capture }
            | State::ScanQr { capture, .. }
            | State::ScanEnrol { capture } => {
                vec![Effect::CloseCamera(capture.window(self.attempt, view.now)), Effect::Forget]
            }
            _ => vec![Effect::Forget],
        }
    }

    fn show(&mut self, shown: screen::Shown, view: View<'_>) {
        self.enter_state(State::Result(shown), RESULT, view);
    }

    fn enter_state(&mut self, state: State, patience: Duration, view: View<'_>) {
        self.state = state;
        self.until = view.now.plus(patience);
    }

    /// Lanes that could still be shown, with their state at `view`.
    fn open_lanes(policy: &Policy, proofs: &[Proof], view: View<'_>) -> Vec<Lane> {
        let shown: Vec<Lane> = proofs.iter().map(|proof| proof.lane).collect();
        missing(policy, &shown)
            .into_iter()
            .filter(|lane| view.standing.lane(*lane, policy, view.now).is_ok())
            .collect()
    }
}

const fn opened_by(lane: Lane) -> &'static str {
    match lane {
        Lane::Face => "passage.recognised",
        Lane::Qr => "passage.qr",
        Lane::Card => "passage.card",
        Lane::Pin => "passage.pin",
        Lane::Remote => "passage.remote",
    }
}

#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;
