use countenance_rules::Day;
use countenance_storage::{Row, StoreError};
use countenance_trace::Trace;

use super::day;
use crate::facts::DayCount;

pub(crate) async fn put(tx: &mut Trace, count: DayCount) -> Result<(), StoreError> {
    tx.change_one(
        "INSERT INTO stored_counts (day, here, elsewhere, children) VALUES ($1, $2, $3, $4)
         ON CONFLICT (day) DO UPDATE
         SET here = excluded.here, elsewhere = excluded.elsewhere, children = excluded.children",
        &[
            (&count.day.to_string()).into(),
            count.here.into(),
            count.elsewhere.into(),
            count.children.into(),
        ],
    )
    .await
}

pub(crate) async fn lookup(tx: &mut Trace, on: Day) -> Result<Option<DayCount>, StoreError> {
    let row = tx
        .lookup(
            "SELECT day, here, elsewhere, children FROM stored_counts WHERE day = $1",
            &[(&on.to_string()).into()],
        )
        .await?;
    row.as_ref().map(read).transpose()
}

/// One a day; ten years are fewer than four thousand.
pub(crate) async fn list(tx: &mut Trace) -> Result<Vec<DayCount>, StoreError> {
    let rows = tx
        .list("SELECT day, here, elsewhere, children FROM stored_counts ORDER BY day", &[])
        .await?;
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<DayCount, StoreError> {
    Ok(DayCount {
        day: day(row, "day")?,
        here: row.get("here")?,
        elsewhere: row.get("elsewhere")?,
        children: row.get("children")?,
    })
}
