//! How often each way in opened or refused, and how long people waited at each: numbers, nobody in them.

use countenance_base::{DoorId, Timestamp};
use countenance_gate_core::policy::Lane;
use countenance_gate_core::wait::{STEPS_S, is_measured};
use countenance_storage::StoreError;
use countenance_trace::Trace;

use crate::store;

/// Attempts that went alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaneCount {
    pub door: DoorId,
    /// Asked together.
    pub lanes: Vec<Lane>,
    pub opened: bool,
    /// Why, as a stable code.
    pub reason: String,
    pub count: u64,
}

/// Attempts by one way at one door, whatever their reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaneTotal {
    pub door: DoorId,
    pub lanes: Vec<Lane>,
    pub opened: u64,
    pub refused: u64,
}

/// What is said of fewer is said of somebody (design).
pub const FEW: u64 = 5;

/// Openings of one way at one door by how long they took from the first touch of the kiosk, whatever way it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaneWait {
    pub door: DoorId,
    pub lanes: Vec<Lane>,
    /// One number for each of [`STEPS_S`], and one for what took longer.
    pub steps: [u64; STEPS_S.len() + 1],
}

/// What may be said about waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waited {
    /// Nobody came in this way.
    Nobody,
    /// No gate said how long it took, or none could.
    Unmeasured,
    /// Fewer than [`FEW`].
    Few,
    /// How many, within how many seconds half of them were in, and nine of ten; none beyond the last step.
    Within(u64, Option<u16>, Option<u16>),
}

impl LaneWait {
    pub fn count(&self) -> u64 {
        self.steps.iter().sum()
    }

    /// The end of the step in which `tenths` of ten were in; none when that took longer than the last one.
    fn within(&self, tenths: u64) -> Option<u16> {
        let needed = (self.count() * tenths).div_ceil(10);
        let mut sum = 0;
        let reached = self.steps.iter().position(|count| {
            sum += count;
            sum >= needed
        })?;
        STEPS_S.get(reached).copied()
    }
}

/// What may be said of waiting at `lanes`, where `opened` openings are known.
pub fn waited(waits: &[LaneWait], door: DoorId, lanes: &[Lane], opened: u64) -> Waited {
    let found = waits.iter().find(|wait| wait.door == door && wait.lanes == lanes);
    match found.map_or(0, LaneWait::count) {
        0 if opened > 0 || !lanes.iter().copied().all(is_measured) => Waited::Unmeasured,
        0 => Waited::Nobody,
        count if count < FEW => Waited::Few,
        count => Waited::Within(count, found.and_then(|wait| wait.within(5)), found.and_then(|wait| wait.within(9))),
    }
}

/// Passages between two instants, by door, lanes, result and reason.
pub async fn lane_counts(tx: &mut Trace, from: Timestamp, to: Timestamp) -> Result<Vec<LaneCount>, StoreError> {
    store::lane_counts::count(tx, from, to).await
}

/// Opened and refused of each door and way, in the order of the counts.
pub fn lane_totals(counts: &[LaneCount]) -> Vec<LaneTotal> {
    let mut totals: Vec<LaneTotal> = Vec::new();
    for count in counts {
        let (opened, refused) = if count.opened { (count.count, 0) } else { (0, count.count) };
        match totals
            .iter_mut()
            .find(|total| total.door == count.door && total.lanes == count.lanes)
        {
            Some(total) => {
                total.opened += opened;
                total.refused += refused;
            }
            None => totals.push(LaneTotal {
                door: count.door,
                lanes: count.lanes.clone(),
                opened,
                refused,
            }),
        }
    }
    totals
}

/// Of openings between two instants, by whole local days.
pub async fn lane_waits(tx: &mut Trace, zone: &str, from: Timestamp, to: Timestamp) -> Result<Vec<LaneWait>, StoreError> {
    let last = Timestamp(to.0.saturating_sub(1));
    store::lane_waits::list(tx, &from.civil_day(zone), &last.civil_day(zone)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOOR: DoorId = DoorId::from_bytes([1; 16]);

    fn pin(steps: [u64; 9]) -> Vec<LaneWait> {
        vec![LaneWait {
            door: DOOR,
            lanes: vec![Lane::Pin],
            steps,
        }]
    }

    #[test]
    fn half_and_nine_of_ten_are_said_of_five_or_more() {
        let of = |steps| waited(&pin(steps), DOOR, &[Lane::Pin], 9);
        assert_eq!(of([4, 0, 0, 0, 0, 0, 0, 0, 0]), Waited::Few);
        assert_eq!(of([5, 0, 0, 0, 0, 0, 0, 0, 0]), Waited::Within(5, Some(5), Some(5)));
        assert_eq!(of([5, 4, 0, 0, 0, 0, 0, 0, 1]), Waited::Within(10, Some(5), Some(10)));
        assert_eq!(of([4, 4, 0, 0, 0, 0, 0, 0, 2]), Waited::Within(10, Some(10), None));
    }

    #[test]
    fn what_no_gate_said_is_not_measured_and_not_nobody() {
        let none = |lanes: &[Lane], opened| waited(&[], DOOR, lanes, opened);
        assert_eq!(none(&[Lane::Pin], 0), Waited::Nobody);
        assert_eq!(none(&[Lane::Pin], 3), Waited::Unmeasured, "a gate that does not say it");
        assert_eq!(none(&[Lane::Card], 0), Waited::Unmeasured);
        assert_eq!(none(&[Lane::Card, Lane::Pin], 0), Waited::Unmeasured);
        assert_eq!(waited(&pin([9; 9]), DoorId::from_bytes([2; 16]), &[Lane::Pin], 0), Waited::Nobody);
    }
}
