//! Who looks, and that they looked.

use countenance_base::InspectionId;
use countenance_gate_core::journal::RecordKind;
use countenance_persons::Ctx;
use countenance_storage::StoreError;
use countenance_trace::{Event, Trace};

use crate::open_inspection::SESSION;
use crate::{Inspection, store};

/// Hexadecimal of 32 bytes; anything longer is no token and is not hashed.
const TOKEN_CHARS: usize = 64;

/// Whose session `token` is, as long as that inspection is open.
pub async fn lookup_inspection_session(tx: &mut Trace, ctx: &Ctx<'_>, token: &str) -> Result<Option<Inspection>, StoreError> {
    if token.len() != TOKEN_CHARS {
        return Ok(None);
    }
    let inspection = store::lookup_by_session(tx, ctx.pepper.hash_code(SESSION, token)).await?;
    Ok(inspection.filter(|inspection| inspection.is_open(ctx.now)))
}

/// Writes down that this inspection looked at a page; no answer is given before it is committed.
pub fn leave_look(tx: &mut Trace, id: InspectionId, page: &str) {
    tx.leave(Event::site(RecordKind::Looked, format!("inspection.looked {id} {page}")));
}
