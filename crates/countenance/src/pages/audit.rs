//! What auditors bring and what monitors ask: promises, samples, seals, counts. Plain text and JSON; no page.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countenance_access::{count_frames, list_gates};
use countenance_base::{DestructionId, Month, SystemRng, from_hex};
use countenance_destruction::{Certificate, PromiseError, Sample, keep_promise, keep_sample, lookup_destruction};
use countenance_gate_core::journal::LeafClass;
use countenance_persons::count_rows;
use countenance_storage::StoreError;
use countenance_tlog::{Note, NoteKey};
use countenance_trace::{Reader, count_leaves};
use serde_json::{Value, json};

use super::reader::{LedgerReader, Pass};
use crate::state::AppState;

/// Months of public counts.
const MONTHS: u32 = 12;

fn failed(error: &StoreError) -> Response {
    tracing::error!(error = error as &dyn std::error::Error, "database failed");
    StatusCode::SERVICE_UNAVAILABLE.into_response()
}

fn refused(status: StatusCode, words: &str) -> Response {
    (status, format!("{words}\n")).into_response()
}

/// The hash of a nonce, 64 hexadecimal digits, before anything is destroyed under it.
pub(crate) async fn promise(Pass(auditor): Pass, State(state): State<AppState>, body: String) -> Response {
    let Some(hash) = from_hex(body.trim()) else {
        return refused(StatusCode::BAD_REQUEST, "promise.form: send the nonce's SHA-256 in hexadecimal");
    };
    match take_promise(&state, &auditor.name, hash).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(PromiseError::Known) => refused(StatusCode::CONFLICT, "promise.known: this nonce was promised before; make another"),
        Err(PromiseError::Store(error)) => failed(&error),
    }
}

async fn take_promise(state: &AppState, auditor: &str, hash: [u8; 32]) -> Result<(), PromiseError> {
    let mut rng = SystemRng;
    let mut tx = state.trace(Reader::Machine).await?;
    keep_promise(&mut tx, &state.ctx(&mut rng), auditor, hash).await?;
    Ok(tx.commit().await?)
}

/// The auditor's signed sample of one destruction.
pub(crate) async fn sample(Pass(auditor): Pass, State(state): State<AppState>, Path(id): Path<String>, body: String) -> Response {
    let key = auditor.key.as_deref().and_then(NoteKey::parse);
    let (Some(key), Ok(id)) = (key, id.parse::<DestructionId>()) else {
        return refused(
            StatusCode::BAD_REQUEST,
            "sample.key: this pass was made without the key that signs samples",
        );
    };
    match take_sample(&state, id, &body, &key).await {
        Ok(Ok(())) => StatusCode::NO_CONTENT.into_response(),
        Ok(Err(words)) => refused(StatusCode::UNPROCESSABLE_ENTITY, words),
        Err(error) => failed(&error),
    }
}

/// Signed by this pass's key, about this certificate, and following from the promise: otherwise why not.
async fn take_sample(state: &AppState, id: DestructionId, note: &str, key: &NoteKey) -> Result<Result<(), &'static str>, StoreError> {
    let mut tx = state.trace(Reader::Machine).await?;
    let destruction = lookup_destruction(&mut tx, id).await?;
    let signed = destruction.and_then(|destruction| Note::parse(&destruction.certificate?).ok());
    let Some(certificate) = signed.as_ref().and_then(|signed| Certificate::parse(signed.text())) else {
        return Ok(Err("sample.unknown: there is no such certificate yet"));
    };
    let Some((sample, _)) = Sample::open(note, std::slice::from_ref(key)) else {
        return Ok(Err("sample.signature: this is no sample, or not signed by this pass's key"));
    };
    let text = signed.as_ref().map(Note::text).unwrap_or_default();
    let Some((_, promise)) = certificate.promise else {
        return Ok(Err("sample.promise: no nonce was promised before this destruction was ordered"));
    };
    if sample.certificate != Certificate::hash(text) || !sample.follows(&promise, (certificate.copies.0, &certificate.copies.1)) {
        return Ok(Err("sample.choice: nonce, seed or choice are not those that the promise demands"));
    }
    if !keep_sample(&mut tx, id, note).await? {
        return Ok(Err("sample.kept: a sample of this destruction is kept already"));
    }
    tx.commit().await?;
    Ok(Ok(()))
}

/// What each gate signed last about its journal.
pub(crate) async fn seals(_: LedgerReader, State(state): State<AppState>) -> Response {
    match list_seals(&state).await {
        Ok(seals) => Json(seals).into_response(),
        Err(error) => failed(&error),
    }
}

async fn list_seals(state: &AppState) -> Result<Value, StoreError> {
    let mut tx = state.read(Reader::Machine).await?;
    let gates = list_gates(&mut tx).await?;
    let seal = |gate: &countenance_access::Gate| {
        let (seal, at) = (gate.seal.as_ref()?, gate.sealed_at?);
        Some(json!({ "gate": gate.id.0, "at": at.0, "seal": STANDARD.encode(seal), "lost": gate.lost_at.is_some() }))
    };
    Ok(Value::Array(gates.iter().filter_map(seal).collect()))
}

/// How many rows there are of what leaves speak of: rows that came or went without a leaf show here.
pub(crate) async fn rows(_: Pass, State(state): State<AppState>) -> Response {
    match all_rows(&state).await {
        Ok(rows) => Json(rows).into_response(),
        Err(error) => failed(&error),
    }
}

async fn all_rows(state: &AppState) -> Result<Value, StoreError> {
    let mut tx = state.read(Reader::Machine).await?;
    let frames: Vec<Value> = count_frames(&mut tx)
        .await?
        .into_iter()
        .map(|(writer, count)| json!({ "writer": writer.0, "frames": count }))
        .collect();
    let mut rows = serde_json::Map::new();
    for (table, count) in count_rows(&mut tx).await? {
        rows.insert(table.to_owned(), count.into());
    }
    Ok(json!({ "frames": frames, "rows": rows }))
}

/// For everybody: how many entries of each kind a month has. Entries that fill up a stretch count as passages.
pub(crate) async fn counts(State(state): State<AppState>) -> Response {
    match months(&state).await {
        Ok(months) => Json(months).into_response(),
        Err(error) => failed(&error),
    }
}

async fn months(state: &AppState) -> Result<Value, StoreError> {
    let mut tx = state.read(Reader::Machine).await?;
    let this = state.now().month();
    let mut months = Vec::new();
    for month in (this.0.saturating_sub(MONTHS - 1)..=this.0).map(Month) {
        let mut leaves = serde_json::Map::new();
        for class in LeafClass::ALL {
            let count = count_leaves(&mut tx, class, month.begin(), Month(month.0 + 1).begin()).await?;
            if count > 0 {
                leaves.insert(class.word().to_owned(), count.into());
            }
        }
        if !leaves.is_empty() {
            months.push(json!({ "month": month.to_string(), "entries": leaves }));
        }
    }
    Ok(Value::Array(months))
}
