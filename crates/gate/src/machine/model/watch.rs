//! What must hold, said without the machine's own states: only from what was fed in, what came out and what is shown.

use countenance_base::{AttemptId, PersonId, Timestamp};

use super::Subject;
use super::drive::{World, is_open};
use crate::challenge::{Liveness, Pose, Side};
use crate::machine::{Camera, Do, Effect, Input, Measured, Outcome, Screen};
use crate::policy::{Household, Lane, Policy};
use crate::sight::FRAMES_NEEDED;
use crate::wire::Passage;

/// The camera's open time as an onlooker counts it.
struct Window {
    opened: Timestamp,
    faces: bool,
    frames: u32,
    accepted: usize,
    challenge: bool,
    asked_side_shown: bool,
}

#[derive(Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "what was said and asked in one attempt, each once and independent of the others"
)]
pub(super) struct Watch {
    attempt: Option<AttemptId>,
    /// Whoever was shown to be somebody in this attempt, by lane.
    shown: Vec<(Lane, PersonId)>,
    unit: Option<String>,
    face_asked: bool,
    enrolment_confirmed: bool,
    withdrawal_confirmed: bool,
    pin_asked: bool,
    redeem_asked: bool,
    measure_asked: bool,
    opened: bool,
    refused: bool,
    window: Option<Window>,
}

type Held = Result<(), &'static str>;

fn holds(rule: &'static str, holds: bool) -> Held {
    if holds { Ok(()) } else { Err(rule) }
}

impl Watch {
    pub(super) fn follow(&mut self, before: &Screen, input: &Input, effects: &[Effect], subject: &dyn Subject, world: &World) -> Held {
        self.begin_anew(before, input, subject);
        self.hear(before, input, world);
        for effect in effects {
            self.judge(effect, input, effects, world)?;
        }
        self.see(subject, world)
    }

    /// A press at a screen at rest begins another attempt: what was shown before counts no more.
    fn begin_anew(&mut self, before: &Screen, input: &Input, subject: &dyn Subject) {
        let at_rest = before.key == "idle" || matches!(before.outcome, Outcome::Opened | Outcome::Refused | Outcome::Done);
        let begins = matches!(input, Input::Kiosk(Do::Begin | Do::Qr | Do::Enrol | Do::Withdraw));
        if self.attempt != Some(subject.attempt()) || (at_rest && begins) {
            *self = Self {
                attempt: Some(subject.attempt()),
                window: self.window.take(),
                ..Self::default()
            };
        }
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the inputs named are all that show or ask for something; rules of others see to the rest"
    )]
    fn hear(&mut self, before: &Screen, input: &Input, world: &World) {
        let member = |person| world.policy.as_ref().is_some_and(|policy| policy.member(person).is_some());
        match input {
            Input::Kiosk(Do::Unit(unit)) if matches!(before.key.as_str(), "ask.unit" | "withdraw.unit") => self.unit = Some(unit.clone()),
            Input::Kiosk(Do::Face) if before.key == "prompt.face" => self.face_asked = true,
            Input::Kiosk(Do::Yes) if before.key == "digits.confirm" => self.enrolment_confirmed = true,
            Input::Kiosk(Do::Yes) if before.key == "withdraw.confirm" => self.withdrawal_confirmed = true,
            // A genuine door QR is the only one that is generated under this prefix and of this length.
            Input::CodeSeen(text) | Input::Kiosk(Do::Text(text)) if before.camera == Camera::Code && text.len() > 100 => {
                let person = PersonId::from_bytes([1; 16]);
                if text.starts_with("CQ1:") && member(person) {
                    self.shown.push((Lane::Qr, person));
                    // A code says who stands here as well as a keyed unit does.
                    let home = |household: &&Household| household.people.iter().any(|member| member.person == person);
                    let home = world.policy.iter().flat_map(|policy| &policy.households).find(home);
                    self.unit = home.map(|household| household.unit.clone());
                }
            }
            Input::PinChecked(Some(person)) if self.pin_asked => self.shown.push((Lane::Pin, *person)),
            Input::Measured(Measured::Recognised(person)) if self.measure_asked => self.shown.push((Lane::Face, *person)),
            _ => {}
        }
        // Without a policy no frame is looked at.
        let looked_at = before.camera == Camera::Face && world.policy.is_some();
        let Some(window) = self.window.as_mut().filter(|_| looked_at) else {
            return;
        };
        let counted = matches!(input, Input::FrameAccepted | Input::FrameFollowed(_) | Input::FrameRefused(_));
        window.frames += u32::from(counted);
        window.accepted += usize::from(matches!(input, Input::FrameAccepted));
        let asked = match before.key.as_str() {
            "turn.left" => Some(Side::Left),
            "turn.right" => Some(Side::Right),
            _ => None,
        };
        if let (Some(asked), Input::FrameFollowed(Pose::Turned(side))) = (asked, input) {
            window.asked_side_shown |= asked == *side;
        }
    }

    fn judge(&mut self, effect: &Effect, input: &Input, effects: &[Effect], world: &World) -> Held {
        match effect {
            Effect::Open { passage, .. } => self.may_open(passage, world)?,
            Effect::Refuse { passage } => {
                self.refused = true;
                holds("a refused passage is not an opened one", !passage.opened && passage.at == world.now)?;
                holds("a refusal names nobody", passage.person.is_none())?;
            }
            Effect::Measure { unit } => {
                holds(
                    "a face is measured for the unit that was claimed",
                    self.unit.as_deref() == Some(unit),
                )?;
                holds("a face is measured only when its lane was chosen", self.face_asked)?;
                self.frames_suffice(input)?;
                self.measure_asked = true;
            }
            Effect::Seal => {
                holds("nothing is sealed without the digits' yes", self.enrolment_confirmed)?;
                self.frames_suffice(input)?;
            }
            Effect::CloseCamera(closed) => {
                let Some(window) = self.window.take() else {
                    return Err("a camera window is closed once");
                };
                holds(
                    "a window says when it was open",
                    (closed.opened, closed.closed) == (window.opened, world.now),
                )?;
                holds("a window belongs to its attempt", Some(closed.attempt) == self.attempt)?;
                if window.faces {
                    holds("a window counts its frames", closed.frames == window.frames)?;
                    holds("forgetting goes with the end of a face window", effects.contains(&Effect::Forget))?;
                }
            }
            Effect::CheckPin { .. } => self.pin_asked = true,
            Effect::Redeem(_) => {
                holds("a ticket is redeemed once", !self.redeem_asked)?;
                self.redeem_asked = true;
            }
            Effect::Erase { person } => {
                holds("erasing needs a yes", self.withdrawal_confirmed)?;
                holds("erasing needs the person", self.shown.iter().any(|(_, shown)| shown == person))?;
            }
            Effect::Promise => holds("a receipt is of an attempt that has ended", self.opened || self.refused)?,
            Effect::Forget => {}
        }
        Ok(())
    }

    fn may_open(&mut self, passage: &Passage, world: &World) -> Held {
        holds("the door opens once for an attempt", !self.opened)?;
        self.opened = true;
        let Some(policy) = &world.policy else {
            return Err("no door opens without a policy");
        };
        let Some(person) = passage.person else {
            return Err("the door opens for somebody");
        };
        holds("the door opens for people of its policy", policy.member(person).is_some())?;
        holds(
            "the door opens by one of its ways",
            policy.door.ways.contains(&passage.lanes) && !passage.lanes.is_empty(),
        )?;
        let proven = passage.lanes.iter().all(|lane| self.shown.contains(&(*lane, person)));
        holds("the door opens after a proof of each lane", proven)?;
        let open = passage
            .lanes
            .iter()
            .all(|lane| world.standing.lane(*lane, policy, world.now).is_ok());
        holds("the door opens by lanes that are open", open)?;
        holds(
            "an opened passage says so",
            passage.opened && passage.at == world.now && Some(passage.attempt) == self.attempt,
        )
    }

    fn frames_suffice(&self, input: &Input) -> Held {
        let Some(window) = self.window.as_ref().filter(|window| window.faces) else {
            return Err("nothing is measured without an open camera");
        };
        holds("nothing is measured before enough frames", window.accepted >= FRAMES_NEEDED)?;
        if window.challenge {
            holds("nothing is measured before the asked turn", window.asked_side_shown)?;
            holds(
                "nothing is measured before the head is back",
                matches!(input, Input::FrameAccepted | Input::FrameFollowed(Pose::Front)),
            )?;
        }
        Ok(())
    }

    /// What is shown after the step.
    fn see(&mut self, subject: &dyn Subject, world: &World) -> Held {
        let screen = subject.screen(world.view());
        let camera = subject.camera();
        if is_open(camera) && self.window.is_none() {
            self.may_see(camera, world)?;
            let policy = world.policy.as_ref();
            self.window = Some(Window {
                opened: world.now,
                faces: camera == Camera::Face,
                frames: 0,
                accepted: 0,
                challenge: policy.is_some_and(asks_for_a_turn),
                asked_side_shown: false,
            });
        }
        let pending = self.window.is_some() && !is_open(camera);
        holds("a camera window is closed", !pending || screen.outcome == Outcome::Waiting)?;
        if screen.key == "idle" {
            let holds_nothing = !is_open(camera) && !subject.awaits_grant() && subject.stage().is_none() && self.window.is_none();
            holds("an idle gate holds nothing", holds_nothing)?;
        }
        let Some(policy) = &world.policy else { return Ok(()) };
        if screen.outcome == Outcome::Refused {
            holds("a refusal offers another way", screen.actions.contains(&"begin"))?;
            let by_qr = policy.door.ways.iter().flatten().any(|lane| *lane == Lane::Qr);
            holds(
                "a refusal offers the QR where there is one",
                !by_qr || screen.actions.contains(&"qr"),
            )?;
        }
        let asked_for_more = screen.key == "ask.lane" && !self.shown.is_empty();
        let elsewhere = [Lane::Card, Lane::Remote];
        let completable = policy.door.ways.iter().any(|way| {
            let rest: Vec<&Lane> = way
                .iter()
                .filter(|lane| !self.shown.iter().any(|(shown, _)| shown == *lane))
                .collect();
            !rest.is_empty()
                && rest.len() < way.len()
                && rest
                    .iter()
                    .all(|lane| !elsewhere.contains(lane) && **lane != Lane::Face && world.standing.lane(**lane, policy, world.now).is_ok())
        });
        holds(
            "who is asked for one lane more can show it",
            !asked_for_more || !completable || screen.actions.len() > 1,
        )
    }

    fn may_see(&self, camera: Camera, world: &World) -> Held {
        if camera == Camera::Code {
            return Ok(());
        }
        holds("faces are seen only when asked for", self.face_asked || self.enrolment_confirmed)?;
        let Some(policy) = &world.policy else {
            return Err("no camera opens without a policy");
        };
        holds(
            "faces are seen only while their lane is open",
            world.standing.face(policy, world.now).is_ok(),
        )?;
        let household = self.unit.as_deref().and_then(|unit| policy.household(unit));
        let consents = household.is_some_and(|household| {
            household
                .people
                .iter()
                .any(|member| member.face.is_some() && world.standing.enrolled.contains(&member.person))
        });
        holds(
            "faces are seen only where somebody consented and is enrolled",
            self.enrolment_confirmed || consents,
        )
    }
}

fn asks_for_a_turn(policy: &Policy) -> bool {
    policy.face.as_ref().is_some_and(|face| face.liveness == Liveness::Challenge)
}
