//! What was made to be filed with an authority. A row without its number is not filed.

use countenance_base::to_hex;
use countenance_oversight::{Filing, list_filings};
use countenance_portal::inspection::{Cell, Table};
use countenance_storage::StoreError;
use countenance_trace::Trace;

pub(super) async fn tables(tx: &mut Trace) -> Result<Vec<Table>, StoreError> {
    Ok(vec![Table {
        key: "filings",
        columns: &["at", "what", "acknowledgement", "hash"],
        rows: list_filings(tx).await?.iter().map(row).collect(),
    }])
}

fn row(filing: &Filing) -> Vec<Cell> {
    let number = filing.acknowledged.as_ref().map(|(number, _)| Cell::words(number));
    vec![
        Cell::At(filing.made_at),
        Cell::Word(format!("filing-kind-{}", filing.kind.word())),
        number.into(),
        Cell::Hash(to_hex(&filing.snapshot)),
    ]
}
