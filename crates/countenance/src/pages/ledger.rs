//! The ledger for who checks it: checkpoint and policy for everybody, tiles and proofs for who is signed in.

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use countenance_access::{leaf_place, sealed_frame};
use countenance_base::{GateId, from_hex};
use countenance_gate_core::journal::{Leaf, RawLeaf, read_opened};
use countenance_trace::sealed_records;

use super::error::{PageError, Trouble};
use super::reader::LedgerReader;
use super::session::{Guest, Resident};
use crate::ledger::{policy_text, prove, with};
use crate::state::AppState;

/// The newest checkpoint that enough witnesses have seen.
pub(crate) async fn checkpoint(State(state): State<AppState>) -> Response {
    let published = state.ledger().and_then(|handle| handle.published.borrow().clone());
    published.map_or_else(
        || StatusCode::NOT_FOUND.into_response(),
        |published| text(published.note.to_string()),
    )
}

/// Whom to trust about it.
pub(crate) async fn policy(State(state): State<AppState>) -> Response {
    let Some(handle) = state.ledger() else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match policy_text(&state, handle).await {
        Ok(policy) => text(policy),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "database failed");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

fn text(body: String) -> Response {
    (
        [
            (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
            (header::CACHE_CONTROL, "no-store"),
        ],
        body,
    )
        .into_response()
}

/// A tile or a bundle, for who may read the ledger: entries hold nothing personal, but their times and number say how busy a door is.
pub(crate) async fn tile(_: LedgerReader, State(state): State<AppState>, Path(path): Path<String>) -> Response {
    let Some(handle) = state.ledger() else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let found = with(&handle.ledger, move |ledger| {
        Ok(ledger.tile(&path).and_then(|path| std::fs::read(path).ok()))
    })
    .await;
    match found {
        Ok(Some(bytes)) => ([(header::CONTENT_TYPE, "application/octet-stream")], bytes).into_response(),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// The proof that one entry of a gate's journal is in the ledger, as a file that is checked without this server.
pub(crate) async fn proof(resident: Resident, State(state): State<AppState>, Path((gate, sequence)): Path<(u64, u64)>) -> Response {
    match make_proof(&state, GateId(gate), sequence).await {
        Ok(Some(file)) => proof_file(gate, sequence, file),
        Ok(None) => PageError::new(resident.frame, "ledger.waits").into_response(),
        Err(trouble) => PageError::of(resident.frame, &trouble).into_response(),
    }
}

/// The same for who holds a gate's receipt, without signing in: whoever knows the leaf's hash has it from the gate, or may read the ledger
/// anyway.
pub(crate) async fn receipt_proof(
    guest: Guest,
    State(state): State<AppState>,
    Path((gate, sequence, leaf)): Path<(u64, u64, String)>,
) -> Response {
    match proof_of_receipt(&state, GateId(gate), sequence, &leaf).await {
        Ok(Some(file)) => proof_file(gate, sequence, file),
        Ok(None) => PageError::new(guest.frame, "ledger.waits").into_response(),
        Err(trouble) => PageError::of(guest.frame, &trouble).into_response(),
    }
}

/// Another leaf in that place is answered as if none had come: how many entries a gate has is nobody's to ask.
async fn proof_of_receipt(state: &AppState, gate: GateId, sequence: u64, hash: &str) -> Result<Option<String>, Trouble> {
    let mut tx = state.db().read().await?;
    let frame = sealed_frame(&mut tx, gate, sequence).await?;
    drop(tx);
    let leaf = frame.and_then(|(leaf, _)| Leaf::from_bytes(&leaf.0));
    match leaf.filter(|leaf| from_hex(hash) == Some(leaf.entry_hash())) {
        Some(_) => make_proof(state, gate, sequence).await,
        None => Ok(None),
    }
}

fn proof_file(gate: u64, sequence: u64, file: String) -> Response {
    let name = format!("attachment; filename=\"gate-{gate}-entry-{sequence}.tlog-proof\"");
    (
        [
            (header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
            (header::CONTENT_DISPOSITION, name),
        ],
        file,
    )
        .into_response()
}

/// `None` while the entry, or enough witnesses, are still awaited.
async fn make_proof(state: &AppState, gate: GateId, sequence: u64) -> Result<Option<String>, Trouble> {
    let Some(handle) = state.ledger() else { return Ok(None) };
    let mut tx = state.db().read().await?;
    let Some((leaf, place)) = leaf_place(&mut tx, gate, sequence).await? else {
        return Ok(None);
    };
    let kept = sealed_records(&mut tx, place, place.saturating_add(1)).await?;
    drop(tx);
    let leaf: RawLeaf = leaf.try_into().map(RawLeaf).map_err(|_| Trouble::Code("internal"))?;
    let opened = kept.into_iter().find_map(|(_, record)| opened_for_all(&leaf, record));
    prove(handle, leaf, place, opened)
        .await
        .map_err(|_| Trouble::Code("ledger.stopped"))
}

/// What is kept beside the leaf, where it is for everybody: a sealed record is nobody's here.
fn opened_for_all(leaf: &RawLeaf, kept: Vec<u8>) -> Option<Vec<u8>> {
    let commitment = Leaf::from_bytes(&leaf.0)?.commitment;
    let record = read_opened(&kept, &commitment)?;
    record.is_open().then_some(kept)
}
