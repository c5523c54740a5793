//! Destructions and their certificates.

use countenance_base::to_hex;
use countenance_destruction::{Certificate, Destruction, Stage, list_destructions};
use countenance_portal::inspection::{Cell, Table};
use countenance_storage::StoreError;
use countenance_tlog::Note;
use countenance_trace::Trace;

use super::number;
use crate::pages::certificate_href;

pub(super) async fn tables(tx: &mut Trace) -> Result<Vec<Table>, StoreError> {
    let destructions = list_destructions(tx).await?;
    Ok(vec![Table {
        key: "certificates",
        columns: &["ordered", "of", "stage", "copies", "lost", "sampled", "stamped", "hash", "file"],
        rows: destructions.iter().map(row).collect(),
    }])
}

fn row(destruction: &Destruction) -> Vec<Cell> {
    let text = destruction
        .certificate
        .as_deref()
        .and_then(|note| Some(Note::parse(note).ok()?.text().to_owned()));
    let certificate = text.as_deref().and_then(Certificate::parse);
    let stage = match destruction.stage() {
        Stage::Ordered => "stage-ordered",
        Stage::Destroyed => "stage-destroyed",
        Stage::Certified => "stage-certified",
    };
    let there = |there: bool| Cell::word(if there { "yes" } else { "no" });
    vec![
        Cell::At(destruction.ordered_at),
        Cell::Word(format!("of-{}", destruction.what.word())),
        Cell::word(stage),
        certificate.as_ref().map(|certificate| number(certificate.copies.0)).into(),
        certificate.as_ref().map(|certificate| number(certificate.lost)).into(),
        there(destruction.sample.is_some()),
        there(destruction.stamp.is_some()),
        text.as_deref().map(|text| Cell::Hash(to_hex(&Certificate::hash(text)))).into(),
        certificate
            .map(|_| Cell::File(format!("{}/file", certificate_href(destruction.id))))
            .into(),
    ]
}
