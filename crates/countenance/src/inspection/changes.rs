//! What was changed at the site, out of the server's own leaves: when, what, by which operator, where in the ledger.

use countenance_gate_core::journal::LeafClass;
use countenance_portal::inspection::{Cell, Table};
use countenance_storage::StoreError;
use countenance_trace::{OpenLeaf, Trace, count_leaves, open_leaves};

use super::{number, operator};

const SHOWN: usize = 500;

pub(super) async fn tables(tx: &mut Trace) -> Result<Vec<Table>, StoreError> {
    let changes = open_leaves(tx, LeafClass::Change).await?;
    let ever = countenance_base::Timestamp(i64::MAX);
    let all = count_leaves(tx, LeafClass::Change, countenance_base::Timestamp(0), ever).await?;
    let policies = count_leaves(tx, LeafClass::Policy, countenance_base::Timestamp(0), ever).await?;
    let open = changes.len() as u64;
    Ok(vec![
        Table {
            key: "changes",
            columns: &["at", "change", "detail", "by", "place"],
            rows: changes.iter().take(SHOWN).map(row).collect(),
        },
        Table {
            key: "change-counts",
            columns: &["what", "count"],
            rows: vec![
                vec![Cell::word("changes-open"), number(open)],
                vec![Cell::word("changes-sealed"), number(all.saturating_sub(open))],
                vec![Cell::word("policies-taken"), number(policies)],
            ],
        },
    ])
}

fn row(leaf: &OpenLeaf) -> Vec<Cell> {
    let reason = &leaf.record.reason;
    let (code, detail) = reason.split_once(' ').unwrap_or((reason, ""));
    vec![
        Cell::At(leaf.record.at),
        Cell::Change(code.to_owned()),
        if detail.is_empty() { Cell::Nothing } else { Cell::words(detail) },
        leaf.record.actor.map(operator).into(),
        leaf.place.map(number).into(),
    ]
}
