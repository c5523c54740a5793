//! What anybody may know of a gate's face lane: whether faces are looked for, and what stands against it.

use std::time::Duration;

use countenance_base::Timestamp;
use countenance_persons::{Ctx, Purpose};
use countenance_storage::StoreError;
use countenance_trace::Trace;

use crate::build_snapshot::other_way_worked;
use crate::{Door, Gate, method, purpose_stopped};

/// How the face lane of one gate stands. Nothing of it tells who came or how often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaceLane {
    Open,
    /// The door has no face lane, or no purpose is active.
    None,
    /// No device has claimed it.
    Unclaimed,
    /// For longer than the rulebook allows nothing proved that another way works: every match is refused. Since when, where one
    /// ever worked.
    OtherWayDead(Option<Timestamp>),
    Forked(Timestamp),
    Lost(Timestamp),
    /// An operator stopped faces under this purpose, or at the whole site.
    Stopped(Timestamp),
    /// The approved assessment is about another way of using faces, or older than a major incident: every match is refused.
    Stale,
}

/// How the face lane of `gate` at `door` stands now, under the door's active `purpose`.
pub async fn face_lane(tx: &mut Trace, ctx: &Ctx<'_>, gate: &Gate, door: &Door, purpose: Option<&Purpose>) -> Result<FaceLane, StoreError> {
    if let Some(at) = gate.lost_at {
        return Ok(FaceLane::Lost(at));
    }
    if let Some(at) = gate.forked_at {
        return Ok(FaceLane::Forked(at));
    }
    if gate.device_key.is_none() {
        return Ok(FaceLane::Unclaimed);
    }
    let Some(purpose) = purpose.filter(|_| door.settings.has_face()) else {
        return Ok(FaceLane::None);
    };
    if let Some(since) = purpose_stopped(tx, purpose.id).await? {
        return Ok(FaceLane::Stopped(since));
    }
    if purpose.is_stale(&method(tx, door, purpose.facts.mode).await?) {
        return Ok(FaceLane::Stale);
    }
    let allowed = Duration::from_hours(u64::from(ctx.rulebook.parameters().alternative_dead_hours));
    Ok(match other_way_worked(tx, gate).await? {
        Some(worked) if ctx.now.since(worked) <= allowed => FaceLane::Open,
        worked => FaceLane::OtherWayDead(worked.map(|worked| worked.plus(allowed))),
    })
}
