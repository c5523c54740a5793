//! Deciding about a face at one door, and the code that follows a yes.

use askama::Template;
use countenance_base::{Text, Timestamp};

use crate::resident::ways::LaneCard;
use crate::{Frame, Problem, Refusal};

/// The question: alternatives first, then the notice, then the text to sign, then two equal answers.
#[derive(Debug, Template)]
#[template(path = "resident/face_consent.html")]
pub struct FaceConsent {
    pub frame: Frame,
    pub door: Text,
    /// The other ways in at this door.
    pub alternatives: Vec<LaneCard>,
    /// Full text of the rulebook's notice, in the page's language.
    pub notice: String,
    /// SHA-256 of the notice in hexadecimal, also in the text to sign.
    pub notice_hash: String,
    /// Exactly what the person signs.
    pub text: String,
    pub until: Timestamp,
    pub fingerprint: String,
    /// Where the signed answer goes.
    pub action: String,
    pub problem: Option<Problem>,
}

impl FaceConsent {
    /// Paragraphs of the notice.
    pub fn paragraphs(&self) -> impl Iterator<Item = &str> {
        self.notice.split("\n\n").map(str::trim).filter(|text| !text.is_empty())
    }
}

/// The rulebook's no to a face at this door: what, why, what to get first.
#[derive(Debug, Template)]
#[template(path = "resident/face_refused.html")]
pub struct FaceRefused {
    pub frame: Frame,
    pub door: Text,
    pub refusals: Vec<Refusal>,
}

/// What to show the gate after consenting. The QR itself is made in the browser.
#[derive(Template)]
#[template(path = "resident/enrolment_code.html")]
pub struct EnrolmentCode {
    pub frame: Frame,
    pub door: Text,
    pub gate: u64,
    pub code: String,
    pub expires: Timestamp,
    pub fingerprint: String,
    /// The consent's page, which also answers whether the gate has measured.
    pub consent: String,
}

impl std::fmt::Debug for EnrolmentCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The code is a secret until it is used.
        f.debug_struct("EnrolmentCode").field("gate", &self.gate).finish_non_exhaustive()
    }
}

impl EnrolmentCode {
    pub fn seconds_left(&self) -> u64 {
        self.expires.since(self.frame.now).as_secs()
    }

    /// The code in two groups, easier to compare.
    pub fn groups(&self) -> String {
        let (first, second): (Vec<_>, Vec<_>) = self
            .code
            .chars()
            .enumerate()
            .partition(|(at, _)| *at < self.code.chars().count() / 2);
        let text = |part: Vec<(usize, char)>| part.into_iter().map(|(_, char)| char).collect::<String>();
        format!("{} {}", text(first), text(second))
    }
}
