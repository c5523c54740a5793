//! What every request handler shares.

use std::sync::{Arc, OnceLock};

use countenance_base::{Clock, Rng, SystemRng, Timestamp};
use countenance_grant::SigningKey;
use countenance_persons::{Ctx, Pepper, Site};
use countenance_rules::Rulebook;
use countenance_storage::{Db, StoreError};
use countenance_trace::{Pen, Reader, Trace};
use tokio::sync::watch;

use crate::data::Data;
use crate::ledger::Handle;

/// Cheap to clone.
#[derive(Clone)]
pub(crate) struct AppState(Arc<Inner>);

struct Inner {
    db: Db,
    clock: Arc<dyn Clock>,
    site: Site,
    site_key: SigningKey,
    pepper: Pepper,
    rulebooks: Vec<Rulebook>,
    first: Rulebook,
    demo: bool,
    closing: watch::Receiver<bool>,
    /// Set once the ledger is open; never on a server beside the one that keeps it.
    ledger: OnceLock<Handle>,
    address: OnceLock<String>,
}

impl std::fmt::Debug for AppState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AppState({})", self.0.site.id)
    }
}

impl AppState {
    /// `closing` turns true when the server is to end; waiting answers go out then. `None` without any rulebook.
    pub(crate) fn new(
        data: Data,
        clock: Arc<dyn Clock>,
        rulebooks: Vec<Rulebook>,
        demo: bool,
        closing: watch::Receiver<bool>,
    ) -> Option<Self> {
        let first = rulebooks.first()?.clone();
        let Data {
            db,
            site,
            site_key,
            pepper,
        } = data;
        Some(Self(Arc::new(Inner {
            db,
            clock,
            site,
            site_key,
            pepper,
            rulebooks,
            first,
            demo,
            closing,
            ledger: OnceLock::new(),
            address: OnceLock::new(),
        })))
    }

    /// The site's ledger; `None` when another server of the site keeps it.
    pub(crate) fn ledger(&self) -> Option<&Handle> {
        self.0.ledger.get()
    }

    /// Called once, before anything is served.
    pub(crate) fn keep_ledger(&self, handle: Handle) {
        self.0.ledger.set(handle).ok();
    }

    /// Address that people open, as `serve` was told; empty for a command that serves nobody.
    pub(crate) fn address(&self) -> &str {
        self.0.address.get().map_or("", String::as_str)
    }

    /// Called once, before anything is served.
    pub(crate) fn keep_address(&self, address: &str) {
        self.0.address.set(address.trim_end_matches('/').to_owned()).ok();
    }

    pub(crate) fn db(&self) -> &Db {
        &self.0.db
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    pub(crate) fn site(&self) -> &Site {
        &self.0.site
    }

    /// Signs snapshots, grants and answers to gates; no page needs it.
    pub(crate) fn site_key(&self) -> &SigningKey {
        &self.0.site_key
    }

    /// Started as a demo: every page says so.
    pub(crate) fn demo(&self) -> bool {
        self.0.demo
    }

    /// The rulebook of today at this site. A clock that stands before every rulebook is judged by the first one.
    pub(crate) fn rulebook(&self) -> &Rulebook {
        let day = self.now().civil_day(&self.0.site.time_zone);
        Rulebook::choose(&self.0.rulebooks, &day).unwrap_or(&self.0.first)
    }

    /// What a use case is handed, at this moment.
    pub(crate) fn ctx<'a>(&'a self, rng: &'a mut (dyn Rng + Sync)) -> Ctx<'a> {
        Ctx {
            now: self.now(),
            rng,
            rulebook: self.rulebook(),
            pepper: &self.0.pepper,
            site: &self.0.site,
        }
    }

    /// What a use case writes its trace with, outside of one.
    fn pen(&self) -> Pen {
        Pen {
            intake: self.0.site.intake_key,
            now: self.now(),
            rng: Box::new(SystemRng),
        }
    }

    /// A transaction that writes, and may touch rows about persons.
    pub(crate) async fn trace(&self, reader: Reader) -> Result<Trace, StoreError> {
        Ok(Trace::begin(self.db().write().await?, reader, self.pen()))
    }

    /// A transaction that only reads. An operator who looks at persons needs [`AppState::trace`]: the look is written down.
    pub(crate) async fn read(&self, reader: Reader) -> Result<Trace, StoreError> {
        Ok(Trace::begin(self.db().read().await?, reader, self.pen()))
    }

    /// Returns when the server is to end, at once when that was said before. Never when nobody is left who could say it.
    pub(crate) async fn closing(&self) {
        if self.0.closing.clone().wait_for(|closing| *closing).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
