//! What the kiosk shows: keys and values; the words are in the kiosk's messages and the snapshot's texts.

use std::collections::BTreeMap;
use std::time::Duration;

use countenance_base::Text;
use serde::Serialize;

use super::{Capture, Errand, Machine, State, View};
use crate::challenge::{Side, Stage};
use crate::decide::Proof;
use crate::policy::{Lane, Policy, Zone};
use crate::sight::FRAMES_NEEDED;

/// What a frame may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Camera {
    Off,
    Face,
    /// Codes are read; faces are not looked for.
    Code,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum InputKind {
    None,
    Unit,
    Pin,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    None,
    Opened,
    Refused,
    Done,
    Waiting,
}

/// A text in both languages, as JSON carries it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Both {
    pub zh: String,
    pub en: String,
}

impl From<&Text> for Both {
    fn from(text: &Text) -> Self {
        Self {
            zh: text.zh.clone(),
            en: text.en.clone(),
        }
    }
}

/// One screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Screen {
    pub key: String,
    pub args: BTreeMap<String, Both>,
    pub actions: Vec<&'static str>,
    pub input: InputKind,
    pub camera: Camera,
    pub outcome: Outcome,
    /// Stable code for the desk; empty when nothing was refused.
    pub code: String,
    pub article: String,
    pub demo: bool,
    pub door: Both,
    pub zone: [u16; 4],
}

/// A result that stays on the screen for a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shown {
    key: String,
    outcome: Outcome,
    code: String,
    wait: Option<Duration>,
    lanes: Vec<Lane>,
    /// A passage was journalled for it, so a receipt can be had.
    passage: bool,
    /// The text of a receipt.
    receipt: String,
}

impl Shown {
    pub(super) const fn has_passage(&self) -> bool {
        self.passage
    }

    pub(super) fn with_passage(self) -> Self {
        Self { passage: true, ..self }
    }

    pub(super) fn receipt(text: String) -> Self {
        Self {
            receipt: text,
            ..Self::done("receipt")
        }
    }

    pub(super) fn opened(lanes: Vec<Lane>) -> Self {
        Self {
            key: "opened".into(),
            outcome: Outcome::Opened,
            code: String::new(),
            wait: None,
            lanes,
            passage: true,
            receipt: String::new(),
        }
    }

    pub(super) fn refused(code: &str) -> Self {
        Self {
            key: "refused".into(),
            outcome: Outcome::Refused,
            code: code.into(),
            wait: None,
            lanes: vec![],
            passage: false,
            receipt: String::new(),
        }
    }

    pub(super) fn throttled(wait: Duration) -> Self {
        Self {
            wait: Some(wait),
            ..Self::refused("pin.throttled")
        }
    }

    pub(super) fn done(key: &str) -> Self {
        Self {
            key: key.into(),
            outcome: Outcome::Done,
            code: String::new(),
            wait: None,
            lanes: vec![],
            passage: false,
            receipt: String::new(),
        }
    }
}

impl Machine {
    /// The screen that fits the present state.
    pub fn screen(&self, view: View<'_>) -> Screen {
        let mut screen = self.blank(view);
        match &self.state {
            State::Idle => {
                screen.set("idle", idle_actions(view));
                screen.put("word", &view.standing.device.word);
                screen.put("host", &view.standing.device.host);
                if let Some((policy, since)) = view.policy.and_then(|policy| Some((policy, policy.stopped_since()?))) {
                    screen.put("stopped", &since.civil_time(&policy.time_zone));
                }
            }
            State::AskUnit(errand) => {
                screen.set(
                    if *errand == Errand::Enter { "ask.unit" } else { "withdraw.unit" },
                    vec!["qr", "cancel"],
                );
                screen.input = InputKind::Unit;
            }
            State::AskLane { unit, proofs } => {
                screen.set("ask.lane", lane_actions(unit.as_deref(), proofs, view));
                screen.put("unit", unit.as_deref().unwrap_or_default());
            }
            State::Prompt { unit, proofs } => {
                screen.set("prompt.face", lane_actions(Some(unit), proofs, view));
                if let Some(face) = view.policy.and_then(|policy| policy.face.as_ref()) {
                    screen.args.insert("purpose".into(), (&face.purpose_text).into());
                }
            }
            State::Capturing { capture, .. } => screen.capturing("capturing", capture),
            State::EnrolCapturing { capture } => screen.capturing("enrol.capturing", capture),
            State::ScanQr { .. } => screen.set("scan.qr", vec!["cancel"]),
            State::ScanEnrol { .. } => screen.set("scan.enrol", vec!["cancel"]),
            State::AskPin { errand, .. } => {
                screen.set(
                    if *errand == Errand::Enter { "ask.pin" } else { "withdraw.pin" },
                    vec!["qr", "cancel"],
                );
                screen.input = InputKind::Pin;
            }
            State::Measuring { .. } | State::CheckingPin { .. } | State::Redeeming { .. } | State::Sealing { .. } | State::Erasing => {
                screen.set("waiting", vec![]);
                screen.outcome = Outcome::Waiting;
            }
            State::Digits { ticket } => {
                screen.set("digits.confirm", vec!["yes", "no"]);
                screen.put("digits", &ticket.digits());
            }
            State::WithdrawConfirm { .. } => screen.set("withdraw.confirm", vec!["yes", "no"]),
            State::Result(shown) => screen.result(shown, view),
        }
        screen
    }

    fn blank(&self, view: View<'_>) -> Screen {
        let zone = view
            .policy
            .and_then(|policy| policy.face.as_ref())
            .map_or(Zone::MIDDLE, |face| face.zone);
        Screen {
            key: String::new(),
            args: BTreeMap::new(),
            actions: vec![],
            input: InputKind::None,
            camera: self.camera(),
            outcome: Outcome::None,
            code: String::new(),
            article: String::new(),
            demo: view.standing.demo,
            door: view
                .policy
                .map_or_else(|| (&Text::default()).into(), |policy| (&policy.door.name).into()),
            zone: [zone.left, zone.top, zone.right, zone.bottom],
        }
    }
}

impl Screen {
    fn set(&mut self, key: &str, actions: Vec<&'static str>) {
        key.clone_into(&mut self.key);
        self.actions = actions;
    }

    fn put(&mut self, name: &str, value: &str) {
        self.args.insert(
            name.to_owned(),
            Both {
                zh: value.to_owned(),
                en: value.to_owned(),
            },
        );
    }

    fn capturing(&mut self, key: &str, capture: &Capture) {
        let key = match capture.stage() {
            None | Some(Stage::Front) => key,
            Some(Stage::Turn(Side::Left)) => "turn.left",
            Some(Stage::Turn(Side::Right)) => "turn.right",
            Some(Stage::Back) => "turn.back",
        };
        self.set(key, vec!["cancel"]);
        self.put("have", &capture.taken().to_string());
        self.put("need", &FRAMES_NEEDED.to_string());
        capture.last_reason().unwrap_or_default().clone_into(&mut self.code);
    }

    fn result(&mut self, shown: &Shown, view: View<'_>) {
        self.set(&shown.key, result_actions(shown, view));
        self.outcome = shown.outcome;
        self.code.clone_from(&shown.code);
        if let Some(wait) = shown.wait {
            self.put("seconds", &wait.as_secs().max(1).to_string());
        }
        if !shown.receipt.is_empty() {
            self.put("receipt", &shown.receipt);
        }
        if let Some(lane) = shown.lanes.last() {
            self.put("lane", lane.word());
        }
        // A refusal that the rulebook has words for is shown in the rulebook's words.
        if let Some(text) = view
            .policy
            .and_then(|policy| policy.texts.iter().find(|text| text.code == shown.code))
        {
            self.args.insert("reason".into(), (&text.text).into());
            self.article.clone_from(&text.article);
        }
    }
}

fn idle_actions(view: View<'_>) -> Vec<&'static str> {
    let Some(policy) = view.policy else { return vec![] };
    let mut actions = vec!["begin"];
    if policy.door.ways.iter().flatten().any(|lane| *lane == Lane::Qr) {
        actions.push("qr");
    }
    if view.standing.face(policy, view.now).is_ok() {
        actions.push("enrol");
    }
    actions.push("withdraw");
    actions
}

/// Lanes in the order of the equal-lanes rule: QR, card, PIN, face.
fn lane_actions(unit: Option<&str>, proofs: &[Proof], view: View<'_>) -> Vec<&'static str> {
    let Some(policy) = view.policy else { return vec!["cancel"] };
    let open = Machine::open_lanes(policy, proofs, view);
    let mut actions: Vec<&'static str> = open
        .iter()
        .filter(|lane| offered(**lane, unit, policy, view))
        .map(|lane| lane.word())
        .collect();
    actions.push("cancel");
    actions
}

fn offered(lane: Lane, unit: Option<&str>, policy: &Policy, view: View<'_>) -> bool {
    match lane {
        Lane::Qr => true,
        Lane::Pin => unit.is_some(),
        Lane::Face => unit.is_some_and(|unit| super::enter::face_offered(unit, policy, view).is_ok()),
        // No card reader and no remote opening at this gate.
        Lane::Card | Lane::Remote => false,
    }
}

/// After a refusal the other lanes are one touch away.
fn result_actions(shown: &Shown, view: View<'_>) -> Vec<&'static str> {
    match shown.outcome {
        Outcome::Refused => {
            let mut actions = idle_actions(view);
            actions.retain(|action| matches!(*action, "begin" | "qr"));
            actions.extend(shown.passage.then_some("receipt"));
            actions
        }
        Outcome::Opened => vec!["receipt"],
        Outcome::Done if !shown.receipt.is_empty() => vec!["cancel"],
        Outcome::Done | Outcome::None | Outcome::Waiting => vec![],
    }
}
