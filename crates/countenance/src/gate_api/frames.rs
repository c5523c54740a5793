//! Journal frames come in.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use countenance_access::take_frames;
use countenance_gate_core::wire::{FRAMES_MAX, Frames, PATH_FRAMES};

use super::signed::{Refused, accept, answer, begin};
use crate::state::AppState;

pub(super) async fn frames(State(state): State<AppState>, headers: HeaderMap, body: Bytes) -> Result<Response, Refused> {
    let (signed, frames) = accept::<Frames>(&state, &headers, PATH_FRAMES, &body).await?;
    if frames.frames.len() > FRAMES_MAX {
        return Err(Refused::Body);
    }
    let (mut tx, gate) = begin(&state, &signed).await?;
    let taken = take_frames(&mut tx, &gate, &frames, state.now()).await?;
    // The gate may end its transit keys for what is acknowledged, so the answer goes out only once it is durable.
    tx.commit().await?;
    Ok(answer(state.site_key(), &signed.signature, &taken))
}
