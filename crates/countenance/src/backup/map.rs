//! Whose the rows of each table are: the one place that says it. A test compares it with the schema, so that a new table is either in a
//! backup under the right key or left out on purpose.

/// Whose key seals the rows of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whose {
    /// About nobody: the site's.
    Site,
    /// Of the person in this column; the site's where it is empty.
    Person(&'static str),
    /// Of the person whose consent stands in this column.
    Consent(&'static str),
    /// Of everybody who lives there: sealed once for each, so that it is readable as long as one of them is.
    Household,
    /// Of the person in `person_id`; else the destruction's own while it goes on, so that it is not begun again when it has ended since.
    Destruction,
    /// In no backup. What was ended or used since must not hold again, or it is told anew.
    Nobody,
}

/// Every table, in the order in which rows are written back: what others refer to comes first.
pub(crate) const TABLES: [(&str, Whose); 51] = [
    ("site", Whose::Site),
    ("operators", Whose::Site),
    ("doors", Whose::Site),
    ("gates", Whose::Site),
    ("gate_alarms", Whose::Site),
    ("purposes", Whose::Site),
    ("assessments", Whose::Site),
    ("assessment_texts", Whose::Site),
    ("notices", Whose::Site),
    ("households", Whose::Household),
    ("persons", Whose::Person("id")),
    ("claim_codes", Whose::Person("person_id")),
    ("accounts", Whose::Person("person_id")),
    ("credentials", Whose::Person("person_id")),
    ("notices_shown", Whose::Person("person_id")),
    ("consents", Whose::Person("person_id")),
    ("consent_gates", Whose::Consent("consent_id")),
    ("enrolment_codes", Whose::Person("person_id")),
    ("receipts", Whose::Person("person_id")),
    ("grant_findings", Whose::Consent("consent_id")),
    // Sealed already, and a leaf names nobody.
    ("frames", Whose::Site),
    ("passages", Whose::Person("person_id")),
    ("windows", Whose::Site),
    ("lane_waits", Whose::Site),
    ("ledger", Whose::Site),
    ("tag_lists", Whose::Site),
    ("destructions", Whose::Destruction),
    ("destruction_copies", Whose::Site),
    // Sealed to the holders of shares.
    ("evidence", Whose::Site),
    ("holds", Whose::Person("person_id")),
    ("stops", Whose::Person("person_id")),
    ("auditor_passes", Whose::Site),
    ("promises", Whose::Site),
    ("oversight", Whose::Site),
    ("stored_counts", Whose::Site),
    ("handler_sites", Whose::Site),
    ("filings", Whose::Site),
    ("officers", Whose::Site),
    ("incidents", Whose::Site),
    ("suppliers", Whose::Site),
    ("duties_done", Whose::Site),
    ("duties_told", Whose::Site),
    ("inspections", Whose::Site),
    // The restored database has its own.
    ("migrations", Whose::Nobody),
    // Whoever signed out stays out; links are good once.
    ("person_sessions", Whose::Nobody),
    ("operator_sessions", Whose::Nobody),
    ("operator_links", Whose::Nobody),
    ("inspection_links", Whose::Nobody),
    ("inspection_samples", Whose::Nobody),
    ("inspection_sessions", Whose::Nobody),
    // None waits when a backup is written; what came later has its leaf.
    ("trace_events", Whose::Nobody),
];
