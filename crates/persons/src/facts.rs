//! From rows to the facts of an act, in the words of the rulebook. `access` adds the door.

use countenance_base::{PersonId, Timestamp};
use countenance_grant::PublicKey;
use countenance_rules::{ConsentFacts, DoorFacts, FaceFacts, GateFacts, NoticeFacts, OtherWayFacts, PersonFacts, Signer};

use crate::consent::Consent;
use crate::purpose::{Purpose, PurposeState};

/// A person as the rulebook asks about them.
#[derive(Debug, Clone, Copy)]
pub struct FacePerson {
    pub person: PersonId,
    pub under_guardian_age: bool,
    /// The key on file.
    pub key: PublicKey,
}

/// What [`face_facts`] puts together.
#[derive(Debug)]
pub struct FaceQuestion<'a> {
    pub now: Timestamp,
    /// Until when the grant would hold.
    pub until: Timestamp,
    pub purpose: &'a Purpose,
    /// SHA-256 of how faces are used at the door now.
    pub method: &'a [u8; 32],
    pub notice: &'a NoticeFacts,
    pub notice_hash: [u8; 32],
    pub person: FacePerson,
    pub consent: &'a Consent,
    pub gate: countenance_base::GateId,
    pub door: DoorFacts,
    pub other_way: Option<OtherWayFacts>,
}

/// The facts that enrolling and matching have in common.
pub fn face_facts(question: FaceQuestion<'_>) -> FaceFacts {
    FaceFacts {
        now: question.now,
        from: question.now,
        until: question.until,
        purpose: question.purpose.facts.clone(),
        purpose_active: question.purpose.state() == PurposeState::Active,
        assessment: question.purpose.assessment_facts(question.method),
        notice: question.notice.clone(),
        consent: Some(consent_facts(&question)),
        person: PersonFacts {
            under_guardian_age: Some(question.person.under_guardian_age),
            // Nobody has been asked yet; a school's door stays shut to faces until they are.
            under_minor_age: None,
            guardian: None,
        },
        door: question.door,
        other_way: question.other_way,
        leaves_device: false,
        gate: GateFacts::AGENT,
    }
}

/// What is read off a stored consent is read off the text that was signed, not off columns beside it.
fn consent_facts(question: &FaceQuestion<'_>) -> ConsentFacts {
    let consent = question.consent;
    let begun = consent.state == crate::ConsentState::Begun;
    // A draft is judged as it will stand once signed: the person learns what is missing before they are asked to sign.
    let statement = if begun {
        countenance_grant::ConsentStatement::parse(&consent.text).ok()
    } else {
        consent.checked(&question.person.key)
    };
    let says = |holds: fn(&countenance_grant::ConsentStatement, &FaceQuestion<'_>) -> bool| {
        statement.as_ref().is_some_and(|statement| holds(statement, question))
    };
    ConsentFacts {
        signer: Signer::Person,
        signature_checked: statement.is_some(),
        given: consent.given,
        until: consent.until,
        withdrawn: !begun && !consent.state.is_live(),
        purposes: 1,
        this_purpose: says(|statement, question| {
            statement.purpose == question.purpose.id
                && statement.mode == question.purpose.facts.mode
                && statement.person == question.person.person
        }),
        this_gate: says(|statement, question| statement.gates.contains(&question.gate)),
        this_notice: says(|statement, question| statement.notice == question.notice_hash),
        bundled: false,
        demanded: false,
        off_device: false,
    }
}
