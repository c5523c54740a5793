//! From a code typed at a device to a gate with a key of its own.

use std::time::Duration;

use countenance_base::{DoorId, GateId, Timestamp};
use countenance_gate_core::journal::RecordKind;
use countenance_gate_core::wire::{Claim, Claimed};
use countenance_persons::{Ctx, make_code, print_code, raise_epoch, read_code};
use countenance_storage::{StoreError, Tx};
use countenance_trace::{Event, Trace};

use crate::{lookup_door, store};

/// 60 bits for an installer's day.
const CODE_CHARS: usize = 12;
const CODE_LIFE: Duration = Duration::from_hours(24);
const KIND: &str = "gate-claim";

/// A fresh gate claim code, shown once.
pub struct GateCode {
    pub gate: GateId,
    /// `ABCD-EFGH-JKLM`.
    pub code: String,
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for GateCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "GateCode(gate {})", self.gate)
    }
}

/// Why no code was made.
#[derive(Debug, thiserror::Error)]
pub enum GateCodeError {
    #[error("no such door")]
    UnknownDoor,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl GateCodeError {
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnknownDoor => "door.unknown",
            Self::Store(_) => "store.failed",
        }
    }
}

/// Makes a claim code for the door's gate. A gate whose code nobody used keeps its number; a claimed one stays as it is until the
/// new code is used, and then the new device is a **new gate**: consents name gates, so nobody's template moves by a claim.
pub async fn make_gate_code(tx: &mut Tx, ctx: &mut Ctx<'_>, door: DoorId) -> Result<GateCode, GateCodeError> {
    lookup_door(tx, door).await?.ok_or(GateCodeError::UnknownDoor)?;
    let code = make_code(CODE_CHARS, ctx.rng);
    let expires_at = ctx.now.plus(CODE_LIFE);
    let hash = ctx.pepper.hash_code(KIND, &code);
    let gate = match store::gate::lookup_unclaimed(tx, door).await? {
        Some(gate) => {
            store::gate::set_claim_code(tx, gate, hash, expires_at).await?;
            gate
        }
        None => store::gate::insert(tx, door, hash, expires_at).await?,
    };
    Ok(GateCode {
        gate,
        code: print_code(&code),
        expires_at,
    })
}

/// Why a device was not taken as a gate.
#[derive(Debug, thiserror::Error)]
pub enum ClaimGateError {
    #[error("gate claim code is unknown, used or too old")]
    Code,
    #[error("this device key belongs to a gate already")]
    KeyKnown,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ClaimGateError {
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Code => "claim.code",
            Self::KeyKnown => "claim.key_known",
            Self::Store(_) => "store.failed",
        }
    }
}

/// Binds the device's key. The caller has checked that the request was signed by that key.
pub async fn claim_gate(tx: &mut Trace, ctx: &Ctx<'_>, claim: &Claim) -> Result<Claimed, ClaimGateError> {
    let code = read_code(&claim.code).ok_or(ClaimGateError::Code)?;
    if store::gate::device_key_known(tx, claim.device_key).await? {
        return Err(ClaimGateError::KeyKnown);
    }
    let hash = ctx.pepper.hash_code(KIND, &code);
    let gate = store::gate::claim(tx, hash, claim, ctx.now).await?.ok_or(ClaimGateError::Code)?;
    raise_epoch(tx).await?;
    tx.leave(Event::site(RecordKind::Changed, format!("gate.claimed {gate}")));
    Ok(Claimed {
        site: ctx.site.id,
        gate,
        site_key: ctx.site.public_key,
    })
}
