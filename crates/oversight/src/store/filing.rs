use countenance_base::Timestamp;
use countenance_rules::Day;
use countenance_storage::{Row, StoreError};
use countenance_trace::Trace;

use super::{day, day_if_any};
use crate::facts::Filed;
use crate::{Filing, FilingKind};

pub(crate) async fn insert(tx: &mut Trace, kind: FilingKind, now: Timestamp, pack: &str, snapshot: [u8; 32]) -> Result<u32, StoreError> {
    let row = tx
        .lookup(
            "INSERT INTO filings (number, kind, made_at, pack, snapshot)
             VALUES ((SELECT COALESCE(MAX(number), 0) + 1 FROM filings), $1, $2, $3, $4)
             RETURNING number",
            &[kind.word().into(), now.into(), pack.into(), snapshot.into()],
        )
        .await?;
    row.ok_or(StoreError::Affected { changed: 0 })?.get("number")
}

pub(crate) async fn drop_unanswered(tx: &mut Trace) -> Result<(), StoreError> {
    tx.execute("DELETE FROM filings WHERE acknowledgement IS NULL", &[]).await?;
    Ok(())
}

pub(crate) async fn acknowledge(tx: &mut Trace, number: u32, acknowledgement: &str, on: Day) -> Result<(), StoreError> {
    tx.change_one(
        "UPDATE filings SET acknowledgement = $2, acknowledged_on = $3 WHERE number = $1 AND acknowledgement IS NULL",
        &[number.into(), acknowledgement.into(), (&on.to_string()).into()],
    )
    .await
}

pub(crate) async fn set_changed(tx: &mut Trace, number: u32, on: Option<Day>) -> Result<(), StoreError> {
    let on = on.map(|day| day.to_string());
    tx.change_one(
        "UPDATE filings SET changed_on = $2 WHERE number = $1",
        &[number.into(), on.as_deref().into()],
    )
    .await
}

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT number, kind, made_at, pack, snapshot, acknowledgement, acknowledged_on, changed_on FROM filings ",
            $tail
        )
    };
}

pub(crate) async fn list(tx: &mut Trace) -> Result<Vec<Filing>, StoreError> {
    let rows = tx.list(select!("ORDER BY number DESC"), &[]).await?;
    rows.iter().map(read).collect()
}

pub(crate) async fn lookup(tx: &mut Trace, number: u32) -> Result<Option<Filing>, StoreError> {
    let row = tx.lookup(select!("WHERE number = $1"), &[number.into()]).await?;
    row.as_ref().map(read).transpose()
}

/// The last one that an authority acknowledged.
async fn last(tx: &mut Trace) -> Result<Option<Row>, StoreError> {
    tx.lookup(select!("WHERE acknowledgement IS NOT NULL ORDER BY number DESC LIMIT 1"), &[])
        .await
}

/// Number, snapshot and first day of change of what is filed and not cancelled.
pub(crate) async fn in_force(tx: &mut Trace) -> Result<Option<(u32, [u8; 32], Option<Day>)>, StoreError> {
    let Some(row) = last(tx).await? else { return Ok(None) };
    if read_kind(&row)? == FilingKind::Cancel {
        return Ok(None);
    }
    Ok(Some((row.get("number")?, row.get("snapshot")?, day_if_any(&row, "changed_on")?)))
}

pub(crate) async fn filed(tx: &mut Trace) -> Result<Option<Filed>, StoreError> {
    let Some(row) = last(tx).await? else { return Ok(None) };
    if read_kind(&row)? == FilingKind::Cancel {
        return Ok(None);
    }
    Ok(Some(Filed {
        on: day(&row, "acknowledged_on")?,
        acknowledgement: row.get("acknowledgement")?,
        changed_on: day_if_any(&row, "changed_on")?,
    }))
}

pub(crate) async fn cancelled(tx: &mut Trace) -> Result<Option<(Day, String)>, StoreError> {
    let row = tx
        .lookup(
            select!("WHERE acknowledgement IS NOT NULL AND kind = 'cancel' ORDER BY number DESC LIMIT 1"),
            &[],
        )
        .await?;
    row.map(|row| Ok((day(&row, "acknowledged_on")?, row.get("acknowledgement")?)))
        .transpose()
}

fn read_kind(row: &Row) -> Result<FilingKind, StoreError> {
    let word: String = row.get("kind")?;
    FilingKind::from_word(&word).ok_or(StoreError::Column { column: "kind" })
}

fn read(row: &Row) -> Result<Filing, StoreError> {
    let number: Option<String> = row.get_optional("acknowledgement")?;
    Ok(Filing {
        number: row.get("number")?,
        kind: read_kind(row)?,
        made_at: row.get("made_at")?,
        pack: row.get("pack")?,
        snapshot: row.get("snapshot")?,
        acknowledged: number.zip(day_if_any(row, "acknowledged_on")?),
    })
}
