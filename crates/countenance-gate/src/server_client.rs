//! Signed requests to the server, and answers checked against the pinned site key.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use countenance_base::{Clock, GateId};
use countenance_gate_core::wire::{
    ANSWER_DOMAIN, BODY_BYTES_MAX, HEADER_GATE, HEADER_SEQUENCE, HEADER_SIGNATURE, HEADER_TIME, REQUEST_DOMAIN, answer_bytes, request_bytes,
};
use countenance_grant::{PublicKey, Signature, SigningKey, decode_canonical, encode};
use tracing::debug;

/// Longer than the longest poll.
const TIMEOUT: Duration = Duration::from_secs(40);
/// Requests of one gate may overtake each other; the server then refuses the later-arriving lower sequence, and it is sent anew.
const TRIES: u32 = 4;

/// The server did not answer with something that holds.
#[derive(Debug, thiserror::Error)]
pub enum ServerFailed {
    #[error("server cannot be reached")]
    Unreachable(#[source] reqwest::Error),
    #[error("server answered {0}")]
    Status(u16),
    #[error("answer is not signed by the site key of this gate")]
    Signature,
    #[error("answer is not what was asked for")]
    Garbage,
}

/// A gate's line to its server.
pub struct ServerClient {
    http: reqwest::Client,
    base: String,
    gate: GateId,
    device: Arc<SigningKey>,
    site_key: Option<PublicKey>,
    sequence: AtomicU64,
    clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for ServerClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ServerClient({}, gate {})", self.base, self.gate)
    }
}

impl ServerClient {
    /// `site_key` is `None` only for the claim, whose answer brings the key to pin.
    pub fn new(
        base: &str,
        gate: GateId,
        device: Arc<SigningKey>,
        site_key: Option<PublicKey>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, ServerFailed> {
        let http = reqwest::Client::builder()
            .timeout(TIMEOUT)
            .no_proxy()
            .build()
            .map_err(ServerFailed::Unreachable)?;
        let first = u64::try_from(clock.now().0).unwrap_or(0);
        Ok(Self {
            http,
            base: base.trim_end_matches('/').to_owned(),
            gate,
            device,
            site_key,
            sequence: AtomicU64::new(first),
            clock,
        })
    }

    /// Posts `body` and reads the answer.
    ///
    /// # Errors
    /// Anything but a `200` with a canonical body under the pinned key.
    pub async fn post<B, A>(&self, path: &str, body: &B) -> Result<A, ServerFailed>
    where
        B: minicbor::Encode<()>,
        A: minicbor::Encode<()> + for<'b> minicbor::Decode<'b, ()>,
    {
        let body = encode(body);
        let mut last = ServerFailed::Garbage;
        for _ in 0..TRIES {
            match self.post_once(path, &body).await {
                Err(ServerFailed::Status(409)) => last = ServerFailed::Status(409),
                result => return result,
            }
        }
        Err(last)
    }

    async fn post_once<A>(&self, path: &str, body: &[u8]) -> Result<A, ServerFailed>
    where
        A: minicbor::Encode<()> + for<'b> minicbor::Decode<'b, ()>,
    {
        let now = self.clock.now();
        let claiming = self.site_key.is_none();
        let sequence = if claiming {
            0
        } else {
            self.sequence.fetch_add(1, Ordering::SeqCst)
        };
        let signature = self
            .device
            .sign(REQUEST_DOMAIN, &request_bytes("POST", path, body, self.gate, sequence, now));
        let answer = self
            .http
            .post(format!("{}{path}", self.base))
            .header("content-type", "application/cbor")
            .header(HEADER_GATE, self.gate.to_string())
            .header(HEADER_SEQUENCE, sequence.to_string())
            .header(HEADER_TIME, now.0.to_string())
            .header(HEADER_SIGNATURE, countenance_base::to_hex(&signature.0))
            .body(body.to_vec())
            .send()
            .await
            .map_err(ServerFailed::Unreachable)?;
        let status = answer.status().as_u16();
        let signed = answer
            .headers()
            .get(HEADER_SIGNATURE)
            .and_then(|value| value.to_str().ok())
            .and_then(countenance_base::from_hex);
        if answer.content_length().is_some_and(|length| length > BODY_BYTES_MAX as u64) {
            return Err(ServerFailed::Garbage);
        }
        let bytes = read_bounded(answer).await?;
        if status != 200 {
            debug!(status, path, "server refused a request");
            return Err(ServerFailed::Status(status));
        }
        if let Some(key) = &self.site_key {
            let signed = Signature(signed.ok_or(ServerFailed::Signature)?);
            key.verify(ANSWER_DOMAIN, &answer_bytes(&signature, status, &bytes), &signed)
                .map_err(|_| ServerFailed::Signature)?;
        }
        decode_canonical(&bytes).ok_or(ServerFailed::Garbage)
    }
}

/// The body, chunk by chunk: the stated length was checked, and where none is stated the end must not be the sender's choice.
async fn read_bounded(mut answer: reqwest::Response) -> Result<Vec<u8>, ServerFailed> {
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(ServerFailed::Unreachable)? {
        if bytes.len() + chunk.len() > BODY_BYTES_MAX {
            return Err(ServerFailed::Garbage);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}
