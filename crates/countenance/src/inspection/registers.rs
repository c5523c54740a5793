//! Site, doors, gates.

use countenance_access::{Door, Gate, list_doors, list_gates};
use countenance_base::to_hex;
use countenance_gate_core::challenge::Liveness;
use countenance_portal::inspection::{Cell, Table};
use countenance_storage::StoreError;
use countenance_trace::Trace;
use sha2::{Digest as _, Sha256};

use super::number;
use crate::state::AppState;

pub(super) async fn tables(state: &AppState, tx: &mut Trace) -> Result<Vec<Table>, StoreError> {
    let doors = list_doors(tx).await?;
    let gates = list_gates(tx).await?;
    let gate_rows = gates.iter().map(|gate| gate_row(gate, &doors)).collect();
    Ok(vec![
        Table {
            key: "site",
            columns: &["name", "operator-of-site", "rulebook", "rulebook-version", "server-version"],
            rows: vec![vec![
                Cell::Both(state.site().name.clone()),
                Cell::Both(state.site().operator.clone()),
                Cell::words(state.rulebook().id()),
                Cell::Hash(state.rulebook().version().to_owned()),
                Cell::words(env!("CARGO_PKG_VERSION")),
            ]],
        },
        Table {
            key: "doors",
            columns: &["door", "name", "ways", "liveness", "distance", "sign", "saved"],
            rows: doors.iter().map(door_row).collect(),
        },
        Table {
            key: "gates",
            columns: &["gate", "door", "standing", "device-key", "pack", "program", "sealed", "seen"],
            rows: gate_rows,
        },
    ])
}

fn door_row(door: &Door) -> Vec<Cell> {
    let settings = &door.settings;
    let ways = settings.ways.iter().map(|way| words_of(way)).collect();
    let liveness = match settings.liveness {
        Liveness::Passive => "liveness-passive",
        Liveness::Challenge => "liveness-challenge",
    };
    vec![
        number(door.number),
        Cell::Both(door.name.clone()),
        Cell::Ways(ways),
        if settings.has_face() { Cell::word(liveness) } else { Cell::Nothing },
        Cell::Words(format!("{} mm", settings.distance_max_mm)),
        Cell::word(if settings.sign { "yes" } else { "no" }),
        Cell::At(door.saved_at),
    ]
}

fn words_of(way: &[countenance_gate_core::policy::Lane]) -> Vec<String> {
    way.iter().map(|lane| lane.word().to_owned()).collect()
}

fn gate_row(gate: &Gate, doors: &[Door]) -> Vec<Cell> {
    let door = doors.iter().find(|door| door.id == gate.door);
    let standing = match gate {
        Gate { lost_at: Some(_), .. } => "gate-lost",
        Gate { forked_at: Some(_), .. } => "gate-forked",
        Gate { device_key: None, .. } => "gate-unclaimed",
        Gate { demo: true, .. } => "gate-demo",
        Gate { .. } => "gate-works",
    };
    // The fingerprint that the device itself shows.
    let key = gate
        .device_key
        .map(|key| Cell::Hash(to_hex(&<[u8; 32]>::from(Sha256::digest(key.0)))));
    vec![
        number(gate.id.0),
        door.map(|door| number(door.number)).into(),
        Cell::word(standing),
        key.into(),
        gate.pack.map(|pack| Cell::Hash(to_hex(&pack))).into(),
        gate.program
            .map_or_else(|| Cell::word("not-said"), |program| Cell::Hash(to_hex(&program))),
        gate.sealed_at.map(Cell::At).into(),
        gate.last_seen_at.map(Cell::At).into(),
    ]
}
