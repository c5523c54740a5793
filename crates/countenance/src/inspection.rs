//! What an inspector sees, section by section, as tables: the pages show them, the bundle carries them, and nothing is in one that is
//! not in the other. No table names a person; operators are numbers.

mod bundle;
mod certificates;
mod changes;
mod consents;
mod filings;
mod health;
mod holds;
mod json;
mod passages;
mod purposes;
mod registers;

use countenance_base::OperatorId;
use countenance_inspection::{DrawnSample, Inspection, last_drawn_sample};
use countenance_portal::inspection::{Cell, Table};
use countenance_storage::StoreError;
use countenance_trace::Trace;

use crate::state::AppState;

pub(crate) use bundle::{BundleError, make_bundle};

/// The tables of one section; `None` for a name that is none of [`countenance_portal::inspection::SECTIONS`].
pub(crate) async fn section(
    state: &AppState,
    tx: &mut Trace,
    inspection: &Inspection,
    name: &str,
) -> Result<Option<Vec<Table>>, StoreError> {
    Ok(Some(match name {
        "registers" => registers::tables(state, tx).await?,
        "purposes" => purposes::tables(tx).await?,
        "consents" => {
            let drawn = last_drawn_sample(tx, inspection.id).await?;
            consents::tables(tx, drawn.as_ref()).await?
        }
        "ledger" => health::tables(state, tx).await?,
        "certificates" => certificates::tables(tx).await?,
        "passages" => passages::tables(state, tx).await?,
        "changes" => changes::tables(tx).await?,
        "holds" => holds::tables(state).await?,
        "filings" => filings::tables(tx).await?,
        _ => return Ok(None),
    }))
}

/// The tables of a sample that was drawn just now.
pub(crate) async fn sample(tx: &mut Trace, drawn: &DrawnSample) -> Result<Vec<Table>, StoreError> {
    consents::tables(tx, Some(drawn)).await
}

/// An operator by number: the same one everywhere, and nobody's name.
fn operator(id: OperatorId) -> Cell {
    let digits = id.to_string();
    Cell::Words(digits.chars().skip(digits.len().saturating_sub(8)).collect())
}

fn number(count: impl Into<u64>) -> Cell {
    Cell::Number(count.into())
}
