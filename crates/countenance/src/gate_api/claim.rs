//! A device becomes a gate.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use countenance_access::{ClaimGateError, claim_gate};
use countenance_base::{GateId, SystemRng};
use countenance_gate_core::wire::{Claim, PATH_CLAIM};
use countenance_grant::decode_canonical;
use countenance_trace::Reader;

use super::signed::{Refused, Signed, answer};
use crate::state::AppState;

pub(super) async fn claim(State(state): State<AppState>, headers: HeaderMap, body: Bytes) -> Result<Response, Refused> {
    let signed = Signed::read(&headers)?;
    let claim: Claim = decode_canonical(&body).ok_or(Refused::Body)?;
    // The device has no number yet; that it holds the key is all it can prove.
    if signed.gate != GateId(0) || signed.sequence != 0 {
        return Err(Refused::Headers);
    }
    signed.check(&claim.device_key, PATH_CLAIM, &body, state.now())?;
    if claim.demo && !state.demo() {
        return Err(Refused::Claim("claim.demo"));
    }
    let mut rng = SystemRng;
    let mut tx = state.trace(Reader::Machine).await?;
    let claimed = match claim_gate(&mut tx, &state.ctx(&mut rng), &claim).await {
        Ok(claimed) => claimed,
        Err(ClaimGateError::Store(error)) => return Err(error.into()),
        Err(refused) => return Err(Refused::Claim(refused.code())),
    };
    tx.commit().await?;
    tracing::info!(gate.id = claimed.gate.0, demo = claim.demo, "a gate was claimed");
    Ok(answer(state.site_key(), &signed.signature, &claimed))
}
