use countenance_base::Timestamp;
use countenance_storage::{Row, StoreError};
use countenance_trace::Trace;

use crate::lane_counts::LaneCount;
use crate::store::door::read_lanes;

pub(crate) async fn count(tx: &mut Trace, from: Timestamp, to: Timestamp) -> Result<Vec<LaneCount>, StoreError> {
    let rows = tx
        .list(
            "SELECT door_id, lanes, opened, reason, COUNT(*) AS n
             FROM passages
             WHERE at >= $1 AND at < $2
             GROUP BY door_id, lanes, opened, reason
             ORDER BY door_id, lanes, opened, reason",
            &[from.into(), to.into()],
        )
        .await?;
    let read = |row: &Row| {
        let lanes: String = row.get("lanes")?;
        Ok(LaneCount {
            door: row.get("door_id")?,
            lanes: read_lanes(&lanes).ok_or(StoreError::Column { column: "lanes" })?,
            opened: row.get("opened")?,
            reason: row.get("reason")?,
            count: row.get("n")?,
        })
    };
    rows.iter().map(read).collect()
}
