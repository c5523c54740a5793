use countenance_base::Timestamp;
use countenance_storage::{Row, StoreError};
use countenance_trace::Trace;

use super::day;
use crate::duty::{DutyKind, Evidence};
use crate::facts::DoneFacts;
use crate::record_done::Checked;

pub(crate) async fn insert(tx: &mut Trace, done: &Checked, now: Timestamp) -> Result<(), StoreError> {
    tx.change_one(
        "INSERT INTO duties_done (number, duty, done_on, document, place, noted_at, acknowledgement, ordered, findings, about)
         VALUES ((SELECT COALESCE(MAX(number), 0) + 1 FROM duties_done), $1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &[
            done.kind.word().into(),
            (&done.on.to_string()).into(),
            done.document.into(),
            (&done.place).into(),
            now.into(),
            done.acknowledgement.as_deref().into(),
            done.ordered.into(),
            done.findings.into(),
            done.about.into(),
        ],
    )
    .await
}

pub(crate) async fn list(tx: &mut Trace) -> Result<Vec<DoneFacts>, StoreError> {
    let rows = tx
        .list(
            "SELECT number, duty, done_on, document, place, acknowledgement, ordered, findings, about FROM duties_done ORDER BY number",
            &[],
        )
        .await?;
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<DoneFacts, StoreError> {
    let word: String = row.get("duty")?;
    let (document, place) = (row.get("document")?, row.get("place")?);
    let number: Option<String> = row.get_optional("acknowledgement")?;
    let (ordered, findings): (bool, bool) = (row.get("ordered")?, row.get("findings")?);
    Ok(DoneFacts {
        number: row.get("number")?,
        kind: DutyKind::from_word(&word).ok_or(StoreError::Column { column: "duty" })?,
        on: day(row, "done_on")?,
        evidence: match number {
            Some(number) => Evidence::Filed { number, document, place },
            None => Evidence::Document(document, place),
        },
        to_put_right: ordered && findings,
        about: row.get_optional("about")?,
    })
}
