//! `countenance serve`: portal, console and the gates' interface on one address.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use anyhow::{Context as _, bail, ensure};
use axum::Router;
use countenance_base::{Clock, SimClock, SystemClock, SystemRng};
use countenance_persons::{make_operator_link, operator_can_sign_in};
use countenance_rules::Rulebook;
use countenance_trace::Reader;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::backup::schedule::{self, Schedule};
use crate::config::SiteConfig;
use crate::data::{Data, Home};
use crate::ledger::{self, Authority, Clerk, Witnesses};
use crate::state::AppState;
use crate::{gate_api, jobs, pages, rules_command};

#[derive(Debug, clap::Args)]
pub(crate) struct ServeArguments {
    #[command(flatten)]
    home: Home,
    /// Address to listen on; TLS comes with the proxy before it
    #[arg(long, default_value = "127.0.0.1:4000")]
    listen: SocketAddr,
    /// Address that people open, for printed links; this machine's when left out
    #[arg(long)]
    address: Option<String>,
    /// Whose site this is (TOML); needed at first start, unless `--demo`
    #[arg(long)]
    site: Option<PathBuf>,
    /// Who watches this site's ledger (TOML: `quorum`, and `[[witness]]` with `name`, `key`, `url`, `run_by`, `operator`;
    /// `[[neighbour]]` with `key` and `url` for other sites whose checkpoints this ledger records)
    #[arg(long)]
    witnesses: Option<PathBuf>,
    /// Address of a time-stamping authority (RFC 3161) that is asked for a token for each certificate
    #[arg(long, value_name = "URL")]
    time_stamps: Option<String>,
    /// The authority's certificates (PEM), handed on with every certificate of destruction
    #[arg(long, value_name = "FILE", requires = "time_stamps")]
    time_stamp_ca: Option<PathBuf>,
    #[command(flatten)]
    backups: Schedule,
    /// A demo: every page says so, and gates with simulated parts may be claimed
    #[arg(long)]
    demo: bool,
    /// Demo only: file with the seconds by which the clock is moved
    #[arg(long, requires = "demo")]
    sim_clock: Option<PathBuf>,
}

pub(crate) async fn serve(arguments: ServeArguments) -> anyhow::Result<()> {
    let clock: Arc<dyn Clock> = match &arguments.sim_clock {
        Some(file) => Arc::new(SimClock::new(file.clone())),
        None => Arc::new(SystemClock),
    };
    let data = open_or_found(&arguments, clock.as_ref()).await?;
    let shares = arguments.home.shares();
    if shares.exists() {
        tracing::warn!(
            folder = %shares.display(),
            "evidence shares are still here: hand each to another holder, then remove the folder; any two open the evidence, the server must not"
        );
    }
    let rulebooks = rules_command::in_force(&arguments.home.folder().join("operator"))?;
    Rulebook::choose(&rulebooks, &clock.now().civil_day(&data.site.time_zone)).context("the clock stands before every rulebook")?;
    let (close, closing) = watch::channel(false);
    let state = AppState::new(data, clock, rulebooks, arguments.demo, closing).context("no rulebook is built in")?;
    let listener = tokio::net::TcpListener::bind(arguments.listen)
        .await
        .with_context(|| format!("listening on `{}`", arguments.listen))?;
    let address = arguments
        .address
        .unwrap_or_else(|| format!("http://localhost:{}", arguments.listen.port()));
    state.keep_address(&address);
    print_first_link(&state, &address).await?;
    let jobs = tokio::spawn(jobs::run(state.clone()));
    let authority = authority(arguments.time_stamps, arguments.time_stamp_ca.as_deref())?;
    let clerk = keep_ledger(&state, &arguments.home, arguments.witnesses.as_deref(), authority).await?;
    let backups = tokio::spawn(schedule::run(state.clone(), arguments.home, arguments.backups));
    tracing::info!(address, demo = arguments.demo, "serving");
    axum::serve(listener, app(state.clone()))
        .with_graceful_shutdown(ended(close))
        .await
        .context("serving")?;
    jobs.await.context("the hourly work")?;
    backups.await.context("the backups")?;
    if let Some(clerk) = clerk {
        clerk.await.context("the ledger's work")?;
    }
    state.db().close().await;
    Ok(())
}

/// Opens the ledger and begins its work, unless another server of this site keeps it.
pub(crate) async fn keep_ledger(
    state: &AppState,
    home: &Home,
    witnesses: Option<&Path>,
    authority: Option<Authority>,
) -> anyhow::Result<Option<JoinHandle<()>>> {
    let witnesses = witnesses.map_or_else(|| Ok(Witnesses::default()), Witnesses::read)?;
    let Some((ledger, writer)) = ledger::open(home, state.db(), &state.site().id.to_string()).await? else {
        tracing::info!("another server of this site keeps the ledger");
        return Ok(None);
    };
    if witnesses.list.is_empty() {
        tracing::warn!("nobody watches the ledger: its checkpoints are shown as unwitnessed\nhint: --witnesses FILE");
    }
    let policy = witnesses.policy(ledger.key())?;
    let (publish, published) = watch::channel(None);
    let handle = ledger::Handle {
        policy: witnesses.policy_text(ledger.key()),
        ledger: Arc::new(Mutex::new(ledger)),
        writer: Arc::new(tokio::sync::Mutex::new(writer)),
        published,
        authority,
        witnesses: witnesses.list.len(),
    };
    let operator = ledger::operator_signer(state).context("the site's key signs no certificates")?;
    let clerk = Clerk::new(state.clone(), &handle, witnesses, policy, operator, publish);
    state.keep_ledger(handle);
    Ok(Some(tokio::spawn(ledger::run(clerk))))
}

fn authority(url: Option<String>, certificates: Option<&Path>) -> anyhow::Result<Option<Authority>> {
    let read = |path: &Path| std::fs::read_to_string(path).with_context(|| format!("reading `{}`", path.display()));
    let certificates = certificates.map(read).transpose()?;
    Ok(url.map(|url| Authority { url, certificates }))
}

/// Everything that answers.
pub(crate) fn app(state: AppState) -> Router {
    gate_api::router().merge(pages::router()).with_state(state)
}

async fn open_or_found(arguments: &ServeArguments, clock: &dyn Clock) -> anyhow::Result<Data> {
    let home = &arguments.home;
    if home.is_taken() {
        return Data::open(home).await;
    }
    let config = match (&arguments.site, arguments.demo) {
        (Some(path), _) => SiteConfig::read(path)?,
        (None, true) => SiteConfig::demo(),
        (None, false) => bail!(
            "`{}` holds no site yet, and nothing says whose it is\nhint: write name, operator, contact, complaints (each `zh` and `en`) and time_zone into a TOML file and pass it as `--site FILE`, or try `--demo`",
            home.folder().display()
        ),
    };
    Data::found(home, &config, clock.now(), &mut SystemRng).await
}

/// Until somebody has signed in, each start prints a way to: on standard output, once, and nowhere else.
#[expect(clippy::print_stdout, reason = "the link is this command's output; a log would keep it")]
async fn print_first_link(state: &AppState, address: &str) -> anyhow::Result<()> {
    let mut rng = SystemRng;
    let mut tx = state.trace(Reader::Machine).await?;
    if operator_can_sign_in(&mut tx, state.now()).await? {
        return Ok(());
    }
    let code = make_operator_link(&mut tx, &mut state.ctx(&mut rng), FIRST_OPERATOR).await?;
    tx.commit().await?;
    println!("{}", operator_link(address, &code));
    Ok(())
}

/// Who follows the first link.
pub(crate) const FIRST_OPERATOR: &str = "operator";

pub(crate) fn operator_link(address: &str, code: &str) -> String {
    format!("{}/desk/enter/{code}", address.trim_end_matches('/'))
}

/// Ctrl-C, or what a service manager sends; then waiting polls are answered.
async fn ended(close: watch::Sender<bool>) {
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
    close.send_replace(true);
}

/// Opens an existing site for a command beside the server. `sim_clock` is a demo's file of seconds.
pub(crate) async fn open_site(home: &Home, sim_clock: Option<PathBuf>) -> anyhow::Result<AppState> {
    let folder = home.folder().display();
    ensure!(home.is_taken(), "`{folder}` holds no site\nhint: countenance serve --data {folder}");
    let clock: Arc<dyn Clock> = match sim_clock {
        Some(file) => Arc::new(SimClock::new(file)),
        None => Arc::new(SystemClock),
    };
    state_of(Data::open(home).await?, clock)
}

pub(crate) fn state_of(data: Data, clock: Arc<dyn Clock>) -> anyhow::Result<AppState> {
    let rulebooks = countenance_rules::embedded().context("loading the rulebooks")?;
    let (_, closing) = watch::channel(false);
    AppState::new(data, clock, rulebooks, false, closing).context("no rulebook is built in")
}
