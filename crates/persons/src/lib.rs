//! People and their yes: households, accounts, credentials, purposes, notices, consents, enrolment codes, receipts.
//!
//! One use case a file, named for it. A use case takes a [`countenance_trace::Trace`] and a [`Ctx`]; the caller commits.
//! The two that count wrong tries ([`sign_in`], [`claim_account`]) take the [`countenance_storage::Db`] and commit themselves.
//! Every error has a stable `code()`.
//!
//! INVARIANT: what gates must learn of raises the epoch in the transaction that changes it ([`raise_epoch`]).
//! INVARIANT: codes and tokens are stored as keyed hashes, PINs as argon2id under the pepper, door PINs sealed.
//! Left out: doors and gates (`access`), pages (`portal`), any number of the law (`rules`).

mod activate_purpose;
mod approve_assessment;
mod assessment;
mod auditor;
mod claim_account;
mod code;
mod consent;
mod credential;
mod ctx;
mod declare_purpose;
mod enrolment_code;
mod epoch;
mod erase_person;
mod facts;
mod notice;
mod operator;
mod pepper;
mod person;
mod pin;
mod purpose;
mod receipt;
mod session;
mod sign_consent;
mod sign_in;
mod site;
mod site_facts;
mod store;
mod withdraw_consent;
mod write_assessment;
mod write_leaves;

pub use activate_purpose::{activate_purpose, end_purpose};
pub use approve_assessment::{approve_assessment, outdate_assessments};
pub use assessment::{Approval, Assessment, AssessmentField, list_assessments};
pub use auditor::{Auditor, list_auditors, lookup_auditor, make_auditor_pass};
pub use claim_account::{ClaimAccount, ClaimAccountError, ClaimLetter, claim_account, make_claim_letter};
pub use code::{CLAIM_CODE_CHARS, ENROLMENT_CODE_CHARS, make_code, print_code, read_code};
pub use consent::{
    Consent, ConsentGate, ConsentState, ConsentView, EndedBy, consents_view, list_consents_of_person, list_consents_of_purpose,
    list_live_consents, lookup_any_consent, lookup_consent, lookup_live_consent, note_gate_lost,
};
pub use credential::{
    Credential, MemberKeys, TurnOnError, list_credentials, list_member_keys, signing_key, turn_off, turn_on_pin, turn_on_qr,
};
pub use ctx::{Ctx, Site};
pub use declare_purpose::{DeclarePurpose, declare_purpose};
pub use enrolment_code::{
    CodeRefused, EnrolmentCode, GoodCode, check_enrolment_code, forget_enrolment_codes, issue_code, use_enrolment_code,
};
pub use epoch::{epoch, raise_epoch, raise_epoch_above};
pub use erase_person::{
    EndedRows, KeptConsent, KeptReceipt, count_rows, end_rows_of_person, erased, list_everybody, list_evidence, open_evidence,
    rows_of_person, shred_evidence, stop_person,
};
pub use facts::{FacePerson, FaceQuestion, face_facts};
pub use notice::{lookup_notice, render_notice};
pub use operator::{FollowLinkError, Operator, follow_operator_link, lookup_operator, make_operator_link, operator_can_sign_in};
pub use pepper::Pepper;
pub use person::{
    ImportHousehold, ImportHouseholdError, NewPerson, Person, import_household, list_household, lookup_person, lookup_person_by_login,
};
pub use pin::{InvalidPin, check_pin};
pub use purpose::{DoorWords, Purpose, PurposeError, PurposeState, list_events_over, list_purposes, lookup_active_purpose, lookup_purpose};
pub use receipt::{
    CAUSE_ENROLLED, CAUSE_KEPT, CAUSE_NOT_ENROLLED, CAUSE_SUPERSEDED, CAUSE_WITHDRAWN_GATE, ReceiptRefused, ReceiptView, any_receipt,
    count_receipts_at, lookup_receipt, receipts_of_consent, receipts_view, take_receipt,
};
pub use session::{
    OperatorSession, PersonSession, end_all_sessions, end_session, forget_ended_sessions, lookup_operator_session, lookup_person_session,
};
pub use sign_consent::{ConsentError, SignConsent, draft_consent, keep_draft, next_version, sign_consent};
pub use sign_in::{SignIn, SignInError, sign_in};
pub use site::{found_site, lookup_site};
pub use site_facts::{Standing, StoredPersons, count_stored, put_standing, site_facts};
pub use withdraw_consent::{expire_consents, withdraw_consent};
pub use write_assessment::{WriteAssessment, write_assessment};
pub use write_leaves::write_leaves;
