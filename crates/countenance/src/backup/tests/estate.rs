//! A site on disk as a server keeps it: data folder, database, ledger, keyrings; door 3 with its gate, and residents with templates there.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use countenance_access::{
    DoorSettings, SaveDoor, begin_consent, claim_gate, lookup_gate, make_enrolment_code, make_gate_code, redeem_code, save_door,
    take_frames,
};
use countenance_base::{
    Clock as _, ConsentId, DestructionId, DoorId, GateId, PersonId, PurposeId, SecretKey, SimClock, SystemClock, SystemRng, Text, rng,
};
use countenance_destruction::{Scope, finish_destruction, order_destruction};
use countenance_gate_core::journal::{Leaf, LeafClass, RawLeaf};
use countenance_gate_core::policy::Lane;
use countenance_gate_core::wire::{Claim, Ending, Frames, FramesAnswer, Note, Passage, Receipt, Redeemed, UploadedFrame};
use countenance_grant::{SigningKey, letter_key};
use countenance_persons::{
    ClaimAccount, ImportHousehold, NewPerson, SignConsent, claim_account, epoch, import_household, make_claim_letter, sign_consent,
    turn_on_qr,
};
use countenance_testdb::Place;
use countenance_trace::{Ink, PersonSecret, Reader, Writer};

use crate::backup::write::{Written, write_backup};
use crate::config::SiteConfig;
use crate::data::{Data, Home};
use crate::ledger::{self, SiteLedger, merge, with, write_leaves_of_everything};
use crate::serve::state_of;
use crate::state::AppState;
use crate::testing::activate;

/// What the server has open.
pub(crate) struct Running {
    pub(crate) state: AppState,
    pub(crate) ledger: Arc<Mutex<SiteLedger>>,
    pub(crate) writer: tokio::sync::Mutex<Writer>,
}

pub(crate) struct Estate {
    pub(crate) home: Home,
    place: Place,
    pub(crate) server: Running,
    pub(crate) door: DoorId,
    pub(crate) purpose: PurposeId,
    pub(crate) gate: GateId,
    device: SigningKey,
    journal: Vec<Leaf>,
}

/// A resident with a template at the gate.
pub(crate) struct Resident {
    pub(crate) id: PersonId,
    pub(crate) name: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) consent: ConsentId,
    pub(crate) text: String,
}

impl Running {
    pub(crate) async fn open(home: &Home, clock: PathBuf) -> Self {
        let state = state_of(Data::open(home).await.unwrap(), Arc::new(SimClock::new(clock))).unwrap();
        let opened = ledger::open(home, state.db(), &state.site().id.to_string()).await.unwrap();
        let (ledger, writer) = opened.unwrap();
        Self {
            state,
            ledger: Arc::new(Mutex::new(ledger)),
            writer: tokio::sync::Mutex::new(writer),
        }
    }

    /// What the server does once a second; how many entries there are then.
    pub(crate) async fn log(&self) -> u64 {
        write_leaves_of_everything(&self.state, &mut *self.writer.lock().await)
            .await
            .unwrap();
        let size = merge(&self.ledger, self.state.db()).await.unwrap();
        with(&self.ledger, SiteLedger::sign).await.unwrap();
        size
    }

    async fn ink(&self) -> Ink {
        Ink {
            evidence_key: self.state.site().evidence_key,
            policy: epoch(&mut self.state.db().read().await.unwrap()).await.unwrap(),
            demo: true,
            now: self.state.now(),
        }
    }

    /// Lists the tags of everything that has a place.
    pub(crate) async fn list_tags(&self) {
        let past = with(&self.ledger, |ledger| Ok(ledger.size())).await.unwrap();
        let ink = self.ink().await;
        let mut tx = self.state.db().write().await.unwrap();
        let listed = self
            .writer
            .lock()
            .await
            .list_tags(&mut tx, past, ink, &mut SystemRng)
            .await
            .unwrap();
        assert!(listed.is_some());
        tx.commit().await.unwrap();
    }
}

impl Estate {
    pub(crate) async fn new() -> Self {
        let place = Place::empty().await;
        let home = Home::of(&place);
        let made = Data::found(&home, &SiteConfig::demo(), SystemClock.now(), &mut SystemRng).await;
        made.unwrap().db.close().await;
        let server = Running::open(&home, place.folder().join("clock")).await;
        let door = furnish(&server.state).await;
        let mut estate = Self {
            home,
            place,
            server,
            door,
            purpose: PurposeId::from_bytes([0; 16]),
            gate: GateId(0),
            device: SigningKey::generate(&mut SystemRng),
            journal: Vec::new(),
        };
        estate.gate = estate.claim().await;
        let state = estate.state().clone();
        let mut tx = state.trace(Reader::Machine).await.unwrap();
        estate.purpose = activate(&mut tx, &mut state.ctx(&mut SystemRng), door).await;
        tx.commit().await.unwrap();
        estate
    }

    pub(crate) fn state(&self) -> &AppState {
        &self.server.state
    }

    pub(crate) fn folder(&self) -> &Path {
        self.place.folder()
    }

    pub(crate) fn clock(&self) -> PathBuf {
        self.place.folder().join("clock")
    }

    /// Moves the clock to so many seconds ahead of the machine's.
    pub(crate) fn ahead(&self, seconds: i64) {
        std::fs::write(self.clock(), seconds.to_string()).unwrap();
    }

    pub(crate) async fn backup(&self, name: &str) -> (PathBuf, Written) {
        let path = self.folder().join(name);
        let written = write_backup(&self.server.state, &self.server.writer, &path).await.unwrap();
        (path, written)
    }

    pub(crate) async fn claim(&self) -> GateId {
        let mut tx = self.state().trace(Reader::Machine).await.unwrap();
        let (mut source, device) = (SystemRng, SigningKey::generate(&mut SystemRng));
        let mut ctx = self.state().ctx(&mut source);
        let code = make_gate_code(&mut tx, &mut ctx, self.door).await.unwrap();
        let fresh = self.gate == GateId(0);
        let claim = Claim {
            code: code.code,
            device_key: if fresh { self.device.public() } else { device.public() },
            pack: [3; 32],
            demo: true,
        };
        let claimed = claim_gate(&mut tx, &ctx, &claim).await.unwrap();
        tx.commit().await.unwrap();
        claimed.gate
    }

    /// Somebody with account, QR, consent and a template at the gate.
    pub(crate) async fn resident(&mut self, unit: &'static str, name: &'static str) -> Resident {
        let key = SigningKey::generate(&mut SystemRng);
        let id = self.register(unit, name, &key).await;
        let mut source = SystemRng;
        let state = self.state().clone();
        let mut ctx = state.ctx(&mut source);
        let mut tx = state.trace(Reader::Machine).await.unwrap();
        turn_on_qr(&mut tx, &mut ctx, id).await.unwrap();
        let begun = begin_consent(&mut tx, &mut ctx, id, self.door).await.unwrap().consent;
        let sign = SignConsent {
            person: id,
            consent: begun.id,
            signature: key.sign_plain(begun.text.as_bytes()),
        };
        sign_consent(&mut tx, &ctx, sign).await.unwrap();
        let code = make_enrolment_code(&mut tx, &mut ctx, id, begun.id, self.gate).await.unwrap().code;
        let mut gate = lookup_gate(&mut tx, self.gate).await.unwrap().unwrap();
        gate.last_seen_at = Some(ctx.now);
        let redeemed = redeem_code(&mut tx, &mut ctx, state.site_key(), &gate, &code).await.unwrap();
        assert!(matches!(redeemed, Redeemed::Granted(_)), "{redeemed:?}");
        tx.commit().await.unwrap();
        let resident = Resident {
            id,
            name,
            unit,
            consent: begun.id,
            text: begun.text,
        };
        let note = Note::Enrolled(self.receipt(&resident, "enrolled").sign(&self.device));
        self.write(LeafClass::Enrol, Some(note)).await;
        resident
    }

    async fn register(&self, unit: &str, name: &str, key: &SigningKey) -> PersonId {
        let mut source = SystemRng;
        let mut ctx = self.state().ctx(&mut source);
        let mut tx = self.state().trace(Reader::Machine).await.unwrap();
        let household = ImportHousehold {
            unit: unit.to_owned(),
            people: vec![NewPerson {
                display_name: name.to_owned(),
                under_guardian_age: false,
            }],
        };
        let person = import_household(&mut tx, &mut ctx, household).await.unwrap().remove(0);
        let letter = make_claim_letter(&mut tx, &mut ctx, person.id).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        let account = ClaimAccount {
            login: letter.login,
            code: letter.code,
            pin: "704182".to_owned(),
            signing_key: key.public().0,
            record_key: letter_key(&rng::bytes(ctx.rng)).unwrap(),
            secret: PersonSecret {
                month: ctx.now.month(),
                key: SecretKey::new(rng::bytes(ctx.rng)),
            },
        };
        claim_account(self.state().db(), &mut ctx, account).await.unwrap();
        person.id
    }

    /// The next frame of the gate's journal.
    pub(crate) fn frame(&mut self, class: LeafClass, note: Option<Note>) -> UploadedFrame {
        let leaf = Leaf {
            class,
            flags: Leaf::FLAG_DEMO,
            gate: self.gate,
            sequence: self.journal.len() as u64,
            ten_minutes: self.state().now().ten_minutes(),
            policy: 40,
            previous: self.journal.last().map_or([0; 32], Leaf::hash),
            commitment: rng::bytes(&mut SystemRng),
            tag: rng::bytes(&mut SystemRng),
        };
        let frame = UploadedFrame {
            leaf: RawLeaf(leaf.to_bytes()),
            record: vec![7; 40],
            note,
        };
        self.journal.push(leaf);
        frame
    }

    pub(crate) async fn write(&mut self, class: LeafClass, note: Option<Note>) {
        let frame = self.frame(class, note);
        let answer = upload(self.state(), self.gate, vec![frame]).await;
        assert!(!answer.forked);
        assert_eq!(answer.acknowledged, self.journal.len() as u64);
    }

    pub(crate) async fn pass(&mut self, resident: &Resident) {
        let passage = Passage {
            attempt: countenance_base::AttemptId::new(self.state().now(), &mut SystemRng),
            at: self.state().now(),
            door: self.door,
            lanes: vec![Lane::Face],
            person: Some(resident.id),
            opened: true,
            reason: "passage.recognised".to_owned(),
            demo: true,
            waited: None,
        };
        self.write(LeafClass::Passage, Some(Note::Passage(passage))).await;
    }

    fn receipt(&self, resident: &Resident, cause: &str) -> Receipt {
        Receipt {
            gate: self.gate,
            door: self.door,
            person: resident.id,
            consent: resident.consent,
            at: self.state().now(),
            sequence: self.journal.len() as u64,
            cause: cause.to_owned(),
        }
    }

    /// The gate ends the template and signs that it did.
    pub(crate) async fn gate_erases(&mut self, resident: &Resident) {
        let receipt = self.receipt(resident, "grant.ended");
        let ending = Ending {
            gate: receipt.gate,
            sequence: receipt.sequence,
            at: receipt.at,
        };
        let note = Note::Erased(receipt.sign(&self.device), ending.sign(&self.device));
        self.write(LeafClass::Erase, Some(note)).await;
    }

    pub(crate) async fn order(&self, scope: Scope) -> DestructionId {
        let mut source = SystemRng;
        let mut tx = self.state().trace(Reader::Machine).await.unwrap();
        let id = order_destruction(&mut tx, &mut self.state().ctx(&mut source), scope).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// The server's own part, as the clerk does it.
    pub(crate) async fn finish(&self, id: DestructionId) {
        let ink = self.server.ink().await;
        let mut writer = self.server.writer.lock().await;
        let mut source = SystemRng;
        let mut tx = self.state().trace(Reader::Machine).await.unwrap();
        finish_destruction(&mut tx, &mut self.state().ctx(&mut source), &mut writer, ink, id)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// The whole erasure of a person, from the order on.
    pub(crate) async fn erase(&mut self, resident: &Resident) {
        let id = self.order(Scope::Person(resident.id)).await;
        self.gate_erases(resident).await;
        self.finish(id).await;
    }

    /// The server ends, and its database is gone: the folder beside an empty one.
    pub(crate) async fn lose_database(self) -> Lost {
        let clock = self.clock();
        let Self {
            home,
            place,
            server,
            device: _,
            ..
        } = self;
        server.state.db().close().await;
        drop(server);
        let spare = Place::empty().await;
        Lost {
            home: home.with_database_of(&spare),
            clock,
            spare,
            journal: self.journal,
            gate: self.gate,
            door: self.door,
            _place: place,
        }
    }
}

/// A site whose keys and ledger are there, and whose database is empty.
pub(crate) struct Lost {
    pub(crate) home: Home,
    pub(crate) clock: PathBuf,
    pub(crate) spare: Place,
    pub(crate) journal: Vec<Leaf>,
    pub(crate) gate: GateId,
    pub(crate) door: DoorId,
    _place: Place,
}

/// What the gates' interface does with frames.
pub(crate) async fn upload(state: &AppState, gate: GateId, frames: Vec<UploadedFrame>) -> FramesAnswer {
    let mut tx = state.trace(Reader::Machine).await.unwrap();
    let gate = lookup_gate(&mut tx, gate).await.unwrap().unwrap();
    let answer = take_frames(&mut tx, &gate, &Frames { frames }, state.now()).await.unwrap();
    tx.commit().await.unwrap();
    answer
}

/// Door 3 and its active purpose.
async fn furnish(state: &AppState) -> DoorId {
    let mut source = SystemRng;
    let mut ctx = state.ctx(&mut source);
    let mut tx = state.trace(Reader::Machine).await.unwrap();
    let door = SaveDoor {
        number: 3,
        name: Text::new("三号门", "door 3"),
        settings: DoorSettings {
            ways: vec![vec![Lane::Qr], vec![Lane::Face]],
            ..DoorSettings::entrance(1_500)
        },
    };
    let door = save_door(&mut tx, &mut ctx, door).await.unwrap();
    tx.commit().await.unwrap();
    door
}
