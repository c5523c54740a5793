//! How often each way in opened and refused, and how long people waited at it. Never about one person: what a single day has
//! fewer than five of is shown as that.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use countenance_access::{Door, FEW, LaneCount, LaneTotal, LaneWait, Waited, lane_counts, lane_totals, lane_waits, list_doors, waited};
use countenance_base::{DoorId, Timestamp};
use countenance_gate_core::policy::Lane;
use countenance_gate_core::wait::STEPS_S;
use countenance_portal::inspection::{Cell, Table};
use countenance_storage::StoreError;
use countenance_trace::Trace;

use super::number;
use crate::state::AppState;

/// Months that are looked at; what the law wants forgotten is not there any more.
const MONTHS: usize = 3;
const DAYS: usize = 7;
const DAY: Duration = Duration::from_hours(24);

type Doors = BTreeMap<DoorId, u32>;

pub(super) async fn tables(state: &AppState, tx: &mut Trace) -> Result<Vec<Table>, StoreError> {
    let all = list_doors(tx).await?;
    let doors: Doors = all.iter().map(|door| (door.id, door.number)).collect();
    let zone = &state.site().time_zone;
    let (mut months, mut refusals, mut waits) = (Vec::new(), Vec::new(), Vec::new());
    for (name, from, to) in months_of(state.now(), zone) {
        let counts = lane_counts(tx, from, to).await?;
        months.extend(totals(&counts, &doors, &name, number));
        refusals.extend(
            counts
                .iter()
                .filter(|count| !count.opened)
                .map(|count| refusal(count, &doors, &name)),
        );
        let known = lane_waits(tx, zone, from, to).await?;
        // What is offered now stands in the newest month, used or not.
        let offered: &[Door] = if waits.is_empty() { &all } else { &[] };
        waits.extend(waits_of(&known, &counts, offered, &doors, &name));
    }
    let mut days = Vec::new();
    for (name, from, to) in days_of(state.now(), zone) {
        let counts = lane_counts(tx, from, to).await?;
        let few = |count: u64| if count < FEW { Cell::Few } else { number(count) };
        days.extend(totals(&counts, &doors, &name, few));
    }
    Ok(vec![
        Table {
            key: "months",
            columns: &["month", "door", "lanes", "opened", "refused"],
            rows: months,
        },
        Table {
            key: "refusals",
            columns: &["month", "door", "lanes", "why", "count"],
            rows: refusals,
        },
        Table {
            key: "waits",
            columns: &["month", "door", "lanes", "count", "half", "most"],
            rows: waits,
        },
        Table {
            key: "days",
            columns: &["day", "door", "lanes", "opened", "refused"],
            rows: days,
        },
    ])
}

fn of(door: DoorId, lanes: &[Lane], doors: &Doors) -> [Cell; 2] {
    let lanes = lanes.iter().map(|lane| lane.word().to_owned()).collect();
    [Cell::from(doors.get(&door).copied().map(number)), Cell::Lanes(lanes)]
}

/// Waits of each door and way, each way beside the others.
fn waits_of(known: &[LaneWait], counts: &[LaneCount], offered: &[Door], doors: &Doors, name: &str) -> Vec<Vec<Cell>> {
    let totals = lane_totals(counts);
    let opened = totals.iter().filter(|total| total.opened > 0);
    let mut ways: BTreeSet<(Option<u32>, DoorId, Vec<Lane>)> = opened
        .map(|total| (doors.get(&total.door).copied(), total.door, total.lanes.clone()))
        .collect();
    for door in offered {
        ways.extend(door.settings.ways.iter().map(|way| (Some(door.number), door.id, way.clone())));
    }
    let row = |(_, door, lanes): &(Option<u32>, DoorId, Vec<Lane>)| {
        let opened = totals.iter().find(|total| total.door == *door && total.lanes == *lanes);
        let [count, half, most] = wait_cells(waited(known, *door, lanes, opened.map_or(0, |total| total.opened)));
        let [door, lanes] = of(*door, lanes, doors);
        vec![Cell::words(name), door, lanes, count, half, most]
    };
    ways.iter().map(row).collect()
}

fn wait_cells(waited: Waited) -> [Cell; 3] {
    let step = |within: Option<u16>| {
        let last = STEPS_S.last().copied().unwrap_or_default();
        Cell::Words(within.map_or_else(|| format!("> {last} s"), |within| format!("≤ {within} s")))
    };
    match waited {
        Waited::Nobody => [Cell::word("wait-nobody"), Cell::Nothing, Cell::Nothing],
        Waited::Unmeasured => [Cell::word("wait-unmeasured"), Cell::Nothing, Cell::Nothing],
        Waited::Few => [Cell::Few, Cell::Nothing, Cell::Nothing],
        Waited::Within(count, half, most) => [number(count), step(half), step(most)],
    }
}

/// Opened and refused of each door and way.
fn totals(counts: &[LaneCount], doors: &Doors, name: &str, shown: impl Fn(u64) -> Cell) -> Vec<Vec<Cell>> {
    let row = |total: LaneTotal| {
        let [door, lanes] = of(total.door, &total.lanes, doors);
        vec![Cell::words(name), door, lanes, shown(total.opened), shown(total.refused)]
    };
    lane_totals(counts).into_iter().map(row).collect()
}

fn refusal(count: &LaneCount, doors: &Doors, name: &str) -> Vec<Cell> {
    let [door, lanes] = of(count.door, &count.lanes, doors);
    vec![Cell::words(name), door, lanes, Cell::Why(count.reason.clone()), number(count.count)]
}

/// The last days with their beginnings and ends, the newest first.
fn days_of(now: Timestamp, zone: &str) -> Vec<(String, Timestamp, Timestamp)> {
    spans(now, zone, DAYS, |begin| begin.civil_day(zone), |name| format!("{name}T00:00"))
}

/// The last months, the newest first.
fn months_of(now: Timestamp, zone: &str) -> Vec<(String, Timestamp, Timestamp)> {
    let month = |at: Timestamp| at.civil_day(zone).chars().take(7).collect();
    spans(now, zone, MONTHS, month, |name| format!("{name}-01T00:00"))
}

fn spans(
    now: Timestamp,
    zone: &str,
    most: usize,
    name_of: impl Fn(Timestamp) -> String,
    begin_of: impl Fn(&str) -> String,
) -> Vec<(String, Timestamp, Timestamp)> {
    let mut spans = Vec::new();
    // Nothing of the time to come is there; a minute is added so that the present instant counts.
    let mut end = now.plus(Duration::from_mins(1));
    let mut at = now;
    while spans.len() < most {
        let name = name_of(at);
        let Some(begin) = Timestamp::parse_local(&begin_of(&name), zone) else {
            break;
        };
        spans.push((name, begin, end));
        end = begin;
        at = begin.minus(DAY / 24);
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_months_are_local_and_touch_each_other() {
        let now = Timestamp::parse_rfc3339("2026-11-23T17:32:16Z").unwrap();
        let days = days_of(now, "Asia/Shanghai");
        assert_eq!(
            (days.len(), days[0].0.as_str(), days[6].0.as_str()),
            (7, "2026-11-24", "2026-11-18")
        );
        assert_eq!(days[0].1.rfc3339(), "2026-11-23T16:00:00Z");
        let months = months_of(now, "Asia/Shanghai");
        assert_eq!(
            months.iter().map(|month| month.0.as_str()).collect::<Vec<_>>(),
            ["2026-11", "2026-10", "2026-09"]
        );
        for spans in [days, months] {
            assert!(spans.windows(2).all(|pair| pair[0].1 == pair[1].2));
        }
    }

    #[test]
    fn each_way_s_waits_stand_beside_the_others_measured_or_not() {
        let door = DoorId::from_bytes([1; 16]);
        let known = [LaneWait {
            door,
            lanes: vec![Lane::Pin],
            steps: [5, 0, 0, 0, 0, 0, 0, 0, 5],
        }];
        let opened = |lane| LaneCount {
            door,
            lanes: vec![lane],
            opened: true,
            reason: String::new(),
            count: 10,
        };
        let counts = [opened(Lane::Pin), opened(Lane::Card)];
        let rows = waits_of(&known, &counts, &[], &Doors::from([(door, 3)]), "m");
        let cells: Vec<&[Cell]> = rows.iter().map(|row| &row[3..]).collect();
        assert_eq!(
            cells,
            [
                [Cell::word("wait-unmeasured"), Cell::Nothing, Cell::Nothing],
                [Cell::Number(10), Cell::words("≤ 5 s"), Cell::words("> 90 s")]
            ]
        );
    }

    #[test]
    fn a_day_s_few_are_not_counted_and_a_month_s_are() {
        let door = DoorId::from_bytes([1; 16]);
        let count = |opened, count| LaneCount {
            door,
            lanes: vec![Lane::Face],
            opened,
            reason: String::new(),
            count,
        };
        let counts = [count(true, 7), count(true, 2), count(false, 4)];
        let doors = Doors::from([(door, 3)]);
        let few = |count: u64| if count < FEW { Cell::Few } else { number(count) };
        assert_eq!(totals(&counts, &doors, "d", few)[0][3..], [Cell::Number(9), Cell::Few]);
        assert_eq!(totals(&counts, &doors, "m", number)[0][3..], [Cell::Number(9), Cell::Number(4)]);
    }
}
