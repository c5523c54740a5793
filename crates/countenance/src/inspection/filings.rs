//! What was made to be filed with an authority, and what was done of the other duties. A filing without its number is not filed.

use countenance_base::to_hex;
use countenance_oversight::{DoneFacts, Evidence, Filing, list_done, list_filings};
use countenance_portal::inspection::{Cell, Table};
use countenance_storage::StoreError;
use countenance_trace::Trace;

pub(super) async fn tables(tx: &mut Trace) -> Result<Vec<Table>, StoreError> {
    let filings = Table {
        key: "filings",
        columns: &["at", "what", "acknowledgement", "hash"],
        rows: list_filings(tx).await?.iter().map(filing_row).collect(),
    };
    let done = Table {
        key: "done",
        columns: &["day", "what", "acknowledgement", "hash", "lies"],
        rows: list_done(tx).await?.iter().map(done_row).collect(),
    };
    Ok(vec![filings, done])
}

fn filing_row(filing: &Filing) -> Vec<Cell> {
    let number = filing.acknowledged.as_ref().map(|(number, _)| Cell::words(number));
    vec![
        Cell::At(filing.made_at),
        Cell::Word(format!("filing-kind-{}", filing.kind.word())),
        number.into(),
        Cell::Hash(to_hex(&filing.snapshot)),
    ]
}

fn done_row(done: &DoneFacts) -> Vec<Cell> {
    let (number, document) = match &done.evidence {
        Evidence::Filed { number, document, place } => (Some(number), Some((document, place))),
        Evidence::Document(document, place) => (None, Some((document, place))),
        Evidence::Acknowledgement(number) => (Some(number), None),
        Evidence::Register => (None, None),
    };
    vec![
        Cell::words(done.on.to_string()),
        Cell::Word(format!("duty-{}", done.kind.word().replace('_', "-"))),
        number.map(Cell::words).into(),
        document.map(|(hash, _)| Cell::Hash(to_hex(hash))).into(),
        document.map(|(_, place)| Cell::words(place)).into(),
    ]
}

#[cfg(test)]
mod tests {
    use countenance_base::Locale;
    use countenance_oversight::{FilingKind, RECORDED};
    use countenance_portal::frame::code_key;
    use countenance_portal::messages;

    #[test]
    fn an_inspector_reads_words_for_every_filing_and_every_duty_that_is_recorded() {
        let filings = FilingKind::ALL.map(|kind| format!("filing-kind-{}", kind.word()));
        let duties = RECORDED.map(|kind| format!("duty-{}", kind.word().replace('_', "-")));
        let has = |locale, word: &str| messages::has(locale, &code_key("inspect-word", word));
        for locale in Locale::ALL {
            assert!(!has(locale, "duty-nothing"));
            for word in filings.iter().chain(&duties) {
                assert!(has(locale, word), "{word}");
            }
        }
    }
}
