//! An enrolment code becomes an enrol grant, once.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use countenance_access::redeem_code;
use countenance_base::SystemRng;
use countenance_gate_core::wire::{PATH_REDEEM, Redeem, Redeemed};

use super::signed::{Refused, accept, answer, begin};
use crate::state::AppState;

pub(super) async fn redeem(State(state): State<AppState>, headers: HeaderMap, body: Bytes) -> Result<Response, Refused> {
    let mut rng = SystemRng;
    let (signed, redeem) = accept::<Redeem>(&state, &headers, PATH_REDEEM, &body).await?;
    let (mut tx, gate) = begin(&state, &signed).await?;
    let redeemed = redeem_code(&mut tx, &mut state.ctx(&mut rng), state.site_key(), &gate, &redeem.code).await?;
    tx.commit().await?;
    if let Redeemed::Refused(code) = &redeemed {
        tracing::info!(gate.id = gate.id.0, code, "an enrolment code was refused");
    }
    Ok(answer(state.site_key(), &signed.signature, &redeemed))
}
