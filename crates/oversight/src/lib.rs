//! Duties with clocks: how many people a handler stores, what it has filed, who its officer is, what happened, who processes for it.
//!
//! [`due()`] is the pure core: facts, numbers of the rulebook and calendars in, duties out. Everything else is one use case a file,
//! and each ends with [`settle()`], which counts, notices what differs from what was filed, and leaves the rulebook's facts about the
//! site where `persons` reads them.
//!
//! INVARIANT: nothing counts as filed without the number that an authority gave.
//! INVARIANT: no duty, pack or message of this crate names a person; the officer's contact is public by law.
//! Left out: numbers and articles of the law (`rulebooks/`), words and pages (`portal`), what is sent over a network (`countenance`).

mod due;
mod duty;
mod error;
mod facts;
mod feed;
mod filing;
mod handler_site;
mod incident;
mod officer;
mod pack;
mod public_video;
mod read_facts;
mod record_done;
mod settle;
mod store;
mod supplier;

pub use due::{due, warning};
pub use duty::{Deadline, Duty, DutyKind, DutyState, Evidence, Source};
pub use error::OversightError;
pub use facts::{AssessedFacts, DayCount, DoneFacts, DutyFacts, Filed, OfficerFacts, PublicVideo, SupplierFacts, UseFacts};
pub use feed::{has_feed, list_untold, lookup_webhook, note_told, opens_feed, renew_feed, set_webhook};
pub use filing::{Filing, FilingKind, acknowledge_filing, list_filings, lookup_filing, make_filing};
pub use handler_site::{HandlerSite, end_handler_site, list_handler_sites, put_handler_site};
pub use incident::{
    Incident, IncidentKind, OpenIncident, close_incident, grade_incident, grade_of, list_incidents, lookup_incident, open_incident,
    report_incident, tell_incident,
};
pub use officer::{Officer, appoint_officer, end_officer, lookup_officer, report_officer};
pub use pack::{Lasting, Pack, PackDoor, PackGate, PackSite, PackSupplier, PackUse, Words, pack_of};
pub use public_video::set_public_video;
pub use read_facts::read_facts;
pub use record_done::{RECORDED, RecordDone, list_done, list_unanswered, record_duty_done};
pub use settle::{duties, settle};
pub use supplier::{AddSupplier, Supplier, add_supplier, end_supplier, forget_suppliers, list_suppliers, set_contract};
