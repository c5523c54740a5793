//! The inspector follows the link, once.

use countenance_base::{Timestamp, rng, to_hex};
use countenance_gate_core::journal::RecordKind;
use countenance_persons::Ctx;
use countenance_trace::{Event, Trace};

use crate::{InspectionError, store};

pub(crate) const LINK: &str = "inspection-link";
pub(crate) const SESSION: &str = "inspection-session";

/// A session that has just begun; the token goes into the cookie and is kept nowhere else.
pub struct InspectionSession {
    pub token: String,
    /// The end of the inspection.
    pub ends_at: Timestamp,
}

impl std::fmt::Debug for InspectionSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "InspectionSession({})", self.ends_at.0)
    }
}

/// Uses the link up and begins the one session of the inspection.
pub async fn open_inspection(tx: &mut Trace, ctx: &mut Ctx<'_>, code: &str) -> Result<InspectionSession, InspectionError> {
    let hash = ctx.pepper.hash_code(LINK, code);
    let inspection = store::lookup_by_link(tx, hash).await?.filter(|found| found.is_open(ctx.now));
    let inspection = inspection.ok_or(InspectionError::Link)?;
    store::use_link(tx, hash, ctx.now).await?;
    let token = to_hex(&rng::bytes::<32>(ctx.rng));
    store::insert_session(tx, ctx.pepper.hash_code(SESSION, &token), inspection.id, ctx.now).await?;
    tx.leave(Event::site(RecordKind::Changed, format!("inspection.opened {}", inspection.id)));
    Ok(InspectionSession {
        token,
        ends_at: inspection.ends_at,
    })
}
