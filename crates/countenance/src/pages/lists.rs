//! What a person's browser finds their own entries with: lists of tags, bundles of sealed records, and who writes. All of it is the
//! same for everybody who is signed in; which entries are whose is found out in the browser.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use countenance_access::{list_doors, list_gates};
use countenance_base::{GateId, to_hex};
use countenance_storage::StoreError;
use countenance_tlog::TILE_WIDTH;
use countenance_trace::{TagList, read_tags, sealed_records, tag_lists};
use serde::Serialize;

use super::reader::LedgerReader;
use crate::state::AppState;

#[derive(Serialize)]
struct Listed {
    number: u64,
    first: u64,
    past: u64,
    sha256: String,
    /// Of the server's own leaf that commits to the list.
    sequence: u64,
    /// Microseconds since 1970.
    made_at: i64,
}

impl From<TagList> for Listed {
    fn from(list: TagList) -> Self {
        Self {
            number: list.number,
            first: list.first,
            past: list.past,
            sha256: to_hex(&list.sha256),
            sequence: list.sequence,
            made_at: list.made_at.0,
        }
    }
}

/// All lists, the oldest first.
pub(crate) async fn tags(_: LedgerReader, State(state): State<AppState>) -> Response {
    answer(all_lists(&state).await.map(|lists| {
        let listed: Vec<Listed> = lists.into_iter().map(Listed::from).collect();
        Json(listed).into_response()
    }))
}

async fn all_lists(state: &AppState) -> Result<Vec<TagList>, StoreError> {
    tag_lists(&mut state.db().read().await?).await
}

/// The rows of one list. They never change, so a browser keeps them.
pub(crate) async fn tag_rows(_: LedgerReader, State(state): State<AppState>, Path(number): Path<u64>) -> Response {
    answer(rows_of(&state, number).await.map(|rows| {
        let kept = [
            (header::CONTENT_TYPE, "application/octet-stream"),
            (header::CACHE_CONTROL, "private, max-age=31536000, immutable"),
        ];
        rows.map_or_else(|| StatusCode::NOT_FOUND.into_response(), |rows| (kept, rows).into_response())
    }))
}

async fn rows_of(state: &AppState, number: u64) -> Result<Option<Vec<u8>>, StoreError> {
    let mut tx = state.db().read().await?;
    let list = tag_lists(&mut tx).await?.into_iter().find(|list| list.number == number);
    match list {
        Some(list) => Ok(Some(read_tags(&mut tx, list.first, list.past).await?)),
        None => Ok(None),
    }
}

/// The sealed records of 256 entries, by place. Each opens for the person whom it is about; nobody says here who that is.
pub(crate) async fn records(_: LedgerReader, State(state): State<AppState>, Path(bundle): Path<u64>) -> Response {
    answer(records_of(&state, bundle).await.map(|records| {
        if records.is_empty() {
            return StatusCode::NOT_FOUND.into_response();
        }
        Json(records).into_response()
    }))
}

async fn records_of(state: &AppState, bundle: u64) -> Result<BTreeMap<u64, String>, StoreError> {
    // A bundle beyond all places is one that nothing was placed in.
    let (Some(first), Some(past)) = (bundle.checked_mul(TILE_WIDTH), bundle.saturating_add(1).checked_mul(TILE_WIDTH)) else {
        return Ok(BTreeMap::new());
    };
    if i64::try_from(past).is_err() {
        return Ok(BTreeMap::new());
    }
    let mut tx = state.db().read().await?;
    let records = sealed_records(&mut tx, first, past).await?;
    Ok(records
        .into_iter()
        .map(|(place, record)| (place, BASE64_STANDARD.encode(record)))
        .collect())
}

/// Who writes into the ledger: gates with their doors' names, and the server itself.
#[derive(Serialize)]
struct WriterView {
    gate: u64,
    zh: String,
    en: String,
}

pub(crate) async fn writers(_: LedgerReader, State(state): State<AppState>) -> Response {
    answer(all_writers(&state).await.map(|writers| Json(writers).into_response()))
}

async fn all_writers(state: &AppState) -> Result<Vec<WriterView>, StoreError> {
    let mut tx = state.db().read().await?;
    let doors = list_doors(&mut tx).await?;
    let gates = list_gates(&mut tx).await?;
    let gates = gates.into_iter().map(|gate| {
        let door = doors.iter().find(|door| door.id == gate.door);
        let (zh, en) = door.map(|door| (door.name.zh.clone(), door.name.en.clone())).unwrap_or_default();
        WriterView { gate: gate.id.0, zh, en }
    });
    // The server has no door.
    let server = WriterView {
        gate: GateId::SERVER.0,
        zh: String::new(),
        en: String::new(),
    };
    Ok([server].into_iter().chain(gates).collect())
}

fn answer(made: Result<Response, StoreError>) -> Response {
    made.unwrap_or_else(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "database failed");
        StatusCode::SERVICE_UNAVAILABLE.into_response()
    })
}
