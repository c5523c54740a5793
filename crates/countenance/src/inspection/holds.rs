//! What is kept against the clock: named and counted.

use countenance_access::{Hold, list_holds};
use countenance_base::Timestamp;
use countenance_portal::inspection::{Cell, Table};
use countenance_storage::StoreError;
use countenance_trace::Reader;

use super::{number, operator};
use crate::state::AppState;

/// In a transaction of its own: whom a hold is about is read and shown to nobody, so it is no look at them.
pub(super) async fn tables(state: &AppState) -> Result<Vec<Table>, StoreError> {
    let holds = list_holds(&mut state.read(Reader::Machine).await?).await?;
    let now = state.now();
    let live = holds.iter().filter(|hold| hold.is_live(now)).count() as u64;
    Ok(vec![
        Table {
            key: "hold-counts",
            columns: &["what", "count"],
            rows: vec![
                vec![Cell::word("holds-live"), number(live)],
                vec![Cell::word("holds-over"), number(holds.len() as u64 - live)],
            ],
        },
        Table {
            key: "holds",
            columns: &["name", "about", "covers-from", "covers-to", "begun", "by", "ends", "state"],
            rows: holds.iter().map(|hold| row(hold, now)).collect(),
        },
    ])
}

fn row(hold: &Hold, now: Timestamp) -> Vec<Cell> {
    vec![
        Cell::words(&hold.name),
        Cell::word(if hold.person.is_some() { "hold-one" } else { "hold-all" }),
        Cell::At(hold.covers.0),
        Cell::At(hold.covers.1),
        Cell::At(hold.begun_at),
        operator(hold.begun_by),
        Cell::At(hold.ended_at.unwrap_or(hold.ends_at)),
        Cell::word(if hold.is_live(now) { "hold-live" } else { "hold-over" }),
    ]
}
