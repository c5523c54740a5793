//! The rulebook engine: facts about one act → a ruling with the articles that refuse it.
//!
//! A rulebook is a folder of files (Cedar policies, parameters, notices, examples) that the caller hands in as bytes. It holds what
//! begins, changes and ends on its day and builds on the rulebook of the day before it; a loaded [`Rulebook`] is the whole law of
//! that day. [`embedded`] holds the ones this program was built with. The engine does no IO, reads no clock and sees no person:
//! facts say *that* a consent was signed by the person, never by whom.
//!
//! INVARIANT: one `permit` for each act, every requirement of law a `forbid … unless`, and any error in evaluation
//! refuses ([`ENGINE_ERROR`]). No number of the law stands in this crate; [`Parameters`] come from the rulebook.

mod approval;
mod assemble;
mod book;
mod calendar;
mod cite;
mod day;
mod diff;
mod embedded;
mod examples;
mod explain;
mod fact;
mod facts;
mod facts_record;
mod folder;
mod groups;
mod judge;
mod lint;
mod load;
mod merge;
mod notice;
mod parameter;
mod parameters;
mod places;
mod policy;
mod quick;
mod rulebook;
mod ruling;
mod shelf;
mod tighten;
mod tree;
mod validate;

pub use approval::{Approval, approval_lines};
pub use book::{Article, Book, BookRule, Chapter};
pub use calendar::{Calendar, Calendars, Due, add_working_days};
pub use cite::{Citation, Instrument, Rank, citations};
pub use day::Day;
pub use diff::diff;
pub use embedded::{embedded, embedded_files, embedded_shelf};
pub use examples::{Case, CaseOutcome, InvalidCase};
pub use explain::{explain, explain_case, explain_examples};
pub use facts::{
    AssessmentFacts, AssessmentHead, ConsentFacts, EnrolFace, FaceFacts, GateFacts, GuardianFacts, LawfulBasis, LegalOpinion, MatchFace,
    NoticeFacts, OtherWayFacts, PersonFacts, PurposeFacts, PurposeToActivate, Request, Signer, SiteFacts,
};
pub use lint::{Complaint, lint};
pub use load::{Problem, RulebookRefused};
pub use notice::{Notice, NoticeRefused, NoticeValues};
pub use parameter::{Parameter, ParameterValue};
pub use parameters::Parameters;
pub use places::{Area, DoorFacts, Place, WayFacts};
pub use policy::PolicyText;
pub use rulebook::{NoRulebook, Rulebook};
pub use ruling::{Act, Confidence, ENGINE_ERROR, Finding, Ruling};
pub use shelf::Shelf;
pub use tighten::Tightening;
