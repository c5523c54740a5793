//! Who processes for this site, at the desk.

use askama::Template;

use crate::parts::State;
use crate::suppliers::PublicSupplier;
use crate::{Frame, Problem};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SupplierLine {
    pub number: u64,
    pub shown: PublicSupplier,
    pub began: String,
    pub ended: Option<String>,
}

impl SupplierLine {
    pub const fn state(&self) -> State {
        match (self.ended.is_some(), self.shown.bound) {
            (true, _) => State::Off,
            (false, true) => State::Permitted,
            (false, false) => State::Refused,
        }
    }

    pub const fn word(&self) -> &'static str {
        match (self.ended.is_some(), self.shown.bound) {
            (true, _) => "supplier-over",
            (false, true) => "supplier-bound",
            (false, false) => "supplier-unbound",
        }
    }
}

#[derive(Debug, Template)]
#[template(path = "desk/suppliers_desk.html")]
pub struct Suppliers {
    pub frame: Frame,
    pub suppliers: Vec<SupplierLine>,
    pub problem: Option<Problem>,
}
