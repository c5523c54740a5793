//! Signed requests in, signed answers out.

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use countenance_access::{Gate, lookup_gate, take_sequence};
use countenance_base::{GateId, Timestamp, from_hex, to_hex};
use countenance_gate_core::wire::{
    ANSWER_DOMAIN, HEADER_GATE, HEADER_SEQUENCE, HEADER_SIGNATURE, HEADER_TIME, REQUEST_DOMAIN, answer_bytes, request_bytes,
};
use countenance_grant::{PublicKey, Signature, SigningKey, decode_canonical, encode};
use countenance_storage::StoreError;
use countenance_trace::{Reader, Trace};

use crate::state::AppState;

/// How far a gate's clock may stand off ours.
const CLOCK_TOLERANCE: Duration = Duration::from_mins(5);

/// A gate's request was not taken. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    #[error("request headers are missing or malformed")]
    Headers,
    #[error("body is not what this address takes")]
    Body,
    #[error("no such gate, or its signature does not hold")]
    Signature,
    #[error("gate clock is more than five minutes off")]
    Time,
    #[error("request was sent before, or overtaken by a later one")]
    Sequence,
    #[error("claim was refused: {0}")]
    Claim(&'static str),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Refused {
    const fn status(&self) -> StatusCode {
        match self {
            Self::Headers | Self::Body => StatusCode::BAD_REQUEST,
            Self::Signature | Self::Time => StatusCode::UNAUTHORIZED,
            Self::Claim(_) => StatusCode::FORBIDDEN,
            Self::Sequence => StatusCode::CONFLICT,
            Self::Store(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    const fn code(&self) -> &'static str {
        match self {
            Self::Headers => "request.headers",
            Self::Body => "request.body",
            Self::Signature => "request.signature",
            Self::Time => "request.time",
            Self::Sequence => "request.sequence",
            Self::Claim(code) => code,
            Self::Store(_) => "store.failed",
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        if let Self::Store(error) = &self {
            tracing::error!(error = error as &dyn std::error::Error, "a gate's request failed in the store");
        } else {
            tracing::info!(code = self.code(), "a gate's request was refused");
        }
        (self.status(), self.code()).into_response()
    }
}

/// The signed headers of a request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Signed {
    pub(crate) gate: GateId,
    pub(crate) sequence: u64,
    pub(crate) time: Timestamp,
    pub(crate) signature: Signature,
}

impl Signed {
    pub(crate) fn read(headers: &HeaderMap) -> Result<Self, Refused> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).ok_or(Refused::Headers);
        Ok(Self {
            gate: text(HEADER_GATE)?.parse().map_err(|_| Refused::Headers)?,
            sequence: text(HEADER_SEQUENCE)?.parse().map_err(|_| Refused::Headers)?,
            time: Timestamp(text(HEADER_TIME)?.parse().map_err(|_| Refused::Headers)?),
            signature: Signature(from_hex(text(HEADER_SIGNATURE)?).ok_or(Refused::Headers)?),
        })
    }

    /// Checks the signature by `key` over this very request, and its time.
    pub(crate) fn check(&self, key: &PublicKey, path: &str, body: &[u8], now: Timestamp) -> Result<(), Refused> {
        let message = request_bytes("POST", path, body, self.gate, self.sequence, self.time);
        key.verify(REQUEST_DOMAIN, &message, &self.signature)
            .map_err(|_| Refused::Signature)?;
        if self.time.since(now) > CLOCK_TOLERANCE || now.since(self.time) > CLOCK_TOLERANCE {
            return Err(Refused::Time);
        }
        Ok(())
    }
}

/// A request whose signature and time hold, read without the writer: whoever cannot sign cannot keep it busy.
pub(crate) async fn accept<T>(state: &AppState, headers: &HeaderMap, path: &str, body: &[u8]) -> Result<(Signed, T), Refused>
where
    T: minicbor::Encode<()> + for<'b> minicbor::Decode<'b, ()>,
{
    let signed = Signed::read(headers)?;
    let gate = lookup_gate(&mut state.db().read().await?, signed.gate)
        .await?
        .ok_or(Refused::Signature)?;
    let key = gate.device_key.ok_or(Refused::Signature)?;
    signed.check(&key, path, body, state.now())?;
    let value = decode_canonical(body).ok_or(Refused::Body)?;
    Ok((signed, value))
}

/// Begins the request's one transaction: its sequence is taken in it and counts once it commits.
pub(crate) async fn begin(state: &AppState, signed: &Signed) -> Result<(Trace, Gate), Refused> {
    let now = state.now();
    let mut tx = state.trace(Reader::Machine).await?;
    let gate = lookup_gate(&mut tx, signed.gate).await?.ok_or(Refused::Signature)?;
    if !take_sequence(&mut tx, &gate, signed.sequence, now).await? {
        return Err(Refused::Sequence);
    }
    Ok((
        tx,
        Gate {
            last_seen_at: Some(now),
            ..gate
        },
    ))
}

/// `value` signed by the site key for this one request.
pub(crate) fn answer<T: minicbor::Encode<()>>(key: &SigningKey, request: &Signature, value: &T) -> Response {
    let body = encode(value);
    let signature = key.sign(ANSWER_DOMAIN, &answer_bytes(request, StatusCode::OK.as_u16(), &body));
    let headers = [
        (header::CONTENT_TYPE.as_str(), "application/cbor".to_owned()),
        (HEADER_SIGNATURE, to_hex(&signature.0)),
    ];
    (StatusCode::OK, headers, Body::from(body)).into_response()
}
