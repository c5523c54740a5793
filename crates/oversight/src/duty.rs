//! What a handler has to do by when.

use countenance_base::Timestamp;
use countenance_rules::{Day, Due};

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $word:literal),+ $(,)?) => {
        /// A duty. Its words are the portal's, its numbers and articles the rulebook's.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum DutyKind {
            $($(#[$doc])* $kind,)+
        }

        impl DutyKind {
            pub const ALL: &'static [Self] = &[$(Self::$kind,)+];

            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$kind => $word,)+
                }
            }

            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.word() == word)
            }
        }
    };
}

kinds! {
    /// So many faces are stored that the authority must know of it.
    Filing = "filing",
    /// What was filed is no longer so.
    FilingChange = "filing_change",
    /// No face is used any more.
    FilingCancel = "filing_cancel",
    /// An officer must be appointed.
    Officer = "officer",
    /// A recommended standard wants an officer.
    OfficerAdvised = "officer_advised",
    OfficerReport = "officer_report",
    Audit = "audit",
    /// What an audit that the authority ordered found is put right.
    AuditFindings = "audit_findings",
    /// That it was put right is reported.
    AuditReport = "audit_report",
    MinorsAudit = "minors_audit",
    LevelAssessment = "level_assessment",
    /// The graded system is filed with the police.
    LevelFiling = "level_filing",
    /// A public video system is filed with the police.
    VideoFiling = "video_filing",
    /// The impact assessment of a purpose is renewed.
    Assessment = "assessment",
    /// A supplier has no contract in force, or soon none.
    Contract = "contract",
    IncidentGrade = "incident_grade",
    IncidentReport = "incident_report",
    /// Authority and people are told of a leak.
    IncidentTold = "incident_told",
    FlawReport = "flaw_report",
}

/// Until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deadline {
    /// To the end of a day, and whether every year that was counted had a calendar.
    Day(Due),
    Time(Timestamp),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DutyState {
    Overdue,
    Open,
    Done,
}

impl DutyState {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Overdue => "overdue",
            Self::Open => "open",
            Self::Done => "done",
        }
    }
}

/// Where the duty stands in the law.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A number of the rulebook.
    Parameter(&'static str),
    /// A rule of the rulebook.
    Rule(&'static str),
    /// The rulebook has neither; the portal's words name it.
    Words,
}

/// What shows that it was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Evidence {
    /// The authority's number.
    Acknowledgement(String),
    /// SHA-256 of a document, and where it lies.
    Document([u8; 32], String),
    /// Both, of what is filed: the authority's number, and the document that it gave.
    Filed { number: String, document: [u8; 32], place: String },
    /// A day in our own register.
    Register,
}

/// One duty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty {
    pub kind: DutyKind,
    /// What of several it is about: a purpose's id, a number in a register. Never a name.
    pub subject: Option<String>,
    pub since: Day,
    /// None where it is due at once, or no day is set.
    pub due: Option<Deadline>,
    pub state: DutyState,
    pub source: Source,
    /// The last one, for what comes again.
    pub evidence: Option<(Day, Evidence)>,
}

impl Duty {
    /// The same for the same duty on every day, and for no other.
    pub fn key(&self) -> String {
        let subject = self.subject.as_deref().unwrap_or("site");
        format!("{}.{subject}.{}", self.kind.word(), self.since)
    }
}
