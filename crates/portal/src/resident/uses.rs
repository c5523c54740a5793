//! Who used it: the person's own passages.

use askama::Template;

use crate::Frame;
use crate::parts::{Day, Pager};

/// A page of the person's passages, day by day.
#[derive(Debug, Template)]
#[template(path = "resident/uses.html")]
pub struct Uses {
    pub frame: Frame,
    pub days: Vec<Day>,
    pub pager: Pager,
    /// Days that passages are kept, from the rulebook.
    pub retention_days: u64,
}
