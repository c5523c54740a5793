//! An auditor's promise: the hash of a nonce, kept and logged before anything is destroyed under it.

use countenance_gate_core::journal::RecordKind;
use countenance_persons::Ctx;
use countenance_storage::StoreError;
use countenance_trace::{Event, Trace};

use crate::sample::promise_words;
use crate::store;

/// Why a promise was not kept.
#[derive(Debug, thiserror::Error)]
pub enum PromiseError {
    #[error("this nonce was promised before")]
    Known,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl PromiseError {
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Known => "promise.known",
            Self::Store(_) => "store.failed",
        }
    }
}

/// Keeps the hash of an auditor's nonce; the next destruction that is ordered is sampled with it.
pub async fn keep_promise(tx: &mut Trace, ctx: &Ctx<'_>, auditor: &str, hash: [u8; 32]) -> Result<(), PromiseError> {
    if store::put_promise(tx, hash, auditor, ctx.now).await? == 0 {
        return Err(PromiseError::Known);
    }
    tx.leave(Event::site(RecordKind::NoncePromised, promise_words(&hash)));
    Ok(())
}
