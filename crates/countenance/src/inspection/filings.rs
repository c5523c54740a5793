//! What was filed with an authority. Nothing keeps filings yet: whoever adds them fills the rows of this one table.

use countenance_portal::inspection::Table;

pub(super) fn tables() -> Vec<Table> {
    vec![Table {
        key: "filings",
        columns: &["at", "what", "acknowledgement", "hash"],
        rows: Vec::new(),
    }]
}
