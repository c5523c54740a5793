//! The machine under generated sequences, watched by rules that know nothing of its states; and broken machines that the rules catch.

mod drive;
mod watch;

use std::cell::RefCell;

use countenance_base::{AttemptId, GateId, Rng};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

use super::{Camera, Effect, Input, Machine, Outcome, Screen, View};
use crate::challenge::Stage;
use crate::testing::Fixture;

const SEQUENCES: u32 = 1_500;

/// A machine, or one that does something wrong.
trait Subject {
    fn handle(&mut self, input: Input, view: View<'_>, rng: &mut dyn Rng) -> Vec<Effect>;
    fn screen(&self, view: View<'_>) -> Screen;
    fn camera(&self) -> Camera;
    fn stage(&self) -> Option<Stage>;
    fn awaits_grant(&self) -> bool;
    fn attempt(&self) -> AttemptId;
}

/// What one wrong line of code could do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    OpensForWhomItDoesNotKnow,
    OpensTwice,
    MeasuresTheFirstFrame,
    MeasuresBeforeTheTurn,
    LosesAWindow,
    ClosesTwice,
    RemembersAfterwards,
    SeesBeforeTheNotice,
    SeesWhileIdle,
    OffersNothing,
    ErasesUnasked,
    PromisesTooEarly,
}

struct Faulty {
    machine: Machine,
    fault: Fault,
}

impl Faulty {
    fn new(fault: Fault) -> Self {
        Self {
            machine: Machine::new(GateId(3)),
            fault,
        }
    }

    fn spoil(&self, before: Option<Stage>, input: &Input, effects: &mut Vec<Effect>) {
        let open = effects.iter().find(|effect| matches!(effect, Effect::Open { .. })).cloned();
        match self.fault {
            Fault::OpensForWhomItDoesNotKnow => {
                for effect in effects.iter_mut() {
                    if let Effect::Refuse { passage } = effect
                        && passage.reason == "face.unknown"
                    {
                        *effect = Effect::Open {
                            passage: passage.clone(),
                            open_ms: 1,
                        };
                    }
                }
            }
            Fault::OpensTwice => effects.extend(open),
            Fault::MeasuresTheFirstFrame | Fault::MeasuresBeforeTheTurn => {
                let early = self.fault == Fault::MeasuresTheFirstFrame || matches!(before, Some(Stage::Turn(_)));
                if let super::State::Capturing { unit, .. } = &self.machine.state
                    && early
                    && matches!(input, Input::FrameAccepted)
                {
                    effects.push(Effect::Measure { unit: unit.clone() });
                }
            }
            Fault::LosesAWindow => effects.retain(|effect| !matches!(effect, Effect::CloseCamera(_))),
            Fault::ClosesTwice => {
                let close = effects.iter().find(|effect| matches!(effect, Effect::CloseCamera(_))).cloned();
                effects.extend(close);
            }
            Fault::RemembersAfterwards => effects.retain(|effect| *effect != Effect::Forget),
            Fault::ErasesUnasked => {
                if let Input::PinChecked(Some(person)) = input {
                    effects.push(Effect::Erase { person: *person });
                }
            }
            Fault::PromisesTooEarly => {
                if matches!(input, Input::Kiosk(super::Do::Begin)) && effects.is_empty() {
                    effects.push(Effect::Promise);
                }
            }
            Fault::None | Fault::SeesBeforeTheNotice | Fault::SeesWhileIdle | Fault::OffersNothing => {}
        }
    }
}

impl Subject for Faulty {
    fn handle(&mut self, input: Input, view: View<'_>, rng: &mut dyn Rng) -> Vec<Effect> {
        let stage = self.machine.stage();
        let mut effects = self.machine.handle(input.clone(), view, rng);
        self.spoil(stage, &input, &mut effects);
        effects
    }

    fn screen(&self, view: View<'_>) -> Screen {
        let mut screen = self.machine.screen(view);
        if self.fault == Fault::OffersNothing && screen.outcome == Outcome::Refused {
            screen.actions.clear();
        }
        screen
    }

    fn camera(&self) -> Camera {
        match (self.fault, &self.machine.state) {
            (Fault::SeesBeforeTheNotice, super::State::Prompt { .. }) | (Fault::SeesWhileIdle, super::State::Idle) => Camera::Face,
            _ => self.machine.camera(),
        }
    }

    fn stage(&self) -> Option<Stage> {
        self.machine.stage()
    }

    fn awaits_grant(&self) -> bool {
        self.machine.awaits_grant()
    }

    fn attempt(&self) -> AttemptId {
        self.machine.attempt()
    }
}

/// How often the sequences came to what counts. Rules about what never happens in them would hold of anything.
#[derive(Debug, Clone, Copy, Default)]
struct Reached {
    opened: u32,
    refused: u32,
    measured: u32,
    sealed: u32,
    erased: u32,
    closed: u32,
    after_a_turn: u32,
    promised: u32,
}

impl Reached {
    fn count(&mut self, effect: &Effect, before: &Screen) {
        match effect {
            Effect::Open { .. } => self.opened += 1,
            Effect::Refuse { .. } => self.refused += 1,
            Effect::Measure { .. } => self.measured += 1,
            Effect::Seal => self.sealed += 1,
            Effect::Erase { .. } => self.erased += 1,
            Effect::CloseCamera(_) => self.closed += 1,
            Effect::Promise => self.promised += 1,
            Effect::CheckPin { .. } | Effect::Redeem(_) | Effect::Forget => {}
        }
        let measures = matches!(effect, Effect::Measure { .. } | Effect::Seal);
        self.after_a_turn += u32::from(measures && before.key == "turn.back");
    }
}

fn watched(fault: Fault, fixture: &Fixture) -> (Result<(), String>, Reached) {
    let reached = RefCell::new(Reached::default());
    let config = Config {
        cases: SEQUENCES,
        failure_persistence: None,
        max_shrink_iters: if fault == Fault::None { 10_000 } else { 0 },
        ..Config::default()
    };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let result = runner.run(&drive::sequences(), |(seed, steps)| {
        drive::run(&mut Faulty::new(fault), fixture, seed, &steps, &mut reached.borrow_mut()).map_err(TestCaseError::fail)
    });
    (result.map_err(|error| error.to_string()), reached.into_inner())
}

#[test]
fn every_rule_holds_in_whatever_happens() {
    let (result, reached) = watched(Fault::None, &Fixture::new());
    println!("{reached:?}");
    if let Err(error) = result {
        panic!("{error}");
    }
    let least = [
        reached.opened,
        reached.refused,
        reached.measured,
        reached.sealed,
        reached.erased,
        reached.closed,
        reached.after_a_turn,
        reached.promised,
    ];
    assert!(
        least.iter().all(|count| *count > 100),
        "the sequences come to what counts: {reached:?}"
    );
}

#[test]
fn each_broken_machine_breaks_the_rule_that_it_should() {
    let fixture = Fixture::new();
    let table = [
        (Fault::OpensForWhomItDoesNotKnow, "the door opens for somebody"),
        (Fault::OpensTwice, "the door opens once"),
        (Fault::MeasuresTheFirstFrame, "before enough frames"),
        (Fault::MeasuresBeforeTheTurn, "before the asked turn"),
        (Fault::LosesAWindow, "a camera window is closed"),
        (Fault::ClosesTwice, "a camera window is closed once"),
        (Fault::RemembersAfterwards, "forgetting goes with the end"),
        (Fault::SeesBeforeTheNotice, "faces are seen only when asked for"),
        (Fault::SeesWhileIdle, "faces are seen only when asked for"),
        (Fault::OffersNothing, "a refusal offers another way"),
        (Fault::ErasesUnasked, "erasing needs a yes"),
        (Fault::PromisesTooEarly, "a receipt is of an attempt that has ended"),
    ];
    for (fault, rule) in table {
        let (result, _) = watched(fault, &fixture);
        let error = result.expect_err(&format!("{fault:?} is not noticed"));
        assert!(error.contains(rule), "{fault:?}: {error}");
    }
}
