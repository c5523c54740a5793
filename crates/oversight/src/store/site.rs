use countenance_base::Timestamp;
use countenance_rules::Day;
use countenance_storage::StoreError;
use countenance_trace::Trace;

use super::day;
use crate::HandlerSite;

pub(crate) async fn put(
    tx: &mut Trace,
    name: &str,
    persons: u32,
    counted_on: Day,
    said_by: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.change_one(
        "INSERT INTO handler_sites (number, name, persons, counted_on, said_by, noted_at)
         VALUES ((SELECT COALESCE(MAX(number), 0) + 1 FROM handler_sites), $1, $2, $3, $4, $5)
         ON CONFLICT (name) DO UPDATE
         SET persons = excluded.persons, counted_on = excluded.counted_on, said_by = excluded.said_by, noted_at = excluded.noted_at",
        &[
            name.into(),
            persons.into(),
            (&counted_on.to_string()).into(),
            said_by.into(),
            now.into(),
        ],
    )
    .await
}

pub(crate) async fn end(tx: &mut Trace, number: u32) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM handler_sites WHERE number = $1", &[number.into()]).await
}

pub(crate) async fn list(tx: &mut Trace) -> Result<Vec<HandlerSite>, StoreError> {
    let rows = tx
        .list(
            "SELECT number, name, persons, counted_on, said_by FROM handler_sites ORDER BY name",
            &[],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(HandlerSite {
                number: row.get("number")?,
                name: row.get("name")?,
                persons: row.get("persons")?,
                counted_on: day(row, "counted_on")?,
                said_by: row.get("said_by")?,
            })
        })
        .collect()
}

/// An upper bound: who is at several sites counts several times.
pub(crate) async fn sum(tx: &mut Trace) -> Result<u32, StoreError> {
    let sites = list(tx).await?;
    Ok(sites.iter().fold(0, |sum: u32, site| sum.saturating_add(site.persons)))
}
