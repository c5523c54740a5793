//! The pages over HTTP, as a browser with cookies meets them, on a real database.

mod inspection;
mod lists;
mod matrix;
mod oversight;
mod place;
mod public;

use countenance_trace::Reader;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode, header};
use countenance_access::{DoorSettings, SaveDoor, list_gates, lookup_door_by_number, make_gate_code, save_door};
use countenance_base::{Clock, SeededRng, SystemRng, Text, Timestamp, to_hex};
use countenance_gate_core::policy::Lane;
use countenance_grant::{SigningKey, letter_key};
use countenance_persons::{ImportHousehold, NewPerson, import_household, make_claim_letter, make_operator_link};
use countenance_testdb::Place;
use tokio::sync::watch;
use tower::ServiceExt as _;

use crate::config::SiteConfig;
use crate::data::{Data, Home};
use crate::state::AppState;

mod assessment;

struct StandingClock(Timestamp);

impl Clock for StandingClock {
    fn now(&self) -> Timestamp {
        self.0
    }
}

fn now() -> Timestamp {
    Timestamp::parse_rfc3339("2026-11-23T03:32:16Z").unwrap()
}

struct Server {
    state: AppState,
    place: Place,
    _close: watch::Sender<bool>,
}

impl Server {
    async fn start() -> Self {
        let place = Place::empty().await;
        let home = Home::of(&place);
        let data = Data::found(&home, &SiteConfig::demo(), now(), &mut SeededRng::new(1))
            .await
            .unwrap();
        let (close, closing) = watch::channel(false);
        let state = AppState::new(
            data,
            Arc::new(StandingClock(now())),
            countenance_rules::embedded().unwrap(),
            true,
            closing,
        )
        .unwrap();
        let server = Self {
            state,
            place,
            _close: close,
        };
        server.doors().await;
        server
    }

    /// Door 3, with face beside QR and PIN.
    async fn doors(&self) {
        let mut rng = SystemRng;
        let mut ctx = self.state.ctx(&mut rng);
        let mut tx = self.state.trace(Reader::Machine).await.unwrap();
        let mut settings = DoorSettings::entrance(1_500);
        settings.ways.push(vec![Lane::Face]);
        let door = save_door(
            &mut tx,
            &mut ctx,
            SaveDoor {
                number: 3,
                name: Text::new("三号门", "Door 3"),
                settings,
            },
        )
        .await
        .unwrap();
        make_gate_code(&mut tx, &mut ctx, door).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn letter(&self, unit: &str) -> (String, String) {
        let mut rng = SystemRng;
        let mut ctx = self.state.ctx(&mut rng);
        let mut tx = self.state.trace(Reader::Machine).await.unwrap();
        let people = vec![NewPerson {
            display_name: "甲".into(),
            under_guardian_age: false,
        }];
        let people = import_household(&mut tx, &mut ctx, ImportHousehold { unit: unit.into(), people })
            .await
            .unwrap();
        let letter = make_claim_letter(&mut tx, &mut ctx, people[0].id).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        (letter.login, letter.code)
    }

    async fn operator_link(&self) -> String {
        self.operator_link_of("operator").await
    }

    async fn operator_link_of(&self, name: &str) -> String {
        let mut rng = SystemRng;
        let mut ctx = self.state.ctx(&mut rng);
        let mut tx = self.state.trace(Reader::Machine).await.unwrap();
        let code = make_operator_link(&mut tx, &mut ctx, name).await.unwrap();
        tx.commit().await.unwrap();
        format!("/desk/enter/{code}")
    }

    async fn ways_of_door_3(&self) -> Vec<Vec<Lane>> {
        let mut tx = self.state.read(Reader::Machine).await.unwrap();
        lookup_door_by_number(&mut tx, 3).await.unwrap().unwrap().settings.ways
    }
}

/// A purpose of door 3 as the desk declares it.
const PURPOSE: [(&str, &str); 9] = [
    ("zh", "住户空着手也能进门"),
    ("en", "Residents get in with their hands full"),
    ("necessity_zh", "轮椅和婴儿车用户在门前没有空手"),
    ("necessity_en", "People with prams have no hand free"),
    ("alternatives", "QR code: needs a hand\nCard: needs a hand"),
    ("template_days", "365"),
    ("passage_days", "30"),
    ("owner", "物业经理"),
    ("mode", "1:few"),
];

/// What came back.
struct Answer {
    status: StatusCode,
    location: String,
    headers: axum::http::HeaderMap,
    body: String,
    bytes: Vec<u8>,
}

/// Cookies and a language, as one person's browser has them.
struct Browser<'a> {
    server: &'a Server,
    cookies: std::collections::BTreeMap<String, String>,
}

impl<'a> Browser<'a> {
    fn new(server: &'a Server) -> Self {
        Self {
            server,
            cookies: [("countenance-language".to_owned(), "en".to_owned())].into(),
        }
    }

    async fn send(&mut self, method: Method, path: &str, body: String) -> Answer {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::COOKIE, cookies.join("; "))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body))
            .unwrap();
        let response = crate::pages::router()
            .with_state(self.server.state.clone())
            .oneshot(request)
            .await
            .unwrap();
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.into(), value.into());
        }
        let location = parts
            .headers
            .get(header::LOCATION)
            .map(|to| to.to_str().unwrap().to_owned())
            .unwrap_or_default();
        let bytes = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Answer {
            status: parts.status,
            location,
            headers: parts.headers,
            body: String::from_utf8_lossy(&bytes).into_owned(),
            bytes,
        }
    }

    async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, String::new()).await
    }

    /// Posts fields with the token that `page` gave for its forms.
    async fn post(&mut self, page: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = token(&self.get(page).await.body);
        self.post_with(&token, path, fields).await
    }

    async fn post_with(&mut self, token: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let fields: Vec<String> = fields
            .iter()
            .chain([&("token", token)])
            .map(|(name, value)| format!("{}={}", plus(name), plus(value)))
            .collect();
        self.send(Method::POST, path, fields.join("&")).await
    }

    async fn claim(&mut self, letter: &(String, String), key: &SigningKey) -> Answer {
        let record = to_hex(&letter_key(&[7; 32]).unwrap());
        let signing = to_hex(&key.public().0);
        let (login, code) = letter;
        let fields = [
            ("login", login.as_str()),
            ("code", code),
            ("pin", "493027"),
            ("again", "493027"),
            ("signing_key", &signing),
            ("record_key", &record),
            ("ratchet", &"ab".repeat(32)),
            ("month", &self.server.state.now().month().0.to_string()),
        ];
        self.post("/claim", "/claim", &fields).await
    }

    async fn enter(&mut self) {
        self.enter_as("operator").await;
    }

    async fn enter_as(&mut self, name: &str) {
        let link = self.server.operator_link_of(name).await;
        let answer = self.post(&link, &link, &[]).await;
        assert_eq!((answer.status, answer.location.as_str()), (StatusCode::SEE_OTHER, "/desk"));
    }

    /// Declares a purpose of door 3; the address of its assessment.
    async fn declare(&mut self) -> String {
        self.declare_with(&PURPOSE).await
    }

    async fn declare_with(&mut self, fields: &[(&str, &str)]) -> String {
        let door = "/desk/doors/3";
        let answer = self.post(door, "/desk/doors/3/purpose", fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        let page = self.get(door).await.body;
        let link = page.split("href=\"").find(|rest| rest.contains("/assessment\"")).unwrap();
        link.split('"').next().unwrap().to_owned()
    }

    /// Declares a purpose of door 3, has another operator approve what this one wrote about it, and activates it.
    async fn activate_purpose(&mut self) {
        let assessment = self.declare().await;
        self.activate(&assessment).await;
    }

    async fn activate(&mut self, assessment: &str) {
        let approve = assessment::write(self, assessment, "considered").await;
        let mut other = Self::new(self.server);
        other.enter_as("safety").await;
        let answer = other.post(assessment, &approve, &[]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        let activate = assessment.replace("/assessment", "/activate");
        let answer = self.post("/desk/doors/3", &activate, &[]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    }
}

fn plus(text: &str) -> String {
    text.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

/// The first form of a page whose address ends so.
fn action(page: &str, end: &str) -> String {
    let actions = page.split("action=\"").skip(1).filter_map(|rest| rest.split('"').next());
    actions
        .into_iter()
        .find(|action| action.ends_with(end))
        .unwrap_or_default()
        .to_owned()
}

fn token(page: &str) -> String {
    page.split("name=\"token\" value=\"")
        .nth(1)
        .unwrap_or_default()
        .chars()
        .take_while(|char| *char != '"')
        .collect()
}

/// The address of the form that ends in `end`.
#[tokio::test]
async fn every_answer_carries_the_policy_and_no_page_may_open_a_camera() {
    let server = Server::start().await;
    for path in ["/", "/sign-in", "/claim", "/ways", "/desk", "/nowhere"] {
        let answer = Browser::new(&server).get(path).await;
        let policy = answer.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{path}");
        assert!(!policy.contains("unsafe"), "{path}");
        assert!(
            answer.headers["permissions-policy"].to_str().unwrap().starts_with("camera=()"),
            "{path}"
        );
        assert_eq!(answer.headers["cache-control"], "no-store", "{path}");
    }
}

#[tokio::test]
async fn who_is_not_signed_in_gets_no_page_and_changes_nothing() {
    let server = Server::start().await;
    let mut guest = Browser::new(&server);
    for path in [
        "/ways",
        "/uses",
        "/consents",
        "/ways/qr",
        "/consents/00000000000000000000000000000000",
    ] {
        let answer = guest.get(path).await;
        assert_eq!(
            (answer.status, answer.location.as_str()),
            (StatusCode::SEE_OTHER, "/sign-in"),
            "{path}"
        );
    }
    for path in ["/desk", "/desk/happenings", "/desk/doors/3"] {
        assert_eq!(guest.get(path).await.status, StatusCode::UNAUTHORIZED, "{path}");
    }
    for path in ["/ways/qr/on", "/face/3", "/desk/doors/3/ways", "/desk/doors/3/gate-code"] {
        let answer = guest.post("/sign-in", path, &[("face", "on")]).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
    }
    assert_eq!(server.ways_of_door_3().await.len(), 3);
    assert_eq!(guest.get("/nowhere").await.status, StatusCode::NOT_FOUND);
    let mut desk = Browser::new(&server);
    desk.enter().await;
    for path in ["/desk/doors/99", "/desk/doors/three"] {
        assert_eq!(desk.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn a_form_without_its_session_s_token_is_refused() {
    let server = Server::start().await;
    let letter = server.letter("12-1803").await;
    let mut person = Browser::new(&server);
    assert_eq!(person.claim(&letter, &SigningKey::from_seed(&[1; 32])).await.location, "/ways");
    let own = token(&person.get("/ways").await.body);
    let foreign = token(&Browser::new(&server).get("/sign-in").await.body);
    for bad in ["", "00", foreign.as_str()] {
        assert_eq!(person.post_with(bad, "/ways/qr/on", &[]).await.status, StatusCode::FORBIDDEN);
    }
    assert!(person.get("/ways").await.body.contains("action=\"/ways/qr/on\""));
    assert_eq!(person.post_with(&own, "/ways/qr/on", &[]).await.status, StatusCode::SEE_OTHER);
    assert!(!person.get("/ways").await.body.contains("action=\"/ways/qr/on\""));
}

#[tokio::test]
async fn an_operator_s_link_is_used_up_by_its_button_only() {
    let server = Server::start().await;
    let link = server.operator_link().await;
    let mut desk = Browser::new(&server);
    for _ in 0..3 {
        assert_eq!(desk.get(&link).await.status, StatusCode::OK);
    }
    assert_eq!(desk.post(&link, &link, &[]).await.location, "/desk");
    assert_eq!(desk.get("/desk").await.status, StatusCode::OK);
    let again = Browser::new(&server).post(&link, &link, &[]).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.body.contains("link.not_good"));
}

#[tokio::test]
async fn a_door_that_only_a_face_opens_is_refused_with_article_and_stays_as_it_was() {
    let server = Server::start().await;
    let mut desk = Browser::new(&server);
    desk.enter().await;
    let before = server.ways_of_door_3().await;
    let answer = desk.post("/desk/doors/3", "/desk/doors/3/ways", &[("face", "on")]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        answer.body.contains("class=\"refusals\"") && answer.body.contains("class=\"article\""),
        "{}",
        answer.body
    );
    assert_eq!(server.ways_of_door_3().await, before);
    let answer = desk
        .post("/desk/doors/3", "/desk/doors/3/ways", &[("qr", "on"), ("card+pin", "on")])
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(server.ways_of_door_3().await, [vec![Lane::Card, Lane::Pin], vec![Lane::Qr]]);
}

#[tokio::test]
async fn a_resident_decides_signs_gets_a_code_and_withdraws() {
    let server = Server::start().await;
    let mut desk = Browser::new(&server);
    desk.enter().await;
    claim_the_gate(&server).await;
    desk.activate_purpose().await;
    let key = SigningKey::from_seed(&[1; 32]);
    let mut person = Browser::new(&server);
    person.claim(&server.letter("12-1803").await, &key).await;

    // Without another way in, the rulebook says no: what, where, and what helps.
    let refused = person.post("/ways", "/face/3", &[]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("class=\"article\"") && refused.body.contains("class=\"remedy\""));

    person.post("/ways", "/ways/qr/on", &[]).await;
    let begun = person.post("/ways", "/face/3", &[]).await;
    assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.body);
    let question = begun.location;
    let page = person.get(&question).await.body;
    let text = page.split("data-text lang=\"en\">").nth(1).unwrap().split("</pre>").next().unwrap();
    assert!(text.starts_with("countenance consent v1\n"));

    // A signature by another key is refused, and nothing is in force.
    let foreign = to_hex(&SigningKey::from_seed(&[2; 32]).sign_plain(text.as_bytes()).0);
    let answer = person.post(&question, &question, &[("signature", &foreign)]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let own = to_hex(&key.sign_plain(text.as_bytes()).0);
    let consent = person.post(&question, &question, &[("signature", &own)]).await.location;
    assert!(consent.starts_with("/consents/"));
    assert_eq!(person.get(&format!("{consent}/state")).await.body, "signed");

    let gate = gate_number(&server).await;
    let code = person.post(&consent, &format!("{consent}/code"), &[("gate", &gate)]).await;
    assert!(
        code.status == StatusCode::OK && code.body.contains("data-enrolment"),
        "{}",
        code.body
    );

    // Somebody else's consent does not exist.
    let mut other = Browser::new(&server);
    other.claim(&server.letter("12-1804").await, &SigningKey::from_seed(&[3; 32])).await;
    assert_eq!(other.get(&consent).await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        other.post("/ways", &format!("{consent}/withdraw"), &[]).await.status,
        StatusCode::NOT_FOUND
    );

    assert_eq!(
        person.post("/consents", &format!("{consent}/withdraw"), &[]).await.location,
        consent
    );
    assert_eq!(person.get(&format!("{consent}/state")).await.body, "withdrawn");
    // No gate has enrolled anyone, so no page may say that one has confirmed anything.
    let page = person.get(&consent).await.body;
    assert!(page.contains("never enrolled") && !page.contains("confirmed by the gate") && !page.contains("class=\"seal\""));
}

/// Binds a device's key as the agent would.
async fn claim_the_gate(server: &Server) {
    let mut rng = SystemRng;
    let mut ctx = server.state.ctx(&mut rng);
    let mut tx = server.state.trace(Reader::Machine).await.unwrap();
    let door = lookup_door_by_number(&mut tx, 3).await.unwrap().unwrap();
    let code = make_gate_code(&mut tx, &mut ctx, door.id).await.unwrap().code;
    let device_key = SigningKey::from_seed(&[9; 32]).public();
    let claim = countenance_gate_core::wire::Claim {
        code,
        device_key,
        pack: [0; 32],
        demo: true,
    };
    countenance_access::claim_gate(&mut tx, &ctx, &claim).await.unwrap();
    tx.commit().await.unwrap();
}

async fn gate_number(server: &Server) -> String {
    let mut tx = server.state.read(Reader::Machine).await.unwrap();
    list_gates(&mut tx).await.unwrap()[0].id.to_string()
}

#[tokio::test]
async fn anybody_may_verify_and_the_page_may_run_nothing_but_itself() {
    use base64::Engine as _;
    use sha2::{Digest as _, Sha256};
    let server = Server::start().await;
    let answer = Browser::new(&server).get("/verify").await;
    assert_eq!(answer.status, StatusCode::OK);
    let policy = answer.headers["content-security-policy"].to_str().unwrap();
    let inside = |open: &str, close: &str| {
        let (_, rest) = answer.body.split_once(open).unwrap();
        let hash = Sha256::digest(rest.split_once(close).unwrap().0);
        base64::prelude::BASE64_STANDARD.encode(hash)
    };
    let (script, style) = (inside("<script type=\"module\">", "</script>"), inside("<style>", "</style>"));
    assert_eq!(
        policy,
        format!(
            "default-src 'none'; script-src 'sha256-{script}'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
    );
    // The ledger is not open in this test: the reader is asked for a policy.
    assert!(answer.body.contains("<script type=\"text/plain\" id=\"policy\"></script>"));
    assert!(Browser::new(&server).get("/sign-in").await.body.contains("href=\"/verify\""));
}
