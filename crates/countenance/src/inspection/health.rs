//! How the ledger is: what was published, who saw it, how old each gate's seal is, what is missing.

use countenance_access::{Gate, list_alarms, list_gates, next_place, unplaced_leaves};
use countenance_base::to_hex;
use countenance_portal::inspection::{Cell, Table};
use countenance_storage::StoreError;
use countenance_tlog::Checkpoint;
use countenance_trace::Trace;

use super::number;
use crate::ledger::Published;
use crate::state::AppState;

/// More than this many waiting entries are counted as so many.
const WAITING_MAX: u64 = 10_000;

pub(super) async fn tables(state: &AppState, tx: &mut Trace) -> Result<Vec<Table>, StoreError> {
    let placed = next_place(tx).await?;
    let waiting = unplaced_leaves(tx, WAITING_MAX).await?.len() as u64;
    let mut rows = vec![line("entries", number(placed)), line("waiting", number(waiting))];
    match state.ledger() {
        None => rows.push(line("published", Cell::word("elsewhere"))),
        Some(handle) => {
            let published = handle.published.borrow().clone();
            let asked = handle.witnesses as u64;
            rows.extend(
                published
                    .as_ref()
                    .map_or_else(|| vec![line("published", Cell::word("never"))], |shown| of(shown, asked)),
            );
        }
    }
    let gates = list_gates(tx).await?;
    let alarms = list_alarms(tx).await?;
    Ok(vec![
        Table {
            key: "health",
            columns: &["what", "value"],
            rows,
        },
        Table {
            key: "seals",
            columns: &["gate", "sealed", "journal", "here", "missing"],
            rows: gates.iter().filter(|gate| gate.device_key.is_some()).map(seal).collect(),
        },
        Table {
            key: "alarms",
            columns: &["gate", "code", "since"],
            rows: alarms
                .iter()
                .map(|alarm| vec![number(alarm.gate.0), Cell::words(&alarm.code), Cell::At(alarm.since)])
                .collect(),
        },
    ])
}

fn line(what: &str, value: Cell) -> Vec<Cell> {
    vec![Cell::word(what), value]
}

fn of(published: &Published, asked: u64) -> Vec<Vec<Cell>> {
    let seen = published.witnessed.len() as u64;
    let independent = published.independent as u64;
    let root = Checkpoint::parse(published.note.text()).map(|checkpoint| Cell::Hash(to_hex(&checkpoint.root)));
    vec![
        line("published", number(published.size)),
        line("root", root.into()),
        line("witnesses", number(asked)),
        line("witnesses-seen", number(seen)),
        line("witnesses-operator", number(seen.saturating_sub(independent))),
        line("independent", Cell::Holds(independent > 0)),
    ]
}

/// A journal that is longer at the gate than here is on its way, or held back.
fn seal(gate: &Gate) -> Vec<Cell> {
    vec![
        number(gate.id.0),
        gate.sealed_at.map(Cell::At).into(),
        number(gate.head.size),
        number(gate.held.size),
        number(gate.head.size.saturating_sub(gate.held.size)),
    ]
}
