//! The inspector's entrance over HTTP: two operators, a link, reading only, a leaf for each look, a bundle that a verifier takes.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use countenance_access::{lookup_gate, redeem_code, take_frames};
use countenance_base::{GateId, SystemRng};
use countenance_gate_core::journal::{Leaf, LeafClass, RawLeaf};
use countenance_gate_core::wire::{Frames, Note, Receipt, Redeemed, UploadedFrame};
use countenance_grant::{EnrolGrant, SigningKey, decode_canonical};
use countenance_portal::inspection::SECTIONS;
use countenance_testdb::Place;
use countenance_trace::{Reader, open_leaves};

use super::{Answer, Browser, Server, action, token};
use crate::data::Home;
use crate::verify::{Shown, Trust, Why, check};

const DESK: &str = "/desk/inspections";
const ORDER: [(&str, &str); 5] = [
    ("authority", "区网信办"),
    ("inspector", "王某"),
    ("reason", "114"),
    ("from", ""),
    ("days", "2"),
];

async fn link_of(server: &Server, name: &str) -> String {
    server.operator_link_of(name).await
}

async fn operator<'a>(server: &'a Server, name: &str) -> Browser<'a> {
    let mut desk = Browser::new(server);
    let link = link_of(server, name).await;
    assert_eq!(desk.post(&link, &link, &[]).await.location, "/desk");
    desk
}

/// The link that the desk shows after a grant.
fn shown_link(answer: &Answer) -> String {
    let rest = answer.body.split("data-link>").nth(1).unwrap_or_default();
    rest.split('<').next().unwrap_or_default().to_owned()
}

/// An inspector who was let in, and the operator who asked.
pub(super) async fn let_in(server: &Server) -> (Browser<'_>, Browser<'_>) {
    let mut ann = operator(server, "Ann").await;
    let mut ben = operator(server, "Ben").await;
    assert_eq!(ann.post(DESK, DESK, &ORDER).await.location, DESK);
    let grant = action(&ben.get(DESK).await.body, "/grant");
    let link = shown_link(&ben.post(DESK, &grant, &[]).await);
    let mut inspector = Browser::new(server);
    assert_eq!(inspector.get(&link).await.status, StatusCode::OK);
    assert_eq!(inspector.post(&link, &link, &[]).await.location, "/inspection");
    (inspector, ann)
}

#[tokio::test]
async fn not_without_the_grant_not_by_one_operator_and_the_link_is_shown_once() {
    let server = Server::start().await;
    let mut ann = operator(&server, "Ann").await;
    for bad in [("authority", " "), ("days", "8"), ("days", "x"), ("from", "soon")] {
        let fields: Vec<(&str, &str)> = ORDER.iter().map(|field| if field.0 == bad.0 { bad } else { *field }).collect();
        assert_eq!(
            ann.post(DESK, DESK, &fields).await.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{bad:?}"
        );
    }
    assert_eq!(ann.post(DESK, DESK, &ORDER).await.location, DESK);
    let page = ann.get(DESK).await.body;
    assert_eq!(action(&page, "/grant"), "", "who asked is offered no button");
    let grant = action(&page, "/end").replace("/end", "/grant");
    let own = ann.post(DESK, &grant, &[]).await;
    assert_eq!(own.status, StatusCode::FORBIDDEN);
    assert!(own.body.contains("inspection.same_operator") && shown_link(&own).is_empty());

    let mut ben = operator(&server, "Ben").await;
    let granted = ben.post(DESK, &grant, &[]).await;
    let link = shown_link(&granted);
    assert!(link.starts_with("/inspection/enter/"), "{}", granted.body);
    assert!(!ben.get(DESK).await.body.contains(&link), "shown once");
    assert_eq!(ben.post(DESK, &grant, &[]).await.status, StatusCode::CONFLICT, "granted once");

    let mut inspector = Browser::new(&server);
    assert_eq!(inspector.get("/inspection").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(inspector.post(&link, &link, &[]).await.location, "/inspection");
    assert_eq!(inspector.get("/inspection").await.status, StatusCode::OK);
    let again = Browser::new(&server).post(&link, &link, &[]).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.body.contains("inspection.link"));
}

#[tokio::test]
async fn an_inspector_reads_below_the_entrance_posts_nothing_and_is_out_at_the_end() {
    let server = Server::start().await;
    let (mut inspector, mut ann) = let_in(&server).await;
    for section in SECTIONS {
        let answer = inspector.get(&format!("/inspection/{section}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{section}: {}", answer.body);
        assert!(!answer.body.contains('⟦') && !answer.body.contains("method=\"post\""), "{section}");
    }
    assert_eq!(inspector.get("/inspection/nothing").await.status, StatusCode::NOT_FOUND);
    for path in ["/desk", "/desk/people", DESK] {
        assert_eq!(inspector.get(path).await.status, StatusCode::UNAUTHORIZED, "{path}");
    }
    for path in [
        "/ways",
        "/uses",
        "/consents",
        "/ledger/tags",
        "/ledger/records/0",
        "/ledger/tile/0/000",
    ] {
        assert_eq!(inspector.get(path).await.status, StatusCode::SEE_OTHER, "{path}");
    }
    let guest = token(&inspector.get("/sign-in").await.body);
    for path in ["/inspection", "/inspection/registers", "/inspection/bundle"] {
        assert_eq!(
            inspector.post_with(&guest, path, &[]).await.status,
            StatusCode::METHOD_NOT_ALLOWED,
            "{path}"
        );
    }
    for path in ["/desk/holds", DESK, "/desk/doors/3/ways"] {
        let answer = inspector.post_with(&guest, path, &[]).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
    }
    let end = action(&ann.get(DESK).await.body, "/end");
    assert_eq!(ann.post(DESK, &end, &[]).await.location, DESK);
    for path in ["/inspection", "/inspection/registers", "/inspection/bundle"] {
        assert_eq!(inspector.get(path).await.status, StatusCode::UNAUTHORIZED, "{path}");
    }
}

/// Words of the server's open leaves of a class.
async fn said(server: &Server, class: LeafClass) -> Vec<String> {
    let mut tx = server.state.read(Reader::Machine).await.unwrap();
    let mut leaves = open_leaves(&mut tx, class).await.unwrap();
    leaves.reverse();
    leaves.into_iter().map(|leaf| leaf.record.reason).collect()
}

/// Asks until the ledger, which works once a second, has it.
async fn waited(browser: &mut Browser<'_>, path: &str, ready: impl Fn(&Answer) -> bool) -> Answer {
    for _ in 0..600 {
        let answer = browser.get(path).await;
        if ready(&answer) {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{path} never became ready");
}

async fn consent(server: &Server) {
    let mut desk = Browser::new(server);
    desk.enter().await;
    super::claim_the_gate(server).await;
    desk.activate_purpose().await;
    let key = SigningKey::from_seed(&[1; 32]);
    let mut person = Browser::new(server);
    person.claim(&server.letter("12-1803").await, &key).await;
    person.post("/ways", "/ways/qr/on", &[]).await;
    let question = person.post("/ways", "/face/3", &[]).await.location;
    let page = person.get(&question).await.body;
    let text = page.split("data-text lang=\"en\">").nth(1).unwrap().split("</pre>").next().unwrap();
    let own = countenance_base::to_hex(&key.sign_plain(text.as_bytes()).0);
    let consent = person.post(&question, &question, &[("signature", &own)]).await.location;
    assert!(consent.starts_with("/consents/"), "{consent}");
    let page = person.post(&consent, &format!("{consent}/code"), &[("gate", "1")]).await.body;
    let code = page.split("data-code=\"").nth(1).unwrap().split('"').next().unwrap();
    enrol(server, code).await;
}

/// The gate redeems an enrolment code, and tells of the template that it made.
async fn enrol(server: &Server, code: &str) {
    let device = SigningKey::from_seed(&[9; 32]);
    let (mut rng, now) = (SystemRng, server.state.now());
    let mut tx = server.state.trace(Reader::Machine).await.unwrap();
    let gate = lookup_gate(&mut tx, GateId(1)).await.unwrap().unwrap();
    let site_key = server.state.site_key();
    let redeemed = redeem_code(&mut tx, &mut server.state.ctx(&mut rng), site_key, &gate, code).await;
    let Ok(Redeemed::Granted(granted)) = redeemed else {
        panic!("{redeemed:?}");
    };
    let statement = decode_canonical::<EnrolGrant>(&granted.payload).unwrap().statement;
    let receipt = Receipt {
        gate: gate.id,
        door: gate.door,
        person: statement.person,
        consent: statement.consent,
        at: now,
        sequence: 0,
        cause: "enrolled".to_owned(),
    };
    let leaf = Leaf {
        class: LeafClass::Enrol,
        flags: Leaf::FLAG_DEMO,
        gate: gate.id,
        sequence: 0,
        ten_minutes: Leaf::time(now),
        policy: 1,
        previous: [0; 32],
        commitment: [1; 32],
        tag: [2; 32],
    };
    let frame = UploadedFrame {
        leaf: RawLeaf(leaf.to_bytes()),
        record: vec![7; 40],
        note: Some(Note::Enrolled(receipt.sign(&device))),
    };
    let taken = take_frames(&mut tx, &gate, &Frames { frames: vec![frame] }, now).await.unwrap();
    assert!(taken.acknowledged == 1 && !taken.forked);
    tx.commit().await.unwrap();
}

/// What follows `name="sample" value="`.
fn sample_id(page: &str) -> String {
    let rest = page.split("name=\"sample\" value=\"").nth(1).unwrap();
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_sample_is_drawn_each_look_is_a_leaf_and_the_bundle_holds_without_the_server() {
    let server = Server::start().await;
    consent(&server).await;
    let (mut inspector, _ann) = let_in(&server).await;
    let home = Home::of(&server.place as &Place);
    let clerk = crate::serve::keep_ledger(&server.state, &home, None, None).await.unwrap().unwrap();

    let id = sample_id(&inspector.get("/inspection/consents").await.body);
    let drawing = format!("/inspection/consents?sample={id}&word=652");
    let drawn = waited(&mut inspector, &drawing, |answer| answer.status == StatusCode::OK)
        .await
        .body;
    assert!(
        drawn.contains("Residents get in with their hands full") && drawn.contains(">652<"),
        "{drawn}"
    );
    for secret in ["12-1803", "甲"] {
        assert!(!drawn.contains(secret), "{secret}");
    }
    assert_ne!(sample_id(&drawn), id, "another promise waits for another word");
    let word = inspector
        .get(&format!("/inspection/consents?sample={}&word=", sample_id(&drawn)))
        .await;
    assert_eq!(word.status, StatusCode::UNPROCESSABLE_ENTITY);

    let file = waited(&mut inspector, "/inspection/bundle", |answer| answer.status == StatusCode::OK)
        .await
        .body;
    let policy = Browser::new(&server).get("/ledger/policy").await.body;
    let trust = Trust::parse(&policy).unwrap();
    let Ok(Shown::Inspection(shown)) = check(&file, &trust) else {
        panic!("{:?}", check(&file, &trust));
    };
    assert_eq!(
        (shown.picks.as_slice(), shown.enrolled, shown.statement.sections.len()),
        ([0].as_slice(), 1, SECTIONS.len())
    );
    assert_eq!(shown.statement.sample.as_ref().unwrap().word, "652");
    every_flip_is_refused(&file, &trust);

    let name = |what: &str| format!("inspection.looked {} {what}", shown.statement.inspection);
    let looks = waited_for_looks(&server, &name("bundle")).await;
    assert!(looks.contains(&name("consents")));
    let words = said(&server, LeafClass::Change).await;
    for step in ["asked", "granted", "opened"] {
        assert_eq!(
            words
                .iter()
                .filter(|words| words.starts_with(&format!("inspection.{step} ")))
                .count(),
            1,
            "{step}"
        );
    }
    clerk.abort();
}

async fn waited_for_looks(server: &Server, wanted: &String) -> Vec<String> {
    for _ in 0..600 {
        let looks = said(server, LeafClass::Look).await;
        if looks.contains(wanted) {
            return looks;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no leaf says {wanted}");
}

/// One bit of every seventh byte, and lies that a hand would tell.
fn every_flip_is_refused(file: &str, trust: &Trust) {
    let mut accepted = 0;
    for at in (0..file.len()).step_by(7) {
        let mut bytes = file.as_bytes().to_vec();
        bytes[at] ^= 1;
        let Ok(text) = String::from_utf8(bytes) else { continue };
        accepted += usize::from(check(&text, trust).is_ok());
    }
    assert_eq!(accepted, 0);
    let mut lie: serde_json::Value = serde_json::from_str(file).unwrap();
    lie["sections"]["holds"] = "[]".into();
    assert_eq!(check(&lie.to_string(), trust).unwrap_err(), Why::Section);
    let mut lie: serde_json::Value = serde_json::from_str(file).unwrap();
    lie["proofs"].as_array_mut().unwrap().swap(0, 1);
    assert_eq!(check(&lie.to_string(), trust).unwrap_err(), Why::Order);
    let mut lie: serde_json::Value = serde_json::from_str(file).unwrap();
    lie["proofs"].as_array_mut().unwrap().pop();
    assert_eq!(check(&lie.to_string(), trust).unwrap_err(), Why::Leaf);
}

#[tokio::test]
async fn the_path_needs_no_sign_in_and_no_script() {
    let server = Server::start().await;
    for (language, words) in [("zh", "二十分钟查什么"), ("en", "What to check in twenty minutes")] {
        let mut browser = Browser::new(&server);
        browser.cookies.insert("countenance-language".into(), language.into());
        let answer = browser.send(Method::GET, "/twenty-minutes", String::new()).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(answer.body.contains(words) && !answer.body.contains("<script") && !answer.body.contains('⟦'));
        assert_eq!(answer.body.matches("class=\"minute\"").count(), 10);
        assert!(
            answer.body.matches("class=\"article\"").count() >= 6,
            "{}",
            answer.body.matches("class=\"article\"").count()
        );
        assert!(browser.get("/sign-in").await.body.contains("href=\"/twenty-minutes\""));
    }
}
