//! What duties are worked out of.

use countenance_base::Timestamp;
use countenance_rules::Day;

use crate::duty::{DutyKind, Evidence};
use crate::incident::Incident;

/// The handler as it stands, out of the tables.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DutyFacts {
    /// At this moment, here and at the handler's other sites.
    pub persons: u32,
    pub children: u32,
    /// The most of each day, days rising.
    pub series: Vec<DayCount>,
    pub filed: Option<Filed>,
    /// The last cancellation that was acknowledged.
    pub cancelled: Option<(Day, String)>,
    pub officer: Option<OfficerFacts>,
    pub uses: UseFacts,
    pub assessments: Vec<AssessedFacts>,
    /// Those that are not closed.
    pub incidents: Vec<Incident>,
    /// Those that work here.
    pub suppliers: Vec<SupplierFacts>,
    pub done: Vec<DoneFacts>,
    pub video: PublicVideo,
}

/// Whether the site runs a public security video system. Nothing here can see that: somebody says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PublicVideo {
    #[default]
    Unsaid,
    None,
    /// In use since.
    Since(Day),
}

/// The most people on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayCount {
    pub day: Day,
    pub here: u32,
    pub elsewhere: u32,
    pub children: u32,
}

impl DayCount {
    pub const fn persons(&self) -> u32 {
        self.here.saturating_add(self.elsewhere)
    }
}

/// What an authority acknowledged last and nothing cancelled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filed {
    pub on: Day,
    pub acknowledgement: String,
    /// Since when the site is otherwise than filed.
    pub changed_on: Option<Day>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficerFacts {
    pub appointed: Day,
    pub reported: Option<(Day, String)>,
}

/// When faces were used at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UseFacts {
    pub first: Option<Day>,
    pub active: bool,
    pub last_end: Option<Day>,
}

/// The approved assessment of a purpose that is active.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssessedFacts {
    pub purpose: String,
    pub approved: Timestamp,
    pub hash: [u8; 32],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SupplierFacts {
    pub number: u32,
    pub began: Day,
    pub has_contract: bool,
    /// A contract without an end has none.
    pub until: Option<Day>,
}

impl SupplierFacts {
    pub fn is_bound(&self, today: Day) -> bool {
        self.has_contract && self.until.is_none_or(|until| today <= until)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoneFacts {
    pub number: u32,
    pub kind: DutyKind,
    pub on: Day,
    pub evidence: Evidence,
    /// Of an audit: the authority ordered it, and it found something.
    pub to_put_right: bool,
    /// The audit that this answers.
    pub about: Option<u32>,
}
