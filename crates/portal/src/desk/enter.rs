//! Sign-in by a one-time link: opening the link shows this page, its button uses the link up.

use askama::Template;

use crate::{Frame, Problem};

/// A link checker or a preview that fetches the address must not use it up, so a button does.
#[derive(Template)]
#[template(path = "desk/enter.html")]
pub struct Enter {
    pub frame: Frame,
    /// Where the button posts: the link's own path.
    pub action: String,
    pub problem: Option<Problem>,
}

impl std::fmt::Debug for Enter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The path holds the one-time token.
        f.debug_struct("Enter").field("frame", &self.frame).finish_non_exhaustive()
    }
}
