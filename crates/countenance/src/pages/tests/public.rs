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
        pack: None,
        program: Some([0xc3; 32]),
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

    claim_the_gate(&server).await;
    desk.activate_purpose().await;
    assert!(
        asked("/gates/1?language=en")
            .await
            .body
            .contains("no other way in has been seen to work")
    );
    let unsaid = asked("/gates/1?language=en").await.body;
    assert!(unsaid.contains("not said") && !unsaid.contains(&"c3".repeat(32)));
    poll(&server, 1).await;
    let page = asked("/gates/1?language=en").await.body;
    assert!(page.contains(&"c3".repeat(32)) && page.contains("Nothing attests it"), "{page}");
    let register = asked("/gates.json").await.body;
    assert!(register.contains(&"c3".repeat(32)), "{register}");
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
    claim_the_gate(&server).await;
    desk.activate_purpose().await;
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

#[tokio::test]
async fn a_stop_takes_two_confirmations_is_told_everywhere_and_is_lifted_again() {
    let server = Server::start().await;
    let mut desk = Browser::new(&server);
    desk.enter().await;
    claim_the_gate(&server).await;
    desk.activate_purpose().await;
    poll(&server, 1).await;
    let key = SigningKey::from_seed(&[1; 32]);
    let mut person = Browser::new(&server);
    person.claim(&server.letter("12-1803").await, &key).await;
    person.post("/ways", "/ways/qr/on", &[]).await;
    let question = person.post("/ways", "/face/3", &[]).await.location;
    let page = person.get(&question).await.body;
    let text = page
        .split("data-text lang=\"en\">")
        .nth(1)
        .unwrap()
        .split("</pre>")
        .next()
        .unwrap()
        .to_owned();
    let own = to_hex(&key.sign_plain(text.as_bytes()).0);
    let consent = person.post(&question, &question, &[("signature", &own)]).await.location;

    assert_eq!(Browser::new(&server).get("/desk/stop").await.status, StatusCode::UNAUTHORIZED);
    let stop = desk.get("/desk/doors/3").await.body;
    let stop = stop
        .split("href=\"")
        .find_map(|rest| rest.split('"').next().filter(|href| href.starts_with("/desk/stop/purpose/")))
        .unwrap()
        .to_owned();
    let first = desk.get(&stop).await.body;
    assert!(first.contains("Door 3") && first.contains("A stop is no erasure") && !first.contains("name=\"word\""));
    let sure = format!("{stop}?sure=1");
    let second = desk.get(&sure).await.body;
    assert!(
        second.contains("name=\"word\"") && second.contains("the door’s number “3”"),
        "{second}"
    );
    let wrong = desk.post(&sure, &stop, &[("word", "4")]).await;
    assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.body.contains("stop.word"));
    assert!(!desk.get("/desk/stop").await.body.contains("/lift"), "nothing was stopped");
    assert_eq!(desk.post(&sure, &stop, &[("word", "3")]).await.location, "/desk/stop");
    assert_eq!(desk.post(&sure, &stop, &[("word", "3")]).await.status, StatusCode::CONFLICT);

    assert!(person.get(&consent).await.body.contains("stopped by the operator since"));
    assert!(person.get("/consents").await.body.contains("stopped by the operator since"));
    assert!(
        Browser::new(&server)
            .get("/gates/1")
            .await
            .body
            .contains("Faces were stopped here by the operator")
    );
    let code = person.post(&consent, &format!("{consent}/code"), &[("gate", "1")]).await;
    assert!(
        code.status == StatusCode::CONFLICT && code.body.contains("face.stopped"),
        "{}",
        code.body
    );

    let page = desk.get("/desk/stop").await.body;
    assert_eq!(desk.post("/desk/stop", &action(&page, "/lift"), &[]).await.location, "/desk/stop");
    assert!(!person.get(&consent).await.body.contains("stopped by the operator since"));

    // The whole site, and one person; withdrawing and closing the account work all the same.
    let site = "/desk/stop/site";
    assert_eq!(
        desk.post("/desk/stop/site?sure=1", site, &[("word", "Qinghe Gardens (demo)")])
            .await
            .location,
        "/desk/stop"
    );
    let people = desk.get("/desk/people?unit=12-1803").await.body;
    let one = people
        .split("href=\"")
        .find_map(|rest| rest.split('"').next().filter(|href| href.starts_with("/desk/stop/person/")))
        .unwrap()
        .to_owned();
    let login = desk.get(&format!("{one}?sure=1")).await.body;
    let login = login.split("sign-in name “").nth(1).unwrap().split('”').next().unwrap().to_owned();
    assert_eq!(
        desk.post(&format!("{one}?sure=1"), &one, &[("word", &login)]).await.location,
        "/desk/stop"
    );
    assert_eq!(
        person.post("/consents", &format!("{consent}/withdraw"), &[]).await.location,
        consent
    );
    let erase = one.replace("/desk/stop/person/", "/desk/people/") + "/erase";
    let erased = desk.post(&erase, &erase, &[]).await;
    assert!(erased.location.starts_with("/certificates/"), "{}", erased.body);
}

#[tokio::test]
async fn an_opinion_is_put_behind_a_door_shown_to_everybody_and_taken_away() {
    let server = Server::start().await;
    let mut desk = Browser::new(&server);
    desk.enter().await;
    claim_the_gate(&server).await;
    let (door, opinion) = ("/desk/doors/3", "/desk/doors/3/opinion");
    let hash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    for (hash, author, given, code) in [
        ("9f86", "Firm", "2026-03-01", "opinion.hash"),
        (hash, " ", "2026-03-01", "opinion.author"),
        (hash, "Firm", "2027-03-01", "opinion.given"),
        (hash, "Firm", "yesterday", "opinion.given"),
    ] {
        let answer = desk
            .post(door, opinion, &[("hash", hash), ("author", author), ("given", given)])
            .await;
        assert!(
            answer.status == StatusCode::UNPROCESSABLE_ENTITY && answer.body.contains(code),
            "{code}"
        );
    }
    let fields = [("hash", hash), ("author", "Firm of lawyers"), ("given", "2026-03-01")];
    assert_eq!(desk.post(door, opinion, &fields).await.status, StatusCode::SEE_OTHER);
    let page = Browser::new(&server).get("/gates/1").await.body;
    assert!(page.contains(hash) && page.contains("By Firm of lawyers, 2026-03-01"));
    // Saving the door's ways leaves it.
    desk.post(door, "/desk/doors/3/ways", &[("qr", "on")]).await;
    assert!(Browser::new(&server).get("/gates/1").await.body.contains(hash));
    assert_eq!(
        desk.post(door, "/desk/doors/3/opinion/end", &[]).await.status,
        StatusCode::SEE_OTHER
    );
    assert!(!Browser::new(&server).get("/gates/1").await.body.contains(hash));
}
