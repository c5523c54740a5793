//! What tests of several modules share.

use std::path::PathBuf;
use std::sync::Arc;

use countenance_access::{lookup_door, method};
use countenance_base::{Clock as _, DoorId, OperatorId, PurposeId, SeededRng, SimClock, SystemClock, SystemRng, Text};
use countenance_grant::Mode;
use countenance_keyring::Keyring;
use countenance_persons::{
    Ctx, DeclarePurpose, WriteAssessment, activate_purpose, approve_assessment, declare_purpose, follow_operator_link, make_operator_link,
    write_assessment, write_leaves,
};
use countenance_rules::{AssessmentHead, LawfulBasis, PurposeFacts};
use countenance_testdb::Place;
use countenance_trace::{Ink, Reader, Trace, Writer};

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

/// An operator of this name, who has signed in.
pub(crate) async fn operator_named(tx: &mut Trace, ctx: &mut Ctx<'_>, name: &str) -> OperatorId {
    let link = make_operator_link(tx, ctx, name).await.unwrap();
    follow_operator_link(tx, ctx, &link).await.unwrap().operator
}

/// Declares a purpose at a door, has one operator write its assessment and another approve it, and activates it.
pub(crate) async fn activate(tx: &mut Trace, ctx: &mut Ctx<'_>, door: DoorId) -> PurposeId {
    let facts = PurposeFacts {
        text: Text::new("进门", "pass the door"),
        necessity: Text::new("双手提物", "full hands"),
        alternatives: vec!["QR".to_owned()],
        basis: LawfulBasis::Consent,
        mode: Mode::OneToFew,
        open_search_necessity: None,
        open_search_apart: false,
        template_days: 365,
        passage_days: 30,
        owner: "safety officer".to_owned(),
    };
    let writer = operator_named(tx, ctx, "desk").await;
    let door = lookup_door(tx, door).await.unwrap().unwrap();
    let method = method(tx, &door, facts.mode).await.unwrap();
    let declare = DeclarePurpose {
        operator: writer,
        door: door.words(),
        facts,
        event_ends: None,
    };
    let purpose = declare_purpose(tx, ctx, declare).await.unwrap();
    let write = WriteAssessment {
        purpose,
        operator: writer,
        texts: AssessmentHead::ALL
            .into_iter()
            .map(|head| (head.word().to_owned(), "considered".to_owned()))
            .collect(),
        system: "mode 1:few".to_owned(),
        method,
    };
    let version = write_assessment(tx, ctx, write).await.unwrap();
    let other = operator_named(tx, ctx, "safety").await;
    approve_assessment(tx, ctx, purpose, version, other, method).await.unwrap();
    activate_purpose(tx, ctx, purpose, writer, &method).await.unwrap();
    purpose
}
