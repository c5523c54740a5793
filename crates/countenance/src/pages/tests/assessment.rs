//! The impact assessment at the desk.

use super::*;

const HEADS: [&str; 4] = ["necessity", "impact", "risk", "safeguards"];

/// Writes all heads; the address of what waits.
pub(super) async fn write(desk: &mut Browser<'_>, assessment: &str, text: &str) -> String {
    let fields = HEADS.map(|head| (head, text));
    let answer = desk.post(assessment, assessment, &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let page = desk.get(&answer.location).await.body;
    assert!(page.contains("Another operator approves it"), "{page}");
    let number = page.split(&format!("{assessment}/")).nth(1).unwrap();
    let number: String = number.chars().take_while(char::is_ascii_digit).collect();
    format!("{assessment}/{number}/approve")
}

#[tokio::test]
async fn whoever_writes_an_assessment_does_not_approve_it_and_gaps_are_not_approved() {
    let server = Server::start().await;
    claim_the_gate(&server).await;
    let (mut desk, mut safety) = (Browser::new(&server), Browser::new(&server));
    desk.enter().await;
    safety.enter_as("safety").await;
    let assessment = desk.declare().await;
    let page = desk.get(&assessment).await.body;
    assert!(page.contains("Model pack") && page.contains("Nobody measured this pack"), "{page}");
    // Ways that the door offers stand there before anybody used them.
    for said in ["QR code: 0 opened, 0 refused", "QR code: nobody came in this way"] {
        assert!(page.contains(said), "{said}: {page}");
    }

    let fields = [("necessity", "hands are full"), ("mood", "happy")];
    desk.post(&assessment, &assessment, &fields).await;
    let approve = format!("{assessment}/1/approve");
    let answer = safety.post(&assessment, &approve, &[]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("assessment.heads") && answer.body.contains("hands are full"));
    assert!(!answer.body.contains("happy"), "what is no field is not kept");

    let approve = write(&mut desk, &assessment, "<b>considered</b>").await;
    let own = desk.post(&assessment, &approve, &[]).await;
    assert_eq!(own.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(own.body.contains("assessment.same_person"));
    let done = safety.post(&assessment, &approve, &[]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    let paper = safety.get(&format!("{assessment}/1")).await.body;
    assert!(
        paper.contains("&#60;b&#62;considered") && paper.contains("Approved by safety") && paper.contains("1500 mm"),
        "{paper}"
    );
    assert_eq!(safety.get(&format!("{assessment}/9")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_door_whose_settings_changed_says_that_its_assessment_no_longer_holds() {
    let server = Server::start().await;
    claim_the_gate(&server).await;
    let mut desk = Browser::new(&server);
    desk.enter().await;
    desk.activate_purpose().await;
    let stale = "Faces are used differently here";
    assert!(!desk.get("/desk/doors/3").await.body.contains(stale));
    let fields = [("qr", "on"), ("pin", "on"), ("face", "on"), ("liveness", "challenge")];
    let saved = desk.post("/desk/doors/3", "/desk/doors/3/ways", &fields).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    assert!(desk.get("/desk/doors/3").await.body.contains(stale));
    let public = Browser::new(&server).get("/gates/1").await.body;
    assert!(public.contains("its assessment has not been made again"), "{public}");
}
