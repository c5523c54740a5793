//! Destructions go on by themselves, once a second: events that are over end, what no gate holds any more ends here too, what witnesses
//! have seen is certified, and an authority is asked for a time stamp.

use std::time::Duration;

use countenance_base::{DestructionId, SystemRng, rng};
use countenance_destruction::{
    Certificate, CertifyError, FinishError, OrderError, Scope, Stage, StampRefused, certify, finish_destruction, keep_stamp,
    list_destructions, list_unfinished, order_destruction, read_stamp, stamp_request, standing,
};
use countenance_persons::{epoch, list_events_over};
use countenance_storage::StoreError;
use countenance_tlog::{Checkpoint, Note, NoteSigner};
use countenance_trace::{Ink, Reader, Writer};
use tokio::sync::Mutex;

use super::Published;
use crate::state::AppState;

/// An authority that keeps the ledger waiting longer is asked again later.
const PATIENCE: Duration = Duration::from_secs(10);

/// A time-stamping authority.
#[derive(Debug, Clone)]
pub(crate) struct Authority {
    pub(crate) url: String,
    /// With which its tokens are checked, handed on with every certificate.
    pub(crate) certificates: Option<String>,
}

/// Why a destruction did not go on in this round.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DestroyError {
    #[error(transparent)]
    Order(#[from] OrderError),
    #[error(transparent)]
    Finish(#[from] FinishError),
    #[error(transparent)]
    Certify(#[from] CertifyError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the time-stamping authority did not answer")]
    Authority(#[from] reqwest::Error),
    #[error(transparent)]
    Stamp(#[from] StampRefused),
}

/// What destructions go on with.
pub(crate) struct Destroyer {
    /// Signs certificates.
    pub(crate) operator: NoteSigner,
    pub(crate) authority: Option<Authority>,
    pub(crate) http: reqwest::Client,
}

impl Destroyer {
    pub(crate) async fn go_on(&self, state: &AppState, writer: &Mutex<Writer>, published: Option<&Published>) -> Result<(), DestroyError> {
        end_events(state).await?;
        for (id, _) in list_unfinished(&mut state.read(Reader::Machine).await?).await? {
            if standing(&mut state.read(Reader::Machine).await?, id).await?.is_empty() {
                finish(state, writer, id).await?;
            }
        }
        self.certify(state, published).await?;
        self.stamp(state).await
    }

    async fn certify(&self, state: &AppState, published: Option<&Published>) -> Result<(), DestroyError> {
        let waits = |stage| stage == Stage::Destroyed;
        let mut tx = state.read(Reader::Machine).await?;
        if !list_destructions(&mut tx)
            .await?
            .iter()
            .any(|destruction| waits(destruction.stage()))
        {
            return Ok(());
        }
        drop(tx);
        let Some(checkpoint) = published.and_then(|published| Checkpoint::parse(published.note.text())) else {
            return Ok(());
        };
        let mut rng = SystemRng;
        let ctx = state.ctx(&mut rng);
        let mut tx = state.trace(Reader::Machine).await?;
        let count = certify(&mut tx, &ctx, &self.operator, (checkpoint.size, checkpoint.root)).await?;
        tx.commit().await?;
        if count > 0 {
            tracing::info!(count, "a destruction is certified");
        }
        Ok(())
    }

    /// One certificate a round: an authority that is slow or gone keeps nothing else waiting for long.
    async fn stamp(&self, state: &AppState) -> Result<(), DestroyError> {
        let Some(authority) = &self.authority else { return Ok(()) };
        let all = list_destructions(&mut state.read(Reader::Machine).await?).await?;
        let unstamped = all.into_iter().find_map(|destruction| {
            let note = destruction.certificate.filter(|_| destruction.stamp.is_none())?;
            Some((destruction.id, note))
        });
        let Some((id, note)) = unstamped else { return Ok(()) };
        let Ok(note) = Note::parse(&note) else { return Ok(()) };
        let hash = Certificate::hash(note.text());
        let nonce = u64::from_be_bytes(rng::bytes(&mut SystemRng));
        let Some(request) = stamp_request(&hash, nonce) else {
            return Ok(());
        };
        let answer = self
            .http
            .post(&authority.url)
            .header("content-type", "application/timestamp-query")
            .timeout(PATIENCE)
            .body(request)
            .send()
            .await?
            .error_for_status()?;
        let token = read_stamp(&answer.bytes().await?, &hash, nonce)?;
        let mut tx = state.trace(Reader::Machine).await?;
        keep_stamp(&mut tx, id, &token).await?;
        Ok(tx.commit().await?)
    }
}

async fn end_events(state: &AppState) -> Result<(), DestroyError> {
    let over = list_events_over(&mut state.read(Reader::Machine).await?, state.now()).await?;
    for purpose in over {
        let mut rng = SystemRng;
        let mut tx = state.trace(Reader::Machine).await?;
        order_destruction(&mut tx, &mut state.ctx(&mut rng), Scope::Event(purpose)).await?;
        tx.commit().await?;
        tracing::info!("an event is over and ends");
    }
    Ok(())
}

async fn finish(state: &AppState, writer: &Mutex<Writer>, id: DestructionId) -> Result<(), DestroyError> {
    let mut writer = writer.lock().await;
    let mut rng = SystemRng;
    let mut ctx = state.ctx(&mut rng);
    let mut tx = state.trace(Reader::Machine).await?;
    let ink = Ink {
        evidence_key: state.site().evidence_key,
        policy: epoch(&mut tx).await?,
        demo: state.demo(),
        now: state.now(),
    };
    finish_destruction(&mut tx, &mut ctx, &mut writer, ink, id).await?;
    tx.commit().await?;
    tracing::info!("a destruction ended at the server, too");
    Ok(state.db().sweep().await?)
}
