//! Consents by sample: what each receipt says, and whether the person's signature holds. No name, no unit, no number of a person.

use countenance_base::to_hex;
use countenance_inspection::{DrawnSample, SampledConsent, promise_hash};
use countenance_persons::{Consent, list_purposes};
use countenance_portal::inspection::{Cell, Table};
use countenance_storage::StoreError;
use countenance_trace::Trace;
use sha2::{Digest as _, Sha256};

use super::number;

pub(super) async fn tables(tx: &mut Trace, drawn: Option<&DrawnSample>) -> Result<Vec<Table>, StoreError> {
    let purposes = list_purposes(tx).await?;
    let purpose = |consent: &Consent| {
        let found = purposes.iter().find(|purpose| purpose.id == consent.purpose);
        Cell::from(found.map(|purpose| Cell::Both(purpose.facts.text.clone())))
    };
    let consents = drawn.iter().flat_map(|drawn| &drawn.consents);
    let rows = consents.map(|sampled| row(sampled, &purpose)).collect();
    Ok(vec![
        Table {
            key: "sampled",
            columns: &[
                "number",
                "purpose",
                "state",
                "signed",
                "until",
                "ended-by",
                "signature",
                "notice",
                "consent-text",
                "enrolled",
            ],
            rows,
        },
        Table {
            key: "sample",
            columns: &["consents", "word", "nonce", "nonce-hash", "list"],
            rows: drawn.into_iter().map(how).collect(),
        },
    ])
}

fn how(drawn: &DrawnSample) -> Vec<Cell> {
    vec![
        number(drawn.count),
        Cell::words(&drawn.word),
        Cell::Hash(to_hex(&drawn.nonce)),
        Cell::Hash(to_hex(&promise_hash(&drawn.nonce))),
        Cell::Hash(to_hex(&drawn.list_hash)),
    ]
}

fn row(sampled: &SampledConsent, purpose: &impl Fn(&Consent) -> Cell) -> Vec<Cell> {
    let mut row = vec![number(sampled.index)];
    let Some(consent) = &sampled.consent else {
        row.extend([Cell::Nothing, Cell::word("consent-erased")]);
        row.resize(10, Cell::Nothing);
        return row;
    };
    let holds = consent.signed().is_some_and(|signed| signed.open().is_ok());
    let entries: Vec<String> = sampled.enrolled.iter().map(|(gate, entry)| format!("{gate}/{entry}")).collect();
    row.extend([
        purpose(consent),
        Cell::Word(format!("consent-{}", consent.state.word())),
        consent.signed_at.map(Cell::At).into(),
        Cell::At(consent.until),
        consent.ended_by.map(|by| Cell::Word(format!("ended-{}", by.word()))).into(),
        Cell::Holds(holds),
        Cell::Hash(to_hex(&consent.notice_hash)),
        Cell::Hash(to_hex(&<[u8; 32]>::from(Sha256::digest(consent.text.as_bytes())))),
        if entries.is_empty() {
            Cell::Nothing
        } else {
            Cell::Words(entries.join(", "))
        },
    ]);
    row
}
