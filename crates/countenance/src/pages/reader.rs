//! Who reads the ledger: people of the site, and auditors and witnesses with a pass.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use countenance_base::SystemRng;
use countenance_persons::{Auditor, lookup_auditor};
use countenance_storage::StoreError;
use countenance_trace::Reader;

use super::session::{Desk, Resident};
use crate::state::AppState;

/// A resident, an operator, or who holds a pass.
#[derive(Debug)]
pub(crate) struct LedgerReader;

impl FromRequestParts<AppState> for LedgerReader {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        if bearer(&parts.headers).is_some() {
            return Pass::from_request_parts(parts, state).await.map(|_| Self);
        }
        if Desk::from_request_parts(parts, state).await.is_ok() {
            return Ok(Self);
        }
        match Resident::from_request_parts(parts, state).await {
            Ok(_) => Ok(Self),
            Err(refused) => Err(refused.into_response()),
        }
    }
}

/// Who holds a pass: `Authorization: Bearer …`.
#[derive(Debug)]
pub(crate) struct Pass(pub(crate) Auditor);

impl FromRequestParts<AppState> for Pass {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        match lookup(&parts.headers, state).await {
            Ok(Some(auditor)) => Ok(Self(auditor)),
            Ok(None) => Err((
                StatusCode::UNAUTHORIZED,
                "pass.none: make one on the server with `countenance auditor-pass`\n",
            )
                .into_response()),
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "database failed");
                Err(StatusCode::SERVICE_UNAVAILABLE.into_response())
            }
        }
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

async fn lookup(headers: &HeaderMap, state: &AppState) -> Result<Option<Auditor>, StoreError> {
    let Some(token) = bearer(headers) else { return Ok(None) };
    let mut rng = SystemRng;
    let mut tx = state.read(Reader::Machine).await?;
    lookup_auditor(&mut tx, &state.ctx(&mut rng), token).await
}
