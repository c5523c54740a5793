use countenance_base::Timestamp;
use countenance_rules::Day;
use countenance_storage::StoreError;
use countenance_trace::Trace;

use super::day;
use crate::duty::{DutyKind, Evidence};
use crate::facts::DoneFacts;

pub(crate) async fn insert(
    tx: &mut Trace,
    kind: DutyKind,
    on: Day,
    document: [u8; 32],
    place: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.change_one(
        "INSERT INTO duties_done (number, duty, done_on, document, place, noted_at)
         VALUES ((SELECT COALESCE(MAX(number), 0) + 1 FROM duties_done), $1, $2, $3, $4, $5)",
        &[
            kind.word().into(),
            (&on.to_string()).into(),
            document.into(),
            place.into(),
            now.into(),
        ],
    )
    .await
}

pub(crate) async fn list(tx: &mut Trace) -> Result<Vec<DoneFacts>, StoreError> {
    let rows = tx
        .list("SELECT duty, done_on, document, place FROM duties_done ORDER BY number", &[])
        .await?;
    rows.iter()
        .map(|row| {
            let word: String = row.get("duty")?;
            Ok(DoneFacts {
                kind: DutyKind::from_word(&word).ok_or(StoreError::Column { column: "duty" })?,
                on: day(row, "done_on")?,
                evidence: Evidence::Document(row.get("document")?, row.get("place")?),
            })
        })
        .collect()
}
