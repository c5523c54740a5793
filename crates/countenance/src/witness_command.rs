//! `countenance witness`: cosigns other sites' checkpoints (C2SP tlog-witness).

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use anyhow::Context as _;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use countenance_base::{Clock as _, SystemClock, SystemRng};
use countenance_ledger::{Witness, WitnessRefused};
use countenance_tlog::NoteKey;
use serde_json::json;

/// Far above 63 lines of proof and a checkpoint with many signatures.
const BODY_BYTES_MAX: usize = 128 * 1024;

#[derive(Debug, clap::Args)]
pub(crate) struct WitnessArguments {
    /// Folder for key and memory; made at first start, never restored from a backup
    #[arg(long)]
    data: PathBuf,
    /// Name of this witness, unique in the world, as in `auditor.example/witness`
    #[arg(long)]
    name: String,
    /// Who runs it, in words that people read
    #[arg(long)]
    run_by: String,
    /// Key of a log to watch (`name+id+key`); may be given several times
    #[arg(long = "log", required = true)]
    logs: Vec<String>,
    /// Address to listen on; TLS comes with the proxy before it
    #[arg(long, default_value = "127.0.0.1:4200")]
    listen: SocketAddr,
}

struct Parts {
    witness: Mutex<Witness>,
    key: String,
    run_by: String,
}

pub(crate) async fn run(arguments: WitnessArguments) -> anyhow::Result<()> {
    let logs: Vec<NoteKey> = arguments
        .logs
        .iter()
        .map(|log| NoteKey::parse(log).with_context(|| format!("`{log}` is no key of a log\nhint: it looks like name+0123abcd+base64")))
        .collect::<anyhow::Result<_>>()?;
    let witness = Witness::open(&arguments.data, &arguments.name, logs, &mut SystemRng).context("opening the witness")?;
    let key = witness.key().to_string();
    let listener = tokio::net::TcpListener::bind(arguments.listen)
        .await
        .with_context(|| format!("listening on `{}`", arguments.listen))?;
    print_key(&key);
    tracing::info!(address = %listener.local_addr()?, run_by = arguments.run_by, "witnessing");
    let parts = Arc::new(Parts {
        witness: Mutex::new(witness),
        key,
        run_by: arguments.run_by,
    });
    axum::serve(listener, router(parts))
        .with_graceful_shutdown(async {
            tokio::signal::ctrl_c().await.ok();
        })
        .await
        .context("serving")
}

#[expect(clippy::print_stdout, reason = "the key is this command's output")]
fn print_key(key: &str) {
    println!("{key}");
}

fn router(parts: Arc<Parts>) -> Router {
    Router::new()
        .route("/", get(show))
        .route("/add-checkpoint", post(add_checkpoint))
        .route("/{origin}/checkpoint", get(latest))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(parts)
}

/// Who this is: name, key, and who runs it.
async fn show(State(parts): State<Arc<Parts>>) -> Response {
    Json(json!({ "key": parts.key, "run_by": parts.run_by })).into_response()
}

async fn add_checkpoint(State(parts): State<Arc<Parts>>, body: String) -> Response {
    let now = u64::try_from(SystemClock.now().seconds()).unwrap_or(0);
    let answer = blocking(parts, move |witness| witness.add_checkpoint(&body, now)).await;
    match answer {
        Ok(line) => line.into_response(),
        Err(refused) => refuse(&refused),
    }
}

async fn latest(State(parts): State<Arc<Parts>>, Path(origin): Path<String>) -> Response {
    match blocking(parts, move |witness| Ok(witness.latest(&origin)?)).await {
        Ok(Some(note)) => note.into_response(),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(refused) => refuse(&refused),
    }
}

async fn blocking<T: Send + 'static>(
    parts: Arc<Parts>,
    work: impl FnOnce(&mut Witness) -> Result<T, WitnessRefused> + Send + 'static,
) -> Result<T, WitnessRefused> {
    let done = tokio::task::spawn_blocking(move || match parts.witness.lock() {
        Ok(mut witness) => work(&mut witness),
        Err(_) => Err(countenance_ledger::LedgerError::Stopped.into()),
    });
    done.await.unwrap_or(Err(countenance_ledger::LedgerError::Stopped.into()))
}

fn refuse(refused: &WitnessRefused) -> Response {
    if let WitnessRefused::Ledger(error) = refused {
        tracing::error!(
            error = error as &dyn std::error::Error,
            "the witness cannot remember and answers nobody any more"
        );
    }
    let status = StatusCode::from_u16(refused.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    match refused {
        WitnessRefused::Stale(size) => (status, [(header::CONTENT_TYPE, "text/x.tlog.size")], format!("{size}\n")).into_response(),
        WitnessRefused::Request
        | WitnessRefused::Signature
        | WitnessRefused::Unknown
        | WitnessRefused::Proof
        | WitnessRefused::Ledger(_) => (status, format!("{refused}\n")).into_response(),
    }
}
