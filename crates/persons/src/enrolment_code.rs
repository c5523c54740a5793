//! A code that allows one enrolment: one person, one gate, one consent, minutes, once.

use std::time::Duration;

use countenance_base::{ConsentId, EnrolmentCodeId, GateId, GrantId, Timestamp};
use countenance_storage::StoreError;
use countenance_trace::Trace;

use crate::code::{ENROLMENT_CODE_CHARS, make_code, read_code};
use crate::consent::Consent;
use crate::store::consent::CodeRow;
use crate::{Ctx, raise_epoch, store};

const KIND: &str = "enrolment";
/// How long an ended code is kept, so that "used" and "expired" can be told from "unknown".
const KEPT: Duration = Duration::from_hours(30 * 24);

/// A fresh code; shown to its person and kept nowhere in the clear.
pub struct EnrolmentCode {
    pub code: String,
    pub gate: GateId,
    pub consent: ConsentId,
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for EnrolmentCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "EnrolmentCode(gate {})", self.gate)
    }
}

/// Why a code does not hold at this gate.
#[derive(Debug, thiserror::Error)]
pub enum CodeRefused {
    #[error("no such enrolment code")]
    Unknown,
    #[error("enrolment code was used already")]
    Used,
    #[error("enrolment code is too old or was replaced")]
    Expired,
    #[error("enrolment code is for another gate")]
    OtherGate,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl CodeRefused {
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "code.unknown",
            Self::Used => "code.used",
            Self::Expired => "code.expired",
            Self::OtherGate => "code.other_gate",
            Self::Store(_) => "store.failed",
        }
    }
}

/// Makes the code for a signed consent; the caller has asked the rulebook. An older code of this consent and gate ends.
pub async fn issue_code(tx: &mut Trace, ctx: &mut Ctx<'_>, consent: &Consent, gate: GateId) -> Result<EnrolmentCode, StoreError> {
    let code = make_code(ENROLMENT_CODE_CHARS, ctx.rng);
    let life = Duration::from_secs(u64::from(ctx.rulebook.parameters().enrolment_code_minutes) * 60);
    let row = CodeRow {
        id: EnrolmentCodeId::new(ctx.now, ctx.rng),
        person: consent.person,
        consent: consent.id,
        gate,
        expires_at: ctx.now.plus(life),
        used_at: None,
        ended_at: None,
    };
    store::consent::put_code(tx, &row, ctx.pepper.hash_code(KIND, &code), ctx.now).await?;
    Ok(EnrolmentCode {
        code,
        gate,
        consent: consent.id,
        expires_at: row.expires_at,
    })
}

/// A code that holds at this gate, and its consent. Not used yet.
#[derive(Debug)]
pub struct GoodCode {
    id: EnrolmentCodeId,
    pub consent: Consent,
}

/// Looks at a code that `gate` was shown.
pub async fn check_enrolment_code(tx: &mut Trace, ctx: &Ctx<'_>, gate: GateId, typed: &str) -> Result<GoodCode, CodeRefused> {
    let code = read_code(typed).ok_or(CodeRefused::Unknown)?;
    let row = store::consent::lookup_code(tx, ctx.pepper.hash_code(KIND, &code))
        .await?
        .ok_or(CodeRefused::Unknown)?;
    if row.gate != gate {
        return Err(CodeRefused::OtherGate);
    }
    if row.used_at.is_some() {
        return Err(CodeRefused::Used);
    }
    if row.ended_at.is_some() || ctx.now >= row.expires_at {
        return Err(CodeRefused::Expired);
    }
    let consent = store::consent::lookup(tx, row.consent)
        .await?
        .filter(|consent| consent.person == row.person);
    Ok(GoodCode {
        id: row.id,
        consent: consent.ok_or(CodeRefused::Unknown)?,
    })
}

/// Uses the code up for `grant`, in the transaction that mints it, and raises the epoch: the gate must have this person's match
/// grant before its receipt arrives, since it erases every template without one. Gives the new epoch.
pub async fn use_enrolment_code(tx: &mut Trace, ctx: &Ctx<'_>, code: &GoodCode, gate: GateId, grant: GrantId) -> Result<u64, CodeRefused> {
    match store::consent::use_code(tx, code.id, grant, ctx.now).await {
        Err(StoreError::Affected { .. }) => return Err(CodeRefused::Used),
        done => done?,
    }
    store::consent::note_redeemed(tx, code.consent.id, gate, ctx.now).await?;
    Ok(raise_epoch(tx).await?)
}

/// Removes codes that ended a month ago.
pub async fn forget_enrolment_codes(tx: &mut Trace, now: Timestamp) -> Result<u64, StoreError> {
    store::consent::forget_codes(tx, now.minus(KEPT)).await
}
