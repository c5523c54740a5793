//! Starting a claimed gate: self-checks, keeper, kiosk, line to the server.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64};

use anyhow::{Context as _, bail};
use countenance_base::{Clock, Rng, SimClock, SystemClock, SystemRng, rng, to_hex};
use tokio::sync::{mpsc, watch};
use tracing::{info, warn};

use crate::event::Event;
use crate::journal_file::Journal;
use crate::keeper::{Keeper, Lens, Parts};
use crate::kiosk::{self, Desk};
use crate::models::Models;
use crate::program;
use crate::relay::SimRelay;
use crate::server_client::ServerClient;
use crate::store::SealedStore;
use crate::sync;

/// Frames and actions that may wait for the keeper; a frame beyond is dropped.
const QUEUE: usize = 8;
/// 64 MiB: about 80,000 passages before the server must have taken some.
pub const JOURNAL_BYTES: u64 = 64 * 1024 * 1024;

/// How a gate is started.
#[derive(Debug, Clone)]
pub struct RunOptions {
    pub data: PathBuf,
    pub anchor: PathBuf,
    pub port: u16,
    /// Address of the site that people open; the server's as claimed when left out.
    pub site_address: Option<String>,
    /// Horizontal field of view of the camera, degrees, as its maker states it.
    pub field_of_view: Option<f32>,
    pub journal_bytes: u64,
    pub pack: Option<PathBuf>,
    /// Templates that another recogniser made end at this start.
    pub end_other_templates: bool,
    pub runtime: Option<PathBuf>,
    /// Demo gates only: a file with the seconds by which the clock is moved.
    pub sim_clock: Option<PathBuf>,
}

/// Runs until Ctrl-C.
pub async fn run(options: RunOptions) -> anyhow::Result<()> {
    let program = program::own();
    let mut rng = SystemRng;
    let store = SealedStore::open(&options.data, &options.anchor, &mut rng).context("the gate's sealed store does not open")?;
    let claimed = store.claimed().clone();
    harden(claimed.demo);
    let clock = clock(options.sim_clock.as_deref(), claimed.demo)?;
    let journal = Journal::open(&options.data.join("journal"), options.journal_bytes, claimed.gate).context("the journal does not open")?;
    let models = load_models(&options);
    if options.field_of_view.is_none() {
        warn!("no field of view is stated: the face lane stays closed");
    }
    if !claimed.demo {
        bail!("this build has no relay but the simulated one, which only a gate claimed as demo may use\nhint: claim with `--demo`");
    }

    let (events, inbox) = std::sync::mpsc::sync_channel(QUEUE);
    let (orders, order_inbox) = mpsc::channel(16);
    let (screen, screens) = watch::channel(String::from("{}"));
    let camera = Arc::new(AtomicU8::new(0));
    let client = Arc::new(ServerClient::new(
        &claimed.server,
        claimed.gate,
        store.device_key(),
        Some(claimed.site_key),
        Arc::clone(&clock),
    )?);
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", options.port))
        .await
        .context("the kiosk's port is taken")?;
    let port = listener.local_addr()?.port();
    let keeper = Keeper::new(Parts {
        store,
        journal,
        models,
        end_other_templates: options.end_other_templates,
        lens: options.field_of_view.map(|field_of_view| Lens { field_of_view }),
        relay: Box::new(SimRelay::new(options.data.join("sim-relay.log"))),
        clock: Arc::clone(&clock),
        rng: Box::new(SystemRng),
        orders,
        screen,
        site_address: options.site_address,
        camera: Arc::clone(&camera),
        program,
    });
    let keeper = std::thread::Builder::new()
        .name("keeper".into())
        .spawn(move || keeper.run(&inbox))?;
    let line = tokio::spawn(sync::run(client, events.clone(), order_inbox, clock));
    let token = to_hex(&rng::bytes::<32>(&mut rng as &mut dyn Rng));
    let desk = Arc::new(Desk {
        events: events.clone(),
        screen: screens,
        camera,
        token,
        port,
        newest: AtomicU64::new(0),
    });
    info!(port, gate = %claimed.gate, demo = claimed.demo, "kiosk at http://localhost:{port}/");
    axum::serve(listener, kiosk::router(desk)).with_graceful_shutdown(stopped()).await?;
    line.abort();
    events.send(Event::Stop).ok();
    keeper.join().ok();
    Ok(())
}

async fn stopped() {
    let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) else {
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

/// The machine's clock, or in a demo gate the simulated one that the rest of the demo reads.
pub fn clock(sim_clock: Option<&Path>, demo: bool) -> anyhow::Result<Arc<dyn Clock>> {
    match (sim_clock, demo) {
        (None, _) => Ok(Arc::new(SystemClock)),
        (Some(file), true) => Ok(Arc::new(SimClock::new(file.to_owned()))),
        (Some(_), false) => bail!("a simulated clock starts only in a gate claimed as demo"),
    }
}

/// A gate whose models fail their checks opens for QR and PIN all the same.
fn load_models(options: &RunOptions) -> Result<Models, String> {
    let installed = match (&options.pack, &options.runtime) {
        (Some(pack), Some(runtime)) => Ok((pack.clone(), runtime.clone())),
        _ => countenance_setup::installed()
            .map(|installed| (installed.pack, installed.runtime))
            .map_err(|error| {
                warn!(%error, "models are not installed");
                "pack.missing".to_owned()
            }),
    };
    let (pack, runtime) = installed?;
    Models::open(&pack, &runtime).map_err(|error| {
        warn!(%error, "the model pack failed its checks: the face lane is closed");
        error.code().to_owned()
    })
}

/// No core dumps, and no other process of this user reads this one's memory. A demo gate stays readable, so that the byte
/// search can look into it.
fn harden(demo: bool) {
    crate::store::forbid_core_dumps(!demo);
}
