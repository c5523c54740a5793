//! The page of an error: what, a code for the desk, and a way out.

use askama::Template;

use crate::Frame;

/// An error page.
#[derive(Debug, Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    pub frame: Frame,
    /// Stable code, e.g. `page.not_found`.
    pub code: String,
    /// Where to go on.
    pub way_out: String,
}
