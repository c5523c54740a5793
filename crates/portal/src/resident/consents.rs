//! Consents, how to end them, and what the gate said about it.

use askama::Template;
use countenance_base::{Text, Timestamp};

use crate::parts::{ReceiptView, State};
use crate::{Frame, Refusal};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsentState {
    Signed,
    Enrolled,
    /// Ended by the person; the gate has not answered yet.
    Withdrawn,
    /// Ended, and every gate that had a template has signed that it is gone.
    Forgotten,
    /// Ended; a gate that may hold a template was declared lost, and nobody says that it is gone.
    Lost,
    /// Ended, and no gate ever said that it had a template: nothing to confirm, so nothing is claimed.
    NeverEnrolled,
    Expired,
}

impl ConsentState {
    pub const fn state(self) -> State {
        match self {
            Self::Signed | Self::Withdrawn => State::Waiting,
            Self::Enrolled => State::Permitted,
            Self::Forgotten => State::Sealed,
            Self::Lost => State::Refused,
            Self::Expired | Self::NeverEnrolled => State::Off,
        }
    }

    /// Key of the word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Signed => "consent-signed",
            Self::Enrolled => "consent-enrolled",
            Self::Withdrawn => "consent-withdrawn",
            Self::Forgotten => "consent-forgotten",
            Self::Lost => "consent-lost",
            Self::NeverEnrolled => "consent-never-enrolled",
            Self::Expired => "consent-expired",
        }
    }

    pub const fn is_live(self) -> bool {
        matches!(self, Self::Signed | Self::Enrolled)
    }
}

/// One consent as its person sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentView {
    pub id: String,
    pub door: Text,
    pub gates: Vec<u64>,
    pub state: ConsentState,
    pub given: Timestamp,
    pub until: Timestamp,
    /// When it ended, for one that is not live.
    pub ended: Option<Timestamp>,
    /// Signed by an operator in the person's place; every page says so.
    pub attested: bool,
    /// Since when an operator stopped the face under it, while it is live.
    pub stopped: Option<Timestamp>,
    /// The gates' signed words, oldest first.
    pub receipts: Vec<ReceiptView>,
}

impl ConsentView {
    pub fn href(&self) -> String {
        format!("/consents/{}", self.id)
    }

    pub fn gate_list(&self) -> String {
        self.gates.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    }

    /// Key of the words for a consent that waits for an enrolment: the first, or another one because a template ended.
    pub fn awaits(&self) -> &'static str {
        match self.receipts.last().map(|receipt| receipt.cause.as_str()) {
            None => "consent-signed-what",
            Some("recogniser.changed") => "consent-again-recogniser",
            Some(_) => "consent-again",
        }
    }

    pub fn enrolled_at(&self) -> Option<Timestamp> {
        self.receipts
            .iter()
            .find(|receipt| receipt.cause == "enrolled")
            .map(|receipt| receipt.at)
    }
}

/// Every consent of the person, the newest first.
#[derive(Debug, Template)]
#[template(path = "resident/consents.html")]
pub struct Consents {
    pub frame: Frame,
    pub consents: Vec<ConsentView>,
}

/// One consent with its receipts.
#[derive(Debug, Template)]
#[template(path = "resident/consent.html")]
pub struct ConsentPage {
    pub frame: Frame,
    pub consent: ConsentView,
    /// The exact text that was signed.
    pub text: String,
    /// Why the rulebook keeps the face lane closed now, though the consent is in force.
    pub refusals: Vec<Refusal>,
}
