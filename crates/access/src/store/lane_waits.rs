use std::collections::BTreeMap;

use countenance_base::DoorId;
use countenance_gate_core::policy::Lane;
use countenance_gate_core::wait::STEPS_S;
use countenance_storage::StoreError;
use countenance_trace::Trace;

use crate::lane_counts::LaneWait;
use crate::store::door::{read_lanes, write_lanes};

pub(crate) async fn add(tx: &mut Trace, door: DoorId, day: &str, lanes: &[Lane], step: usize, count: u64) -> Result<(), StoreError> {
    tx.change_one(
        "INSERT INTO lane_waits (door_id, day, lanes, step, count) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (door_id, day, lanes, step) DO UPDATE SET count = lane_waits.count + excluded.count",
        &[
            door.into(),
            day.into(),
            (&write_lanes(lanes)).into(),
            u64::try_from(step).unwrap_or(u64::MAX).into(),
            count.into(),
        ],
    )
    .await
}

/// From the first to the last of these days.
pub(crate) async fn list(tx: &mut Trace, first: &str, last: &str) -> Result<Vec<LaneWait>, StoreError> {
    let rows = tx
        .list(
            "SELECT door_id, lanes, step, CAST(SUM(count) AS BIGINT) AS n
             FROM lane_waits
             WHERE day >= $1 AND day <= $2
             GROUP BY door_id, lanes, step
             ORDER BY door_id, lanes, step",
            &[first.into(), last.into()],
        )
        .await?;
    let mut waits: BTreeMap<(DoorId, String), [u64; STEPS_S.len() + 1]> = BTreeMap::new();
    for row in &rows {
        let step: u64 = row.get("step")?;
        let steps = waits.entry((row.get("door_id")?, row.get("lanes")?)).or_default();
        let step = usize::try_from(step).ok().and_then(|step| steps.get_mut(step));
        *step.ok_or(StoreError::Column { column: "step" })? = row.get("n")?;
    }
    waits
        .into_iter()
        .map(|((door, lanes), steps)| {
            Ok(LaneWait {
                door,
                lanes: read_lanes(&lanes).ok_or(StoreError::Column { column: "lanes" })?,
                steps,
            })
        })
        .collect()
}

pub(crate) async fn forget(tx: &mut Trace, before: &str) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM lane_waits WHERE day < $1", &[before.into()]).await
}
