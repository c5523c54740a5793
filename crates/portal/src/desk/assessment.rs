//! The impact assessment of a purpose: the form, its versions, and one version to print.

use askama::Template;
use countenance_base::{Text, Timestamp};
use fluent_bundle::FluentValue;

use super::{PurposeState, mode_key};
use crate::parts::State;
use crate::{Frame, Problem, messages};

/// A head or a working field, by its word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssessmentText {
    pub word: String,
    pub text: String,
}

/// What the program itself says about how faces are used: the word of a fact, and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemFact {
    pub word: String,
    pub value: String,
}

impl SystemFact {
    /// The value in the reader's language, where it is made of words of ours.
    pub fn shown(&self, frame: &Frame) -> String {
        let lanes = |lanes: &str| {
            let names: Vec<String> = lanes.split('+').map(|lane| frame.code("lane", lane)).collect();
            names.join(" + ")
        };
        match self.word.as_str() {
            "place" => frame.code("place", &self.value),
            "liveness" => frame.code("liveness", &self.value),
            "ways" => self.value.split(", ").map(lanes).collect::<Vec<_>>().join(" / "),
            "mode" => frame.t(mode_key(&self.value)),
            "used" => self.counts(frame, lanes).unwrap_or_else(|| self.value.clone()),
            "waits" => match self.value.split_once(' ') {
                Some((way, waits)) => frame.t2("waits-of", "way", lanes(way), "waits", waited(frame, waits)),
                None => self.value.clone(),
            },
            // Versions of before have an average of the face alone.
            "waited" => match self.value.split_once(' ') {
                Some((way, mean)) => format!("{}{}{mean}", lanes(way), frame.t("sign-colon")),
                None => self.value.clone(),
            },
            _ => self.value.clone(),
        }
    }

    /// `qr 2 + 1` in words.
    fn counts(&self, frame: &Frame, lanes: impl Fn(&str) -> String) -> Option<String> {
        let (way, counts) = self.value.split_once(' ')?;
        let (opened, refused) = counts.split_once(" + ")?;
        let words = frame.t2("system-counts", "opened", opened, "refused", refused);
        Some(format!("{}{}{words}", lanes(way), frame.t("sign-colon")))
    }

    /// A number that nobody reads but to compare it.
    pub fn is_hash(&self) -> bool {
        self.word == "pack"
    }
}

/// How many openings, and within how many seconds half of them and nine of ten were in; or the code of why that is not said.
fn waited(frame: &Frame, waits: &str) -> String {
    let seconds = |step: &str| match step.strip_prefix('>') {
        Some(step) => frame.t1("waits-over", "s", step),
        None => frame.t1("waits-up-to", "s", step),
    };
    match waits.split(' ').collect::<Vec<_>>().as_slice() {
        [count, half, most] => messages::message(
            frame.locale,
            "waits-within",
            &[
                ("n", FluentValue::from((*count).to_owned())),
                ("half", FluentValue::from(seconds(half))),
                ("most", FluentValue::from(seconds(most))),
            ],
        ),
        _ => frame.code("waits", waits),
    }
}

/// One version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssessmentVersion {
    /// Where it can be printed.
    pub href: String,
    pub number: u32,
    pub written_by: String,
    pub written_at: Timestamp,
    pub approval: Option<ApprovalView>,
    /// It is about another way of using faces than the present one, or a major incident came after it.
    pub stale: bool,
    /// SHA-256 over all of it, hexadecimal.
    pub hash: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalView {
    pub by: String,
    pub at: Timestamp,
    pub kept_until: Timestamp,
}

impl AssessmentVersion {
    pub const fn state(&self) -> State {
        match (&self.approval, self.stale) {
            (Some(_), false) => State::Permitted,
            (Some(_), true) => State::Refused,
            (None, _) => State::Waiting,
        }
    }

    /// Key of the word.
    pub const fn word(&self) -> &'static str {
        match (&self.approval, self.stale) {
            (Some(_), false) => "version-approved",
            (Some(_), true) => "version-stale",
            (None, true) => "version-written-stale",
            (None, false) => "version-written",
        }
    }
}

/// The version that waits for its approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingVersion {
    pub number: u32,
    /// Where the approval is sent.
    pub href: String,
    /// Whoever looks at the page has written it: another operator approves.
    pub own: bool,
}

/// The form with what was written last, beside what the program knows.
#[derive(Debug, Template)]
#[template(path = "desk/assessment.html")]
pub struct AssessmentPage {
    pub frame: Frame,
    pub href: String,
    pub door_href: String,
    pub door: Text,
    pub purpose: Text,
    pub standing: PurposeState,
    /// The statutory heads.
    pub heads: Vec<AssessmentText>,
    /// Our working fields below them.
    pub fields: Vec<AssessmentText>,
    pub system: Vec<SystemFact>,
    /// The newest first.
    pub versions: Vec<AssessmentVersion>,
    pub waiting: Option<WaitingVersion>,
    /// What was approved no longer describes what is done.
    pub stale: bool,
    pub problem: Option<Problem>,
    pub saved: bool,
}

impl AssessmentPage {
    /// Heads that nobody has answered.
    fn missing(&self) -> impl Iterator<Item = &AssessmentText> {
        self.heads.iter().filter(|head| head.text.is_empty())
    }

    /// Nothing is written about a purpose that has ended.
    pub fn may_write(&self) -> bool {
        self.standing != PurposeState::Ended
    }
}

/// One version on paper.
#[derive(Debug, Template)]
#[template(path = "desk/assessment_print.html")]
pub struct AssessmentPrint {
    pub frame: Frame,
    pub back: String,
    pub door: Text,
    pub purpose: Text,
    pub heads: Vec<AssessmentText>,
    pub fields: Vec<AssessmentText>,
    pub system: Vec<SystemFact>,
    pub version: AssessmentVersion,
}
