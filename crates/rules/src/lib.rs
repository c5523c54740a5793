//! The rulebook engine: facts about one act → a ruling with the articles that refuse it.
//!
//! A rulebook is a folder of files (Cedar policies, parameters, notices, examples) that the caller hands in as bytes;
//! [`embedded`] holds the ones this program was built with. The engine does no IO, reads no clock and sees no person:
//! facts say *that* a consent was signed by the person, never by whom.
//!
//! INVARIANT: one `permit` for each act, every requirement of law a `forbid … unless`, and any error in evaluation
//! refuses ([`ENGINE_ERROR`]). No number of the law stands in this crate; [`Parameters`] come from the rulebook.

mod embedded;
mod examples;
mod explain;
mod facts;
mod folder;
mod load;
mod notice;
mod parameters;
mod places;
mod policy;
mod rulebook;
mod ruling;
mod tree;

pub use embedded::{embedded, embedded_files};
pub use examples::{Case, CaseOutcome, InvalidCase};
pub use explain::{explain, explain_case, explain_examples};
pub use facts::{
    AssessmentFacts, AssessmentHead, ConsentFacts, EnrolFace, FaceFacts, GuardianFacts, LawfulBasis, MatchFace, NoticeFacts, OtherWayFacts,
    PersonFacts, PurposeFacts, PurposeToActivate, Request, Signer,
};
pub use load::{Problem, RulebookRefused};
pub use notice::{Notice, NoticeRefused, NoticeValues};
pub use parameters::{Parameter, Parameters};
pub use places::{Area, DoorFacts, Place, WayFacts};
pub use policy::PolicyText;
pub use rulebook::{NoRulebook, Rulebook};
pub use ruling::{Act, Confidence, ENGINE_ERROR, Finding, Ruling};
