//! The long poll: how a gate learns within a second of what changed, and the server of what is wrong there.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use countenance_access::{build_snapshot, lookup_gate, take_poll};
use countenance_base::{GateId, SystemRng};
use countenance_gate_core::wire::{PATH_POLL, Poll, PollAnswer};
use countenance_grant::Envelope;
use countenance_persons::epoch;
use countenance_storage::StoreError;
use countenance_trace::Reader;

use super::signed::{Refused, accept, answer, begin};
use crate::state::AppState;

/// Proxies cut what is silent for half a minute.
const WAIT_S_MAX: u8 = 25;

pub(super) async fn poll(State(state): State<AppState>, headers: HeaderMap, body: Bytes) -> Result<Response, Refused> {
    let (signed, poll) = accept::<Poll>(&state, &headers, PATH_POLL, &body).await?;
    let (mut tx, gate) = begin(&state, &signed).await?;
    let forked = take_poll(&mut tx, &gate, &poll, state.now()).await?;
    tx.commit().await?;
    wait_for_news(&state, &poll).await?;
    let (snapshot, acknowledged, forked_since) = news(&state, gate.id, poll.epoch).await?;
    let value = PollAnswer {
        snapshot,
        acknowledged,
        forked: forked || forked_since,
        now: state.now(),
    };
    Ok(answer(state.site_key(), &signed.signature, &value))
}

/// Returns when the epoch is above the gate's, when the time is up, or when the server is to end.
async fn wait_for_news(state: &AppState, poll: &Poll) -> Result<(), StoreError> {
    let wait = tokio::time::sleep(Duration::from_secs(u64::from(poll.wait_s.min(WAIT_S_MAX))));
    tokio::pin!(wait);
    // Subscribed before the epoch is read: a change in between is seen by one or the other.
    let mut announcements = state.db().announcements();
    loop {
        announcements.mark_unchanged();
        if present_epoch(state).await? > poll.epoch {
            return Ok(());
        }
        tokio::select! {
            () = &mut wait => return Ok(()),
            _ = announcements.changed() => {}
            () = state.closing() => return Ok(()),
        }
    }
}

async fn present_epoch(state: &AppState) -> Result<u64, StoreError> {
    let mut tx = state.read(Reader::Machine).await?;
    epoch(&mut tx).await
}

/// The snapshot when the gate's is older, the leaves held, and whether the gate is forked. A gate whose epoch is above ours (this
/// database is an older copy) keeps what it has: it would refuse a lower one, rightly.
async fn news(state: &AppState, gate: GateId, known: u64) -> Result<(Option<Envelope>, u64, bool), StoreError> {
    let mut tx = state.trace(Reader::Machine).await?;
    let gate = lookup_gate(&mut tx, gate).await?.ok_or(StoreError::Column { column: "id" })?;
    let mut snapshot = None;
    if epoch(&mut tx).await? > known {
        let mut rng = SystemRng;
        snapshot = Some(build_snapshot(&mut tx, &state.ctx(&mut rng), state.site_key(), &gate).await?);
        tx.commit().await?;
    }
    Ok((snapshot, gate.held.size, gate.forked_at.is_some()))
}
