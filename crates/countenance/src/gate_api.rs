//! What gates ask of the server: claim, poll, frames, redeem. CBOR over signed requests, see `gate_core::wire`.
//!
//! INVARIANT: nothing is changed by a request whose signature, sequence or time does not hold.

mod claim;
mod frames;
mod poll;
mod redeem;
mod signed;
#[cfg(test)]
mod tests;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::post;
use countenance_gate_core::wire::{BODY_BYTES_MAX, PATH_CLAIM, PATH_FRAMES, PATH_POLL, PATH_REDEEM};

use crate::state::AppState;

/// A claim, a poll or a code is a few hundred bytes.
const SMALL_BODY_BYTES_MAX: usize = 16 * 1024;

pub(crate) fn router() -> Router<AppState> {
    let small = Router::new()
        .route(PATH_CLAIM, post(claim::claim))
        .route(PATH_POLL, post(poll::poll))
        .route(PATH_REDEEM, post(redeem::redeem))
        .layer(DefaultBodyLimit::max(SMALL_BODY_BYTES_MAX));
    let frames = Router::new()
        .route(PATH_FRAMES, post(frames::frames))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX));
    small.merge(frames)
}
