//! The protection officer.

use askama::Template;
use countenance_base::Text;

use crate::{Frame, Problem};

#[derive(Clone, PartialEq, Eq)]
pub struct OfficerView {
    pub name: String,
    pub contact: Text,
    pub appointed: String,
    /// Day and number.
    pub reported: Option<(String, String)>,
}

impl std::fmt::Debug for OfficerView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OfficerView(since {})", self.appointed)
    }
}

#[derive(Debug, Template)]
#[template(path = "desk/officer.html")]
pub struct OfficerPage {
    pub frame: Frame,
    pub officer: Option<OfficerView>,
    pub problem: Option<Problem>,
}
