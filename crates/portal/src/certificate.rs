//! The page of one destruction: for the person, the notary, the inspector. Whoever has its address may read it; it names nobody.

use askama::Template;
use countenance_base::Timestamp;

use crate::Frame;
use crate::desk::EndingStage;
use crate::seal::Seal;

/// What a certificate says, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateView {
    pub site: String,
    pub ordered: Timestamp,
    pub ended: Timestamp,
    pub copies: u64,
    pub lost: u64,
    pub gates: Vec<HeldAt>,
    /// Rows that ended at the server, by table.
    pub rows: Vec<(String, u64)>,
    /// Tables and keys were asked again, and nothing was left.
    pub swept: bool,
    /// SHA-256 of the signed text, in hexadecimal.
    pub hash: String,
    /// The signed text.
    pub text: String,
    /// An authority's time stamp is with it.
    pub stamped: bool,
    /// How many of how many copies an auditor looked for, and how many were found.
    pub sample: Option<Sampled>,
    /// Who saw it; `None` while its leaf waits for witnesses.
    pub witnessed: Option<Witnesses>,
}

/// What one gate held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeldAt {
    pub gate: u64,
    pub erased: u64,
    pub lost: u64,
}

/// An auditor's sample in numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sampled {
    pub auditor: String,
    pub sampled: u64,
    pub count: u64,
    pub found: u64,
}

/// How many saw the checkpoint, and how many of them are run by the operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Witnesses {
    pub seen: u64,
    pub all: u64,
    pub operator: u64,
}

impl Witnesses {
    /// An operator's word about the operator's own ledger counts for nothing.
    pub const fn is_independent(&self) -> bool {
        self.seen > self.operator
    }
}

#[derive(Debug, Template)]
#[template(path = "certificate.html")]
pub struct CertificatePage {
    pub frame: Frame,
    /// `person`, `purpose`, `event`, `site`.
    pub what: String,
    pub stage: EndingStage,
    pub ordered: Timestamp,
    /// Gates that have not answered.
    pub waiting: Vec<u64>,
    pub href: String,
    pub certificate: Option<CertificateView>,
    /// Shown only over what independent witnesses saw.
    pub seal: Option<Seal>,
}

impl CertificatePage {
    pub fn gate_list(&self) -> String {
        self.waiting.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    }
}
