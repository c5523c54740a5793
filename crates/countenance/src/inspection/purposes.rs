//! Purposes, and the assessment of each.

use countenance_base::to_hex;
use countenance_persons::{Purpose, list_purposes};
use countenance_portal::inspection::{Cell, Table};
use countenance_storage::StoreError;
use countenance_trace::Trace;
use sha2::{Digest as _, Sha256};

use super::{number, operator};

pub(super) async fn tables(tx: &mut Trace) -> Result<Vec<Table>, StoreError> {
    let purposes = list_purposes(tx).await?;
    Ok(vec![
        Table {
            key: "purposes",
            columns: &[
                "door",
                "purpose",
                "mode",
                "state",
                "declared",
                "by",
                "from",
                "until",
                "template-days",
                "passage-days",
                "owner",
            ],
            rows: purposes.iter().map(row).collect(),
        },
        Table {
            key: "assessments",
            columns: &["door", "purpose", "approved", "by", "author", "second-person", "kept-until", "hash"],
            rows: purposes.iter().filter_map(assessment).collect(),
        },
        Table {
            key: "assessment-texts",
            columns: &["door", "purpose", "head", "text"],
            rows: purposes.iter().flat_map(heads).collect(),
        },
    ])
}

fn row(purpose: &Purpose) -> Vec<Cell> {
    vec![
        Cell::Both(purpose.door.name.clone()),
        Cell::Both(purpose.facts.text.clone()),
        Cell::words(purpose.facts.mode.text()),
        Cell::Word(format!("purpose-{}", purpose.state().word())),
        Cell::At(purpose.declared_at),
        operator(purpose.declared_by),
        purpose.activated_at.map(Cell::At).into(),
        purpose.ended_at.or(purpose.event_ends).map(Cell::At).into(),
        number(purpose.facts.template_days),
        number(purpose.facts.passage_days),
        Cell::words(&purpose.facts.owner),
    ]
}

/// The assessment that counts for a purpose, with the hash under which it can be asked for again.
fn assessment(purpose: &Purpose) -> Option<Vec<Cell>> {
    let assessment = purpose.assessment.as_ref()?;
    let heads = assessment.heads.iter().flat_map(|(head, text)| [head.word(), "\n", text, "\n"]);
    let text: String = heads.collect();
    Some(vec![
        Cell::Both(purpose.door.name.clone()),
        Cell::Both(purpose.facts.text.clone()),
        Cell::At(assessment.approved_at),
        operator(assessment.approved_by),
        Cell::words(&assessment.author),
        Cell::Holds(assessment.by_another),
        Cell::At(assessment.kept_until),
        Cell::Hash(to_hex(&<[u8; 32]>::from(Sha256::digest(text.as_bytes())))),
    ])
}

fn heads(purpose: &Purpose) -> Vec<Vec<Cell>> {
    let heads = purpose.assessment.iter().flat_map(|assessment| &assessment.heads);
    heads
        .map(|(head, text)| {
            vec![
                Cell::Both(purpose.door.name.clone()),
                Cell::Both(purpose.facts.text.clone()),
                Cell::Word(format!("head-{}", head.word())),
                Cell::words(text),
            ]
        })
        .collect()
}
