//! What stands at a door for everybody.

use countenance_access::{lookup_gate, take_poll, take_sequence};
use countenance_base::GateId;
use countenance_gate_core::device::device_word;
use countenance_gate_core::wire::{Head, Poll, Seal};

use super::*;

/// The gate calls, and seals its empty journal.
async fn poll(server: &Server, sequence: u64) {
    let mut tx = server.state.trace(Reader::Machine).await.unwrap();
    let gate = lookup_gate(&mut tx, GateId(1)).await.unwrap().unwrap();
    assert!(take_sequence(&mut tx, &gate, sequence, now()).await.unwrap());
    let head = Head { size: 0, hash: [0; 32] };
    let seal = Seal {
        gate: gate.id,
        head,
        at: now(),
    };
    let poll = Poll {
        epoch: 1,
        head,
        wait_s: 0,
        alarms: vec![],
        seal: Some(seal.sign(&SigningKey::from_seed(&[9; 32]))),
    };
    take_poll(&mut tx, &gate, &poll, now()).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn anybody_may_question_a_gate_and_is_given_no_cookie() {
    let server = Server::start().await;
    server.state.keep_address("http://qinghe.example/");
    let mut desk = Browser::new(&server);
    desk.enter().await;
    let asked = async |path: &str| {
        let mut stranger = Browser::new(&server);
        stranger.cookies.clear();
        let answer = stranger.get(path).await;
        assert!(!answer.headers.contains_key("set-cookie") && stranger.cookies.is_empty(), "{path}");
        answer
    };
    for nothing in ["/gates/99", "/gates/three", "/gates/-1"] {
        assert_eq!(asked(nothing).await.status, StatusCode::NOT_FOUND, "{nothing}");
    }
    let unclaimed = asked("/gates/1?language=en").await;
    assert!(unclaimed.status == StatusCode::OK && unclaimed.body.contains("No device has joined"));

    desk.activate_purpose().await;
    claim_the_gate(&server).await;
    assert!(
        asked("/gates/1?language=en")
            .await
            .body
            .contains("no other way in has been seen to work")
    );
    poll(&server, 1).await;
    let page = asked("/gates/1?language=en").await.body;
    let word = device_word(&SigningKey::from_seed(&[9; 32]).public());
    for said in [
        "Faces are used here",
        "Qinghe Gardens Property Services",
        "Residents get in with their hands full",
        "Only the people of the household",
        "365 days at most",
        "class=\"seal\"",
        &word,
        "qinghe.example",
        server.state.rulebook().id(),
        "telephone 12377",
        "DEMO",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    // The language is in the address and nowhere else.
    assert!(page.contains("href=\"/gates/1?language=zh\""));
    assert!(asked("/gates/1").await.body.contains("<html lang=\"zh-CN\">"));
    // A door that asks for no face says so.
    desk.post("/desk/doors/3", "/desk/doors/3/ways", &[("qr", "on")]).await;
    assert!(asked("/gates/1?language=en").await.body.contains("No faces are used here."));
}

#[tokio::test]
async fn the_register_of_gates_is_public_and_names_nobody() {
    let server = Server::start().await;
    server.state.keep_address("https://qinghe.example:8443/");
    claim_the_gate(&server).await;
    let mut stranger = Browser::new(&server);
    stranger
        .claim(&server.letter("12-1803").await, &SigningKey::from_seed(&[1; 32]))
        .await;
    let answer = Browser::new(&server).get("/gates.json").await;
    let register: serde_json::Value = serde_json::from_slice(&answer.bytes).unwrap();
    let key = SigningKey::from_seed(&[9; 32]).public();
    assert_eq!(register["host"], "qinghe.example:8443");
    let gate = &register["gates"][0];
    assert_eq!(gate["word"], device_word(&key));
    assert_eq!(gate["device"], to_hex(&countenance_gate_core::device::device_fingerprint(&key)));
    assert_eq!(
        (&gate["gate"], &gate["door"]["en"], &gate["page"]),
        (&1.into(), &"Door 3".into(), &"/gates/1".into())
    );
    assert!(!answer.body.contains("1803") && !answer.headers.contains_key("set-cookie"));
}

#[tokio::test]
async fn a_sign_is_for_operators_and_shows_the_word_of_its_gate() {
    let server = Server::start().await;
    server.state.keep_address("https://qinghe.example/");
    let sign = "/desk/doors/3/sign";
    assert_eq!(Browser::new(&server).get(sign).await.status, StatusCode::UNAUTHORIZED);
    let mut desk = Browser::new(&server);
    desk.enter().await;
    assert!(desk.get(sign).await.body.contains("Do not hang this sheet up"));
    desk.activate_purpose().await;
    claim_the_gate(&server).await;
    let page = desk.get(sign).await.body;
    let word = device_word(&SigningKey::from_seed(&[9; 32]).public());
    for said in [
        word.as_str(),
        "qinghe.example/gates/1",
        "<path d=",
        "住户空着手也能进门",
        "Residents get in with their hands full",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(desk.get("/desk/doors/3").await.body.contains("href=\"/desk/doors/3/sign\""));
    assert_eq!(desk.get("/desk/doors/99/sign").await.status, StatusCode::NOT_FOUND);
}
