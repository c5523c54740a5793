//! Auditors and witnesses read the ledger with a pass: a token for a time, handed over by whoever commands the server.

use std::time::Duration;

use countenance_base::{Timestamp, rng, to_hex};
use countenance_gate_core::journal::RecordKind;
use countenance_storage::StoreError;
use countenance_trace::{Event, Trace};

use crate::{Ctx, store};

const KIND: &str = "auditor-pass";
/// Hexadecimal of 32 bytes; anything longer is no token and is not hashed.
const TOKEN_CHARS: usize = 64;

/// Who holds a pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Auditor {
    pub name: String,
    /// The note key with which this auditor signs samples, when one was given.
    pub key: Option<String>,
    pub ends_at: Timestamp,
}

/// Makes a pass for `days`. The token is shown once and kept as a keyed hash.
pub async fn make_auditor_pass(tx: &mut Trace, ctx: &mut Ctx<'_>, name: &str, key: Option<&str>, days: u32) -> Result<String, StoreError> {
    let token = to_hex(&rng::bytes::<32>(ctx.rng));
    let auditor = Auditor {
        name: name.to_owned(),
        key: key.map(ToOwned::to_owned),
        ends_at: ctx.now.plus(Duration::from_hours(u64::from(days) * 24)),
    };
    store::auditor::insert(tx, ctx.pepper.hash_code(KIND, &token), &auditor, ctx.now).await?;
    tx.leave(Event::site(RecordKind::Changed, "auditor.pass"));
    Ok(token)
}

/// Whose pass `token` is.
pub async fn lookup_auditor(tx: &mut Trace, ctx: &Ctx<'_>, token: &str) -> Result<Option<Auditor>, StoreError> {
    if token.len() != TOKEN_CHARS {
        return Ok(None);
    }
    store::auditor::lookup(tx, ctx.pepper.hash_code(KIND, token), ctx.now).await
}

/// Keys of all auditors who ever had a pass, for the policy that verifiers are given.
pub async fn list_auditors(tx: &mut Trace) -> Result<Vec<Auditor>, StoreError> {
    store::auditor::list(tx).await
}
