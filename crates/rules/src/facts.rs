//! The facts of one act, as its caller knows them.
//!
//! A fact that is not there is `None`: the rulebook then refuses by the rule that needs it. No id and no name of a person is a fact.

use std::collections::BTreeSet;

use countenance_base::{Text, Timestamp};
use countenance_grant::Mode;

use crate::{Act, DoorFacts};

/// An act and its facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// An operator writes down why faces would be used.
    DeclarePurpose(PurposeFacts),
    /// A declared purpose is to begin.
    ActivatePurpose(PurposeToActivate),
    /// A door's settings are to be saved, with or without a face lane.
    SaveDoor(DoorFacts),
    /// An enrolment code and its grant are to be made for one person at one gate.
    EnrolFace(EnrolFace),
    /// A match grant for one person at one door is to be compiled into a snapshot.
    MatchFace(MatchFace),
}

/// On what ground personal information is processed (PIPL, article 13).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LawfulBasis {
    Consent,
    Contract,
    LegalDuty,
    Emergency,
    NewsReporting,
    AlreadyPublic,
    OtherLaw,
}

impl LawfulBasis {
    pub const ALL: [Self; 7] = [
        Self::Consent,
        Self::Contract,
        Self::LegalDuty,
        Self::Emergency,
        Self::NewsReporting,
        Self::AlreadyPublic,
        Self::OtherLaw,
    ];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Consent => "consent",
            Self::Contract => "contract",
            Self::LegalDuty => "legal_duty",
            Self::Emergency => "emergency",
            Self::NewsReporting => "news_reporting",
            Self::AlreadyPublic => "already_public",
            Self::OtherLaw => "other_law",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|basis| basis.word() == word)
    }
}

/// Why faces are used at some doors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PurposeFacts {
    /// What the face is used for, one sentence that a resident understands.
    pub text: Text,
    /// Why a face and not something else.
    pub necessity: Text,
    /// Other means that were weighed, each with why it is not enough alone. Blank entries do not count.
    pub alternatives: Vec<String>,
    pub basis: LawfulBasis,
    pub mode: Mode,
    /// Only read for 1:N: why a claim of a household or person cannot come first. `None` or blank otherwise.
    pub open_search_necessity: Option<String>,
    /// Only read for 1:N: this purpose has no other mode beside it and a notice of its own.
    pub open_search_apart: bool,
    /// How long a template is kept at most, days.
    pub template_days: u32,
    /// How long a passage is kept, days.
    pub passage_days: u32,
    /// Who answers for this purpose: a role, not a name.
    pub owner: String,
}

/// A lawyer's opinion that an open search may stand at a place open to customers or everyone. The public page of the door shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegalOpinion {
    /// SHA-256 of the document, hexadecimal.
    pub hash: String,
    /// Who wrote it.
    pub author: String,
    pub given: Timestamp,
}

/// What an impact assessment must treat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AssessmentHead {
    /// Are purpose and method lawful, legitimate and necessary?
    Necessity,
    /// What does it do to people's rights, and do the mitigations work?
    Impact,
    /// What may leak, be lost or misused, and whom would it harm?
    Risk,
    /// Are the safeguards lawful, effective and fit for the risk?
    Safeguards,
}

impl AssessmentHead {
    pub const ALL: [Self; 4] = [Self::Necessity, Self::Impact, Self::Risk, Self::Safeguards];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Necessity => "necessity",
            Self::Impact => "impact",
            Self::Risk => "risk",
            Self::Safeguards => "safeguards",
        }
    }
}

/// An approved impact assessment of a purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssessmentFacts {
    pub approved: Timestamp,
    /// Heads with text in them.
    pub heads: BTreeSet<AssessmentHead>,
    /// Approved by another person than its author.
    pub by_another: bool,
    /// Purpose or method changed, or a major incident happened, after the approval.
    pub stale: bool,
    /// Until when report and processing records are kept.
    pub kept_until: Timestamp,
}

/// Which checklist fields a notice really fills; made by [`crate::Notice::facts`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NoticeFacts {
    pub version: String,
    pub fields: BTreeSet<String>,
}

/// Whose signature stands under a consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Signer {
    /// The person, with their own key.
    Person,
    /// A verified guardian, with their own key, for a person under the guardian age.
    Guardian,
    /// Nobody: an operator says that the person agreed.
    Operator,
}

impl Signer {
    pub const ALL: [Self; 3] = [Self::Person, Self::Guardian, Self::Operator];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Guardian => "guardian",
            Self::Operator => "operator",
        }
    }
}

/// The consent that the act rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own that a rule of its own asks for"
)]
pub struct ConsentFacts {
    pub signer: Signer,
    /// The signature was checked against the key on file.
    pub signature_checked: bool,
    pub given: Timestamp,
    pub until: Timestamp,
    pub withdrawn: bool,
    /// How many purposes the statement names.
    pub purposes: u32,
    /// It names this purpose in this mode.
    pub this_purpose: bool,
    /// It names this gate.
    pub this_gate: bool,
    /// It names the hash of the notice in force.
    pub this_notice: bool,
    /// Asked together with other agreements, or by a box that was already ticked.
    pub bundled: bool,
    /// Entry or service was made to depend on it.
    pub demanded: bool,
    /// It expressly lets the face leave the device (a copy to a further gate).
    pub off_device: bool,
}

/// What must be known about the person; never who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PersonFacts {
    /// Below `guardian_under_age` of the rulebook; `None` when the age is not known.
    pub under_guardian_age: Option<bool>,
    /// Below `minor_under_age` of the rulebook; only a school asks. `None` when the age is not known.
    pub under_minor_age: Option<bool>,
    /// Present when a guardian acts, for a child, or agrees, for a minor at school.
    pub guardian: Option<GuardianFacts>,
}

/// A guardian who acts for a child or agrees for a minor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GuardianFacts {
    /// Identity and relation were checked.
    pub verified: bool,
    /// The site has published its special rules for children.
    pub special_rules: bool,
}

/// How this person passes this door without a face.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OtherWayFacts {
    /// The person's live credentials complete one of the door's ways without face.
    pub opens_this_door: bool,
    /// At least in every hour in which the face would open.
    pub same_hours: bool,
    pub from: Timestamp,
    pub until: Timestamp,
    pub free_of_charge: bool,
}

/// What enrolling and matching have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaceFacts {
    pub now: Timestamp,
    /// The window of the grant that is asked for.
    pub from: Timestamp,
    pub until: Timestamp,
    pub purpose: PurposeFacts,
    /// The purpose was activated and not ended.
    pub purpose_active: bool,
    pub assessment: Option<AssessmentFacts>,
    /// The notice in force.
    pub notice: NoticeFacts,
    pub consent: Option<ConsentFacts>,
    pub person: PersonFacts,
    pub door: DoorFacts,
    pub other_way: Option<OtherWayFacts>,
    /// Picture or template would leave this device.
    pub leaves_device: bool,
    pub gate: GateFacts,
}

/// What the program at the gate does with whoever stands before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GateFacts {
    /// The camera opens only after somebody asked for it.
    pub asks_first: bool,
    /// Pictures outlive the attempt.
    pub keeps_pictures: bool,
    /// It says more about people than who they are: age, sex, mood, class, “regular”, “thief”.
    pub labels_people: bool,
}

impl GateFacts {
    /// `countenance-gate`, which can do nothing else: its machine opens no camera without a request, its store has no place for
    /// a picture, its packs hold no other model.
    pub const AGENT: Self = Self {
        asks_first: true,
        keeps_pictures: false,
        labels_people: false,
    };
}

/// What is known of the whole site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SiteFacts {
    /// People whose face information is stored at this moment, each once.
    pub stored_persons: u32,
    /// A protection officer is appointed and their contact published.
    pub officer: bool,
    /// An authority has acknowledged the filing.
    pub filing_acknowledged: bool,
    /// The last day for filing, at its end; `None` while nothing is due or the day is not known.
    pub filing_due: Option<Timestamp>,
    /// Suppliers who process personal information here without a contract in force.
    pub suppliers_without_contract: u32,
}

/// The facts of [`Request::ActivatePurpose`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PurposeToActivate {
    pub now: Timestamp,
    pub purpose: PurposeFacts,
    pub assessment: Option<AssessmentFacts>,
    pub notice: NoticeFacts,
    pub site: SiteFacts,
}

/// The facts of [`Request::EnrolFace`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrolFace {
    pub face: FaceFacts,
    pub site: SiteFacts,
    /// How long the enrolment code will live, minutes.
    pub code_minutes: u32,
}

/// The facts of [`Request::MatchFace`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatchFace {
    pub face: FaceFacts,
    /// For how long after its last contact the gate may use the grant, hours.
    pub lease_hours: u32,
    /// How many people one claim compares with, this one included.
    pub search_size: u32,
    /// When a way without face last proved to work at this door: a passage, a drill, the gate's own check.
    pub other_way_worked: Option<Timestamp>,
}

impl Request {
    pub const fn act(&self) -> Act {
        match self {
            Self::DeclarePurpose(_) => Act::DeclarePurpose,
            Self::ActivatePurpose(_) => Act::ActivatePurpose,
            Self::SaveDoor(_) => Act::SaveDoor,
            Self::EnrolFace(_) => Act::EnrolFace,
            Self::MatchFace(_) => Act::MatchFace,
        }
    }
}
