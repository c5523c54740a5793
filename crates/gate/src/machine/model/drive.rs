//! Generated sequences of what happens at a gate, and the world in which they happen.

use proptest::prelude::*;

use super::watch::Watch;
use super::{Reached, Subject};
use crate::base64url;
use crate::challenge::{Liveness, Pose, Side};
use crate::machine::{Camera, Do, Effect, Input, Measured, View};
use crate::policy::{Lane, Policy};
use crate::qr::PREFIX;
use crate::standing::{JournalRoom, Standing};
use crate::testing::{Fixture, PIN, at};
use crate::wire::{EnrolmentTicket, qr_text_to_sign};
use countenance_base::{SeededRng, Timestamp};

/// One thing that happens. Numbers choose among variants, so that whatever is generated is a sequence.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    /// What a person who wants to come in would do next at this screen.
    Onwards(u8),
    Press(u8),
    Frame(u8),
    /// An answer of the shell, fitting or stray.
    Answer(u8),
    /// Snapshot, journal, clock, network or enrolment change.
    World(u8),
    Wait(u32),
    Tick,
}

pub(super) fn sequences() -> impl Strategy<Value = (u64, Vec<Step>)> {
    let step = prop_oneof![
        14 => any::<u8>().prop_map(Step::Onwards),
        2 => any::<u8>().prop_map(Step::Press),
        3 => any::<u8>().prop_map(Step::Frame),
        1 => any::<u8>().prop_map(Step::Answer),
        1 => any::<u8>().prop_map(Step::World),
        3 => (0u32..1_500).prop_map(Step::Wait),
        1 => Just(Step::Wait(41_000)),
        2 => Just(Step::Tick),
    ];
    (any::<u64>(), proptest::collection::vec(step, 1..100))
}

/// The gate's surroundings.
pub(super) struct World {
    pub(super) policy: Option<Policy>,
    pub(super) standing: Standing,
    pub(super) now: Timestamp,
    /// What the shell was asked to answer last.
    asked: Option<Effect>,
}

impl World {
    fn new(fixture: &Fixture) -> Self {
        Self {
            policy: Some(fixture.policy.clone()),
            standing: fixture.standing.clone(),
            now: at(0),
            asked: None,
        }
    }

    pub(super) const fn view(&self) -> View<'_> {
        View {
            policy: self.policy.as_ref(),
            standing: &self.standing,
            now: self.now,
        }
    }

    fn change(&mut self, choice: u8, fixture: &Fixture) {
        let ways = |ways: &[&[Lane]]| ways.iter().map(|way| way.to_vec()).collect();
        let policy = self.policy.get_or_insert_with(|| fixture.policy.clone());
        match choice % 12 {
            0 => policy.door.ways = ways(&[&[Lane::Qr], &[Lane::Pin], &[Lane::Face]]),
            1 => policy.door.ways = ways(&[&[Lane::Face, Lane::Pin], &[Lane::Qr, Lane::Pin]]),
            2 => policy.door.ways = ways(&[&[Lane::Card]]),
            3 | 4 => {
                if let Some(face) = &mut policy.face {
                    face.liveness = if choice % 12 == 3 { Liveness::Challenge } else { Liveness::Passive };
                }
            }
            5 => policy.face = None,
            6 => self.policy = None,
            7 => self.standing.enrolled.clear(),
            8 => self.standing.last_contact = at(-2 * 86_400),
            9 => self.standing.journal = [JournalRoom::FaceClosed, JournalRoom::ErasuresOnly][usize::from(choice / 12 % 2)],
            10 => self.standing.faults = vec!["store.corrupt".into()],
            _ => {
                *self = Self {
                    now: self.now,
                    asked: self.asked.take(),
                    ..Self::new(fixture)
                }
            }
        }
    }
}

/// Runs one sequence; an error names the rule that did not hold.
pub(super) fn run(subject: &mut dyn Subject, fixture: &Fixture, seed: u64, steps: &[Step], reached: &mut Reached) -> Result<(), String> {
    let mut rng = SeededRng::new(seed);
    let mut world = World::new(fixture);
    // One door in two asks for a turn of the head.
    world.change(if seed.is_multiple_of(2) { 3 } else { seed.to_be_bytes()[0] % 2 }, fixture);
    let mut watch = Watch::default();
    for step in steps {
        world.now = world.now.plus(std::time::Duration::from_millis(40));
        let Some(input) = input(*step, subject, &mut world, fixture) else {
            continue;
        };
        let before = subject.screen(world.view());
        let effects = subject.handle(input.clone(), world.view(), &mut rng);
        watch
            .follow(&before, &input, &effects, subject, &world)
            .map_err(|rule| format!("{rule} after {input:?} gave {effects:?}"))?;
        for effect in effects {
            reached.count(&effect, &before);
            if matches!(
                effect,
                Effect::CheckPin { .. } | Effect::Measure { .. } | Effect::Redeem(_) | Effect::Seal | Effect::Erase { .. }
            ) {
                world.asked = Some(effect);
            }
        }
    }
    Ok(())
}

fn input(step: Step, subject: &dyn Subject, world: &mut World, fixture: &Fixture) -> Option<Input> {
    Some(match step {
        Step::Onwards(choice) => onwards(choice, subject, world, fixture),
        Step::Press(choice) => Input::Kiosk(press(choice, world, fixture)),
        Step::Frame(choice) => frame(choice),
        Step::Answer(choice) => answer(choice, None, fixture),
        Step::World(choice) => {
            world.change(choice, fixture);
            return None;
        }
        Step::Wait(millis) => {
            world.now = world.now.plus(std::time::Duration::from_millis(u64::from(millis)));
            Input::Tick
        }
        Step::Tick => Input::Tick,
    })
}

fn onwards(choice: u8, subject: &dyn Subject, world: &mut World, fixture: &Fixture) -> Input {
    let screen = subject.screen(world.view());
    Input::Kiosk(match screen.key.as_str() {
        "ask.unit" | "withdraw.unit" => Do::Unit("12-1803".into()),
        "ask.lane" => [Do::Face, Do::Face, Do::PinLane, Do::Qr][usize::from(choice % 4)].clone(),
        "prompt.face" => Do::Face,
        "ask.pin" | "withdraw.pin" => Do::Pin(zeroize::Zeroizing::new(PIN.into())),
        "scan.qr" => return Input::CodeSeen(door_qr(world.now, fixture)),
        "scan.enrol" => return Input::CodeSeen(ticket()),
        "capturing" | "enrol.capturing" | "turn.back" => return Input::FrameAccepted,
        "turn.left" => return Input::FrameFollowed(Pose::Turned(Side::Left)),
        "turn.right" => return Input::FrameFollowed(Pose::Turned(Side::Right)),
        "waiting" => return answer(choice, world.asked.take().as_ref(), fixture),
        "digits.confirm" | "withdraw.confirm" => Do::Yes,
        "opened" | "refused" if choice.is_multiple_of(3) => Do::Receipt,
        _ => [Do::Begin, Do::Begin, Do::Qr, Do::Enrol, Do::Withdraw][usize::from(choice % 5)].clone(),
    })
}

fn press(choice: u8, world: &World, fixture: &Fixture) -> Do {
    let all = [
        Do::Begin,
        Do::Unit("12-1803".into()),
        Do::Unit("12-1804".into()),
        Do::Unit("99-9999".into()),
        Do::Face,
        Do::Qr,
        Do::PinLane,
        Do::Pin(zeroize::Zeroizing::new("000000".into())),
        Do::Enrol,
        Do::Text(door_qr(world.now, fixture)),
        Do::Text(ticket()),
        Do::Text("https://example.org".into()),
        Do::Yes,
        Do::No,
        Do::Withdraw,
        Do::Receipt,
        Do::Cancel,
    ];
    all[usize::from(choice) % all.len()].clone()
}

fn frame(choice: u8) -> Input {
    match choice % 9 {
        0 => Input::FrameRefused("face.two"),
        1 => Input::FrameRefused("face.none"),
        2 => Input::FrameRefused("face.not_followed"),
        3 => Input::FrameFollowed(Pose::Front),
        4 => Input::FrameFollowed(Pose::Between),
        5 => Input::FrameFollowed(Pose::Turned(Side::Left)),
        6 => Input::FrameFollowed(Pose::Turned(Side::Right)),
        7 => Input::CodeSeen("CQ1:AAAA".into()),
        _ => Input::FrameAccepted,
    }
}

/// Mostly a good answer to what was asked; a stray one when nothing was.
fn answer(choice: u8, asked: Option<&Effect>, fixture: &Fixture) -> Input {
    let bad = choice % 4 == 3;
    let result = if bad { Err("code.used".to_owned()) } else { Ok(()) };
    let measured = [
        Measured::Recognised(fixture.b),
        Measured::Unknown,
        Measured::Ambiguous,
        Measured::NotLive,
        Measured::Refused("grant.refused".into()),
    ];
    let kind = match asked {
        Some(Effect::CheckPin { .. }) => 0,
        Some(Effect::Measure { .. }) => 1,
        Some(Effect::Redeem(_)) => 2,
        Some(Effect::Seal) => 3,
        Some(Effect::Erase { .. }) => 4,
        _ => choice / 4 % 7,
    };
    match kind {
        0 => Input::PinChecked((!bad).then_some(if choice % 8 == 6 { fixture.b } else { fixture.a })),
        1 if bad => Input::Measured(measured[usize::from(choice / 4) % measured.len()].clone()),
        1 => Input::Measured(Measured::Recognised(fixture.a)),
        2 => Input::Redeemed(result),
        3 => Input::Sealed(result),
        4 => Input::Erased(result),
        5 => Input::Promised(result.map(|()| "CR1:AAAA".to_owned())),
        _ => Input::Failed("internal".into()),
    }
}

fn ticket() -> String {
    EnrolmentTicket {
        code: "ABCD2345".into(),
        key_fingerprint: [1; 32],
        ratchet: [2; 32],
        month: 24_322,
    }
    .to_text()
}

fn door_qr(now: Timestamp, fixture: &Fixture) -> String {
    let signature = fixture.key_a.sign_plain(qr_text_to_sign(fixture.a, now.seconds()).as_bytes());
    let bytes = [fixture.a.as_bytes().as_slice(), &now.seconds().to_be_bytes(), &signature.0].concat();
    format!("{PREFIX}{}", base64url::encode(&bytes))
}

/// Whether a frame may be used at all.
pub(super) const fn is_open(camera: Camera) -> bool {
    !matches!(camera, Camera::Off)
}
