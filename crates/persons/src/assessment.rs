//! Impact assessments: written by one operator, approved by another, about one method; a version never changes after its approval.

use std::collections::BTreeMap;

use countenance_base::{OperatorId, PurposeId, Timestamp, to_hex};
use countenance_rules::{AssessmentFacts, AssessmentHead};
use countenance_storage::StoreError;
use countenance_trace::Trace;
use sha2::{Digest, Sha256};

use crate::store;

/// What the form asks for under the statutory heads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AssessmentField {
    /// Which data go where, and who sees what.
    Flow,
    /// Minors, elderly, disabled, employees, passers-by.
    Groups,
    /// How the other lanes are used, and how long people wait at each.
    OtherLanes,
    /// Error rates by group at the chosen threshold, attacks tried.
    Accuracy,
    /// Where templates and records lie, how they are encrypted, who holds keys.
    Storage,
    /// Who processes on the operator's behalf.
    Suppliers,
    /// For a public place: necessity, zone, sign.
    PublicPlace,
    /// What could happen, and to how many.
    Incidents,
    /// What risk remains, and what was decided about it.
    Residual,
    /// When it is looked at again.
    NextReview,
}

impl AssessmentField {
    pub const ALL: [Self; 10] = [
        Self::Flow,
        Self::Groups,
        Self::OtherLanes,
        Self::Accuracy,
        Self::Storage,
        Self::Suppliers,
        Self::PublicPlace,
        Self::Incidents,
        Self::Residual,
        Self::NextReview,
    ];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Flow => "flow",
            Self::Groups => "groups",
            Self::OtherLanes => "other_lanes",
            Self::Accuracy => "accuracy",
            Self::Storage => "storage",
            Self::Suppliers => "suppliers",
            Self::PublicPlace => "public_place",
            Self::Incidents => "incidents",
            Self::Residual => "residual",
            Self::NextReview => "next_review",
        }
    }
}

/// A version of an assessment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessment {
    /// From 1.
    pub version: u32,
    /// Heads and fields by their word; blank ones are not there.
    pub texts: BTreeMap<String, String>,
    /// The live system as the form showed it, one fact a line.
    pub system: String,
    /// SHA-256 of how faces were used at the door then; none where nobody knows any more.
    pub method: Option<[u8; 32]>,
    pub written_by: OperatorId,
    pub written_at: Timestamp,
    pub approval: Option<Approval>,
    /// A major incident happened after the approval.
    pub outdated_at: Option<Timestamp>,
}

/// An operator who did not write it stands for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Approval {
    pub by: OperatorId,
    pub at: Timestamp,
    /// Report and processing records are kept until then at least.
    pub kept_until: Timestamp,
}

impl Assessment {
    pub fn head(&self, head: AssessmentHead) -> &str {
        self.texts.get(head.word()).map_or("", String::as_str)
    }

    /// Heads that nobody has written about.
    pub fn missing_heads(&self) -> impl Iterator<Item = AssessmentHead> {
        AssessmentHead::ALL.into_iter().filter(|head| self.head(*head).is_empty())
    }

    /// Something that it rests on has changed since it was written, or went badly wrong since it was approved.
    pub fn is_stale(&self, method: &[u8; 32]) -> bool {
        self.method != Some(*method) || self.outdated_at.is_some()
    }

    /// What identifies it in filings: SHA-256 over everything that was written and approved.
    pub fn hash(&self) -> [u8; 32] {
        let method = self.method.map(|method| to_hex(&method)).unwrap_or_default();
        let mut hash = Sha256::new();
        hash.update(format!("countenance/assessment/v1\nversion {}\nmethod {method}\n", self.version));
        let texts = self.texts.iter().map(|(field, words)| (field.as_str(), words.as_str()));
        for (field, words) in texts.chain([("system", self.system.as_str())]) {
            hash.update(format!("{field} {} {words}\n", words.len()));
        }
        hash.finalize().into()
    }

    /// As the rulebook asks about it; `None` before it was approved.
    pub(crate) fn facts(&self, method: &[u8; 32]) -> Option<AssessmentFacts> {
        let approval = self.approval?;
        Some(AssessmentFacts {
            approved: approval.at,
            heads: AssessmentHead::ALL
                .into_iter()
                .filter(|head| !self.head(*head).is_empty())
                .collect(),
            by_another: approval.by != self.written_by,
            stale: self.is_stale(method),
            kept_until: approval.kept_until,
        })
    }
}

/// Every version of a purpose's assessment, the oldest first.
pub async fn list_assessments(tx: &mut Trace, purpose: PurposeId) -> Result<Vec<Assessment>, StoreError> {
    store::assessment::list(tx, purpose).await
}
