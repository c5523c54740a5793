//! Enrolment at the kiosk: ticket, grant, two digits, frames.

use countenance_base::Rng;

use super::{ANSWER, Capture, Effect, Machine, State, View, screen};
use crate::policy::{Lane, Policy};
use crate::wire::EnrolmentTicket;

impl Machine {
    pub(super) fn ask_ticket(&mut self, policy: &Policy, view: View<'_>) -> Vec<Effect> {
        if let Err(code) = view.standing.face(policy, view.now) {
            return self.refuse(code, vec![Lane::Face], None, policy, view);
        }
        self.enter_state(
            State::ScanEnrol {
                capture: Capture::open(view.now),
            },
            ANSWER,
            view,
        );
        vec![]
    }

    pub(super) fn ticket_shown(&mut self, capture: &Capture, text: &str, view: View<'_>) -> Vec<Effect> {
        let mut effects = vec![Effect::CloseCamera(capture.window(self.attempt, view.now))];
        // A scanner that types may add a line end.
        match EnrolmentTicket::from_text(text.trim()) {
            Some(ticket) => {
                self.enter_state(State::Redeeming { ticket: ticket.clone() }, ANSWER, view);
                effects.push(Effect::Redeem(ticket));
            }
            None => self.show(screen::Shown::refused("code.unknown"), view),
        }
        effects
    }

    pub(super) fn redeemed(&mut self, result: Result<(), String>, view: View<'_>) -> Vec<Effect> {
        // The server's answer may come after the person went away: it must not end what the next one began.
        if !matches!(self.state, State::Redeeming { .. }) {
            return vec![];
        }
        let State::Redeeming { ticket } = std::mem::replace(&mut self.state, State::Idle) else {
            return vec![];
        };
        match result {
            Ok(()) => {
                self.enter_state(State::Digits { ticket }, ANSWER, view);
                vec![]
            }
            Err(code) => {
                self.show(screen::Shown::refused(&code), view);
                vec![Effect::Forget]
            }
        }
    }

    pub(super) fn digits_confirmed(&mut self, ticket: EnrolmentTicket, policy: &Policy, view: View<'_>, rng: &mut dyn Rng) -> Vec<Effect> {
        drop(ticket);
        if let Err(code) = view.standing.face(policy, view.now) {
            return self.refuse(code, vec![Lane::Face], None, policy, view);
        }
        let capture = Capture::of_face(policy, view.now, rng);
        let patience = capture.patience();
        self.enter_state(State::EnrolCapturing { capture }, patience, view);
        vec![]
    }
}
