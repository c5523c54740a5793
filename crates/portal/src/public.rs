//! The page of one gate, for whoever stands before it: asks for nothing, names nobody, and tells no number by which a day could be
//! told from another.

use askama::Template;
use countenance_base::{Text, Timestamp};

use crate::Frame;
use crate::desk::Way;
use crate::parts::State;
use crate::seal::Seal;

/// Whether faces are used at this gate now, and why not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaceLane {
    Open,
    /// No purpose is active, or the door has no face lane.
    None,
    /// No device has joined the door yet.
    Unclaimed,
    /// No other way proved to work for longer than the rulebook allows; the day on which the lane closed, where it ever worked.
    OtherWayDead(Option<Timestamp>),
    /// The gate told two histories.
    Forked(Timestamp),
    /// An operator declared the gate lost.
    Lost(Timestamp),
    /// An operator stopped it.
    Stopped(Timestamp),
    /// The approved assessment no longer describes what is done here.
    Stale,
}

impl FaceLane {
    pub const fn state(&self) -> State {
        match self {
            Self::Open => State::Permitted,
            Self::None | Self::Unclaimed => State::Off,
            Self::OtherWayDead(_) | Self::Forked(_) | Self::Lost(_) | Self::Stopped(_) | Self::Stale => State::Refused,
        }
    }

    /// The sentence, in the frame's language.
    pub fn words(&self, frame: &Frame) -> String {
        match self {
            Self::Open => frame.t("gate-lane-open"),
            Self::None => frame.t("gate-lane-none"),
            Self::Unclaimed => frame.t("gate-lane-unclaimed"),
            Self::OtherWayDead(None) => frame.t("gate-lane-never-worked"),
            Self::OtherWayDead(Some(since)) => frame.t1("gate-lane-dead", "day", frame.day(since)),
            Self::Forked(since) => frame.t1("gate-lane-forked", "when", frame.when(since)),
            Self::Lost(since) => frame.t1("gate-lane-lost", "when", frame.when(since)),
            Self::Stopped(since) => frame.t1("gate-lane-stopped", "when", frame.when(since)),
            Self::Stale => frame.t("gate-lane-stale"),
        }
    }

    /// Something is wrong that a passer-by should know of first.
    pub const fn is_trouble(&self) -> bool {
        matches!(self.state(), State::Refused)
    }
}

/// Why faces may be used here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicPurpose {
    pub text: Text,
    pub necessity: Text,
    /// `one`, `few`, `many`.
    pub mode: String,
    /// Longest life of a template, days.
    pub template_days: u64,
}

/// A lawyer's opinion that stands behind an open search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opinion {
    /// SHA-256 of the document, hexadecimal.
    pub hash: String,
    pub author: String,
    /// `2026-03-01`
    pub given: String,
}

/// One gate.
#[derive(Debug, Template)]
#[template(path = "gate.html")]
pub struct GatePage {
    pub frame: Frame,
    pub number: u64,
    pub door: Text,
    pub demo: bool,
    pub site: Text,
    pub operator: Text,
    pub contact: Text,
    /// Where complaints go.
    pub complaints: Text,
    /// Who protects personal information here, where one is named.
    pub officer: Option<Text>,
    pub lane: FaceLane,
    pub purpose: Option<PublicPurpose>,
    /// Left, top, right, bottom of the zone, thousandths of the picture.
    pub zone: [u64; 4],
    pub distance_max_mm: u64,
    pub ways: Vec<Way>,
    pub passage_days: u64,
    pub window_days: u64,
    /// What the gate signed last about its whole journal, checked with its key, and when.
    pub seal: Option<(Seal, Timestamp)>,
    /// Six letters of the device's key, and the whole fingerprint, hexadecimal.
    pub device: Option<(String, String)>,
    /// Host of the site's address.
    pub host: String,
    /// Version of the server's program.
    pub software: String,
    /// SHA-256 of the model pack's manifest as the gate said at claim, hexadecimal.
    pub pack: Option<String>,
    /// SHA-256 of the gate's program, as the gate says; nothing attests it.
    pub program: Option<String>,
    pub opinion: Option<Opinion>,
    /// The place is open to customers or everyone: whether an opinion stands behind it is said either way.
    pub open_place: bool,
    pub rulebook: String,
    /// `2025-06-01`
    pub rulebook_day: String,
    /// SHA-256 over its files, hexadecimal.
    pub rulebook_version: String,
    /// Drafts that the site follows beside the law.
    pub drafts: Vec<String>,
}

/// Letters of a hash that are shown first; the whole stands beside them.
const SHORT: usize = 12;

impl GatePage {
    /// The beginning of a hash, for comparing at a glance.
    pub fn short(hash: &str) -> String {
        hash.chars().take(SHORT).collect()
    }

    /// The zone in the drawing: x, y, width, height in a picture of 1000 by 750.
    pub fn zone_box(&self) -> [u64; 4] {
        let [left, top, right, bottom] = self.zone;
        let scaled = |thousandths: u64| thousandths * 3 / 4;
        [
            left,
            scaled(top),
            right.saturating_sub(left),
            scaled(bottom).saturating_sub(scaled(top)),
        ]
    }

    /// Metres with one decimal.
    pub fn metres(&self) -> String {
        let tenths = self.distance_max_mm.div_ceil(100);
        format!("{}.{}", tenths / 10, tenths % 10)
    }
}
