//! A server with door 3, one claimed gate, an active purpose and a resident with a QR.

use countenance_trace::PersonSecret;
use countenance_trace::Reader;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use countenance_access::{
    DoorSettings, Gate, SaveDoor, begin_consent, list_alarms, list_gates, lookup_gate, make_enrolment_code, make_gate_code, save_door,
};
use countenance_base::{Clock, ConsentId, DoorId, GateId, PersonId, SecretKey, SeededRng, Text, Timestamp, from_hex, to_hex};
use countenance_gate_core::journal::{Leaf, LeafClass, RawLeaf};
use countenance_gate_core::policy::Lane;
use countenance_gate_core::wire::{
    ANSWER_DOMAIN, Claim, Claimed, HEADER_GATE, HEADER_SEQUENCE, HEADER_SIGNATURE, HEADER_TIME, Head, Note, PATH_CLAIM, PATH_POLL,
    PATH_REDEEM, Poll, PollAnswer, REQUEST_DOMAIN, Redeem, Redeemed, UploadedFrame, answer_bytes, request_bytes,
};
use countenance_grant::{PublicKey, Signature, SigningKey, decode_canonical, encode, letter_key};
use countenance_persons::{
    ClaimAccount, ImportHousehold, NewPerson, SignConsent, claim_account, consents_view, epoch, import_household, make_claim_letter,
    sign_consent, turn_on_qr,
};
use countenance_testdb::Place;
use countenance_trace::Trace;
use tokio::sync::watch;
use tower::ServiceExt as _;

use crate::config::SiteConfig;
use crate::data::{Data, Home};
use crate::state::AppState;
use crate::testing::activate;

/// A clock that stands still unless told.
pub(super) struct Still(AtomicI64);

impl Still {
    pub(super) fn pass(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }
}

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

pub(super) struct World {
    pub(super) state: AppState,
    pub(super) clock: Arc<Still>,
    pub(super) rng: SeededRng,
    pub(super) door: DoorId,
    pub(super) gate: GateId,
    pub(super) device: SigningKey,
    pub(super) person: PersonId,
    key: SigningKey,
    sequence: u64,
    _close: watch::Sender<bool>,
    _place: Place,
}

/// A request before it is sent, so that a test can spoil one thing of it.
#[derive(Clone)]
pub(super) struct Sent {
    pub(super) path: &'static str,
    pub(super) body: Vec<u8>,
    pub(super) gate: GateId,
    pub(super) sequence: u64,
    pub(super) time: Timestamp,
    pub(super) signature: Signature,
}

impl World {
    pub(super) async fn new() -> Self {
        let place = Place::empty().await;
        let home = Home::of(&place);
        let now = Timestamp::parse_rfc3339("2026-11-23T08:00:00Z").unwrap();
        let mut rng = SeededRng::new(21);
        let data = Data::found(&home, &SiteConfig::demo(), now, &mut rng).await.unwrap();
        let clock = Arc::new(Still(AtomicI64::new(now.0)));
        let (close, closing) = watch::channel(false);
        let clock_of_state: Arc<dyn Clock> = Arc::<Still>::clone(&clock);
        let state = AppState::new(data, clock_of_state, countenance_rules::embedded().unwrap(), true, closing).unwrap();
        let (device, key) = (SigningKey::generate(&mut rng), SigningKey::generate(&mut rng));
        let mut tx = state.trace(Reader::Machine).await.unwrap();
        let door = estate(&mut tx, &state, &mut rng).await;
        tx.commit().await.unwrap();
        let person = resident(&state, &mut rng, &key).await;
        let gate = GateId(0);
        let mut world = Self {
            state,
            clock,
            rng,
            door,
            gate,
            device,
            person,
            key,
            sequence: 0,
            _close: close,
            _place: place,
        };
        let device = SigningKey::from_seed(&world.device.seed());
        world.gate = world.claim(&device).await.gate;
        let mut tx = world.state.trace(Reader::Machine).await.unwrap();
        activate(&mut tx, &mut world.state.ctx(&mut world.rng), door).await;
        tx.commit().await.unwrap();
        world
    }

    pub(super) fn site_key(&self) -> PublicKey {
        self.state.site().public_key
    }

    pub(super) async fn gate_code(&mut self) -> String {
        let mut tx = self.state.trace(Reader::Machine).await.unwrap();
        let code = make_gate_code(&mut tx, &mut self.state.ctx(&mut self.rng), self.door)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        code.code
    }

    pub(super) async fn claim(&mut self, device: &SigningKey) -> Claimed {
        let claim = Claim {
            code: self.gate_code().await,
            device_key: device.public(),
            pack: [1; 32],
            demo: true,
        };
        let (status, answer) = self
            .send::<Claimed>(&self.sign(device, GateId(0), 0, PATH_CLAIM, encode(&claim)))
            .await;
        assert_eq!(status, StatusCode::OK);
        answer.unwrap()
    }

    pub(super) fn sign(&self, device: &SigningKey, gate: GateId, sequence: u64, path: &'static str, body: Vec<u8>) -> Sent {
        let time = self.state.now();
        let signature = device.sign(REQUEST_DOMAIN, &request_bytes("POST", path, &body, gate, sequence, time));
        Sent {
            path,
            body,
            gate,
            sequence,
            time,
            signature,
        }
    }

    /// The gate's next request.
    pub(super) fn next(&mut self, path: &'static str, body: Vec<u8>) -> Sent {
        self.sequence += 1;
        self.sign(&self.device, self.gate, self.sequence, path, body)
    }

    /// Sends it; an answer with status 200 must be signed for this very request.
    pub(super) async fn send<A>(&self, sent: &Sent) -> (StatusCode, Option<A>)
    where
        A: minicbor::Encode<()> + for<'b> minicbor::Decode<'b, ()>,
    {
        let request = Request::post(sent.path)
            .header(HEADER_GATE, sent.gate.to_string())
            .header(HEADER_SEQUENCE, sent.sequence.to_string())
            .header(HEADER_TIME, sent.time.0.to_string())
            .header(HEADER_SIGNATURE, to_hex(&sent.signature.0))
            .body(Body::from(sent.body.clone()))
            .unwrap();
        let response = crate::gate_api::router()
            .with_state(self.state.clone())
            .oneshot(request)
            .await
            .unwrap();
        let status = response.status();
        let header = response
            .headers()
            .get(HEADER_SIGNATURE)
            .map(|value| value.to_str().unwrap().to_owned());
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        if status != StatusCode::OK {
            return (status, None);
        }
        let signature = Signature(from_hex(&header.unwrap()).unwrap());
        self.site_key()
            .verify(ANSWER_DOMAIN, &answer_bytes(&sent.signature, 200, &body), &signature)
            .unwrap();
        (status, decode_canonical(&body))
    }

    pub(super) async fn redeem(&mut self, code: &str) -> Redeemed {
        let sent = self.next(PATH_REDEEM, encode(&Redeem { code: code.to_owned() }));
        self.send(&sent).await.1.unwrap()
    }

    pub(super) async fn poll(&mut self, epoch: u64) -> PollAnswer {
        let held = self.row().await.held;
        let sent = self.next(
            PATH_POLL,
            encode(&Poll {
                epoch,
                head: held,
                wait_s: 0,
                alarms: vec![],
                seal: None,
                pack: None,
                program: None,
            }),
        );
        self.send(&sent).await.1.unwrap()
    }

    /// Consents and makes an enrolment code.
    pub(super) async fn code(&mut self) -> (ConsentId, String) {
        let mut tx = self.state.trace(Reader::Machine).await.unwrap();
        let mut ctx = self.state.ctx(&mut self.rng);
        let begun = begin_consent(&mut tx, &mut ctx, self.person, self.door).await.unwrap();
        let signature = self.key.sign_plain(begun.consent.text.as_bytes());
        let id = begun.consent.id;
        sign_consent(
            &mut tx,
            &ctx,
            SignConsent {
                person: self.person,
                consent: id,
                signature,
            },
        )
        .await
        .unwrap();
        let code = make_enrolment_code(&mut tx, &mut ctx, self.person, id, self.gate).await.unwrap();
        tx.commit().await.unwrap();
        (id, code.code)
    }

    pub(super) async fn row(&self) -> Gate {
        lookup_gate(&mut self.state.read(Reader::Machine).await.unwrap(), self.gate)
            .await
            .unwrap()
            .unwrap()
    }

    /// Everything that a request could change.
    pub(super) async fn fingerprint(&self) -> String {
        let mut tx = self.state.read(Reader::Machine).await.unwrap();
        let gates = list_gates(&mut tx).await.unwrap();
        let alarms = list_alarms(&mut tx).await.unwrap();
        let consents = consents_view(&mut tx, self.person).await.unwrap();
        format!("{gates:?} {alarms:?} {consents:?} {}", epoch(&mut tx).await.unwrap())
    }
}

async fn estate(tx: &mut Trace, state: &AppState, rng: &mut SeededRng) -> DoorId {
    let mut ctx = state.ctx(rng);
    let settings = DoorSettings {
        ways: vec![vec![Lane::Qr], vec![Lane::Face]],
        ..DoorSettings::entrance(1_500)
    };
    let door = SaveDoor {
        number: 3,
        name: Text::new("三号门", "door 3"),
        settings,
    };
    save_door(tx, &mut ctx, door).await.unwrap()
}

async fn resident(state: &AppState, rng: &mut SeededRng, key: &SigningKey) -> PersonId {
    let mut ctx = state.ctx(rng);
    let mut tx = state.trace(Reader::Machine).await.unwrap();
    let people = vec![NewPerson {
        display_name: "someone".to_owned(),
        under_guardian_age: false,
    }];
    let person = import_household(
        &mut tx,
        &mut ctx,
        ImportHousehold {
            unit: "12-1803".to_owned(),
            people,
        },
    )
    .await
    .unwrap()
    .remove(0);
    let letter = make_claim_letter(&mut tx, &mut ctx, person.id).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    let record_key = letter_key(&[4; 32]).unwrap();
    let input = ClaimAccount {
        login: letter.login,
        code: letter.code,
        pin: "704182".to_owned(),
        signing_key: key.public().0,
        record_key,
        secret: PersonSecret {
            month: ctx.now.month(),
            key: SecretKey::new([6; 32]),
        },
    };
    claim_account(state.db(), &mut ctx, input).await.unwrap();
    let mut tx = state.trace(Reader::Machine).await.unwrap();
    turn_on_qr(&mut tx, &mut ctx, person.id).await.unwrap();
    tx.commit().await.unwrap();
    person.id
}

/// The frame after `after`, and the head it makes.
pub(super) fn frame(world: &World, after: Head, class: LeafClass, note: Note) -> (UploadedFrame, Head) {
    let leaf = Leaf {
        class,
        flags: Leaf::FLAG_DEMO,
        gate: world.gate,
        sequence: after.size,
        ten_minutes: world.state.now().ten_minutes(),
        policy: 1,
        previous: after.hash,
        commitment: [1; 32],
        tag: [2; 32],
    };
    let head = Head {
        size: after.size + 1,
        hash: leaf.hash(),
    };
    (
        UploadedFrame {
            leaf: RawLeaf(leaf.to_bytes()),
            record: vec![7; 40],
            note: Some(note),
        },
        head,
    )
}
