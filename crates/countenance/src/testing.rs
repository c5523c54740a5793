//! What tests of several modules share.

use std::path::PathBuf;
use std::sync::Arc;

use countenance_base::{Clock as _, SeededRng, SimClock, SystemClock, SystemRng};
use countenance_keyring::Keyring;
use countenance_persons::write_leaves;
use countenance_testdb::Place;
use countenance_trace::{Ink, Reader, Writer};

use crate::config::SiteConfig;
use crate::data::{Data, Home};
use crate::serve::state_of;
use crate::state::AppState;

/// A new site, whose clock a file moves.
pub(crate) struct TestSite {
    pub(crate) home: Home,
    pub(crate) state: AppState,
    clock: PathBuf,
    _place: Place,
}

impl TestSite {
    pub(crate) async fn found() -> Self {
        let place = Place::empty().await;
        let home = Home::of(&place);
        let data = Data::found(&home, &SiteConfig::demo(), SystemClock.now(), &mut SystemRng)
            .await
            .unwrap();
        let clock = place.folder().join("clock");
        let state = state_of(data, Arc::new(SimClock::new(clock.clone()))).unwrap();
        Self {
            home,
            state,
            clock,
            _place: place,
        }
    }

    /// Moves the clock to so many seconds ahead of the machine's.
    pub(crate) fn ahead(&self, seconds: i64) {
        std::fs::write(&self.clock, seconds.to_string()).unwrap();
    }

    pub(crate) fn writer(&self) -> Writer {
        let open = |folder| Keyring::open(folder, &mut SeededRng::new(1)).unwrap();
        Writer::new(open(&self.home.keyring())).with_backup_keys(open(&self.home.backup_keys()))
    }

    /// Makes leaves of everything that waits for one.
    pub(crate) async fn write_leaves(&self, writer: &mut Writer) {
        let ink = Ink {
            evidence_key: self.state.site().evidence_key,
            policy: 1,
            demo: true,
            now: self.state.now(),
        };
        let mut tx = self.state.trace(Reader::Machine).await.unwrap();
        while write_leaves(&mut tx, writer, 9, ink, &mut SystemRng).await.unwrap() {}
        tx.commit().await.unwrap();
    }
}
