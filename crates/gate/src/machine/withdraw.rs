//! Withdrawing at the gate itself: PIN or QR, one confirmation, effective before the screen changes.

use countenance_base::PersonId;

use super::{ANSWER, Effect, Machine, State, View, screen};

impl Machine {
    pub(super) fn confirm_withdrawal(&mut self, person: PersonId, view: View<'_>) -> Vec<Effect> {
        self.enter_state(State::WithdrawConfirm { person }, ANSWER, view);
        vec![]
    }

    pub(super) fn erased(&mut self, result: Result<(), String>, view: View<'_>) -> Vec<Effect> {
        if !matches!(self.state, State::Erasing) {
            return vec![];
        }
        let shown = match result {
            Ok(()) => screen::Shown::done("withdraw.done"),
            Err(code) => screen::Shown::refused(&code),
        };
        self.show(shown, view);
        vec![Effect::Forget]
    }
}
