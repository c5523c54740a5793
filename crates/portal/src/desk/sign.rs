//! The sign beside a door: one sheet for each of its gates, in both languages, to be printed.

use askama::Template;
use countenance_base::{Locale, Text};

use crate::Frame;
use crate::desk::Way;
use crate::qr::QrDrawing;

/// What stands on the sheet of one gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignSheet {
    pub number: u64,
    /// The device word; none before a device joined, and then the sheet says so instead of being hung up.
    pub word: Option<String>,
    /// `site.example/gates/3`
    pub address: String,
    /// The whole address, for phones.
    pub qr: Option<QrDrawing>,
}

#[derive(Debug, Template)]
#[template(path = "desk/sign.html")]
pub struct Sign {
    pub frame: Frame,
    /// Address of the door's page.
    pub back: String,
    pub door: Text,
    pub operator: Text,
    pub contact: Text,
    /// One sentence; none while no purpose is active.
    pub purpose: Option<Text>,
    pub ways: Vec<Way>,
    pub host: String,
    pub sheets: Vec<SignSheet>,
}

impl Sign {
    /// The sheet is in both languages, whatever the desk reads.
    fn frames(&self) -> [Frame; 2] {
        Locale::ALL.map(|locale| Frame {
            locale,
            ..self.frame.clone()
        })
    }
}
