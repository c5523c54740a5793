//! Opening an account, and coming back to it.

use askama::Template;

use crate::{Frame, Problem};

/// Sign-in with login name and account PIN.
#[derive(Debug, Template)]
#[template(path = "resident/sign_in.html")]
pub struct SignIn {
    pub frame: Frame,
    pub login: String,
    pub problem: Option<Problem>,
}

/// Opening the account with the letter's claim code; the browser makes the keys.
#[derive(Debug, Template)]
#[template(path = "resident/claim.html")]
pub struct Claim {
    pub frame: Frame,
    pub login: String,
    pub problem: Option<Problem>,
}

/// The question before an account, and everything about its person, ends.
#[derive(Debug, Template)]
#[template(path = "resident/close.html")]
pub struct CloseAccount {
    pub frame: Frame,
    /// How long the sealed evidence stays.
    pub evidence_days: u64,
    pub problem: Option<Problem>,
}
