//! A door is made at the desk, and what kind of place it stands at has its say.

use super::*;

const NEW: [(&str, &str); 13] = [
    ("number", "7"),
    ("zh", "会所"),
    ("en", "Club"),
    ("place", "business"),
    ("area", "lobby"),
    ("camera", "on"),
    ("sign", "on"),
    ("distance_cm", "120"),
    ("left", "25"),
    ("top", "0"),
    ("right", "75"),
    ("bottom", "100"),
    ("open_seconds", "4"),
];

fn but<'a>(fields: &[(&'a str, &'a str)], name: &str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    let change = |&(field, text): &(&'a str, &'a str)| (field, if field == name { value } else { text });
    fields.iter().map(change).collect()
}

async fn settings(server: &Server, number: u32) -> Option<DoorSettings> {
    let mut tx = server.state.read(Reader::Machine).await.unwrap();
    let door = lookup_door_by_number(&mut tx, number).await.unwrap();
    door.map(|door| door.settings)
}

#[tokio::test]
async fn a_new_door_begins_with_ways_for_everybody_and_a_bad_one_is_not_made() {
    let server = Server::start().await;
    let mut desk = Browser::new(&server);
    desk.enter().await;
    let form = desk.get("/desk/doors/new").await.body;
    assert!(
        form.contains("name=\"number\"") && form.contains("value=\"4\""),
        "the next number: {form}"
    );
    assert!(!form.contains("name=\"sign\" value=\"on\" checked"), "nobody has seen a sign yet");
    for (fields, code) in [
        (but(&NEW, "number", "0"), "form.fields"),
        (but(&NEW, "number", "3"), "door.taken"),
        (but(&NEW, "place", "prison"), "form.fields"),
        (but(&NEW, "right", "101"), "form.fields"),
        (but(&NEW, "open_seconds", "31"), "door.open_time"),
        (but(&NEW, "open_seconds", "99999999"), "form.fields"),
        (but(&NEW, "en", " "), "door.name"),
        (but(&NEW, "area", "changing_room"), "door.no_camera_in_private_area"),
    ] {
        let answer = desk.post("/desk/doors/new", "/desk/doors", &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{code}");
        assert!(
            answer.body.contains(code) && answer.body.contains("会所"),
            "{code}: {}",
            answer.body
        );
        assert_eq!(settings(&server, 7).await, None);
    }
    let answer = desk.post("/desk/doors/new", "/desk/doors", &NEW).await;
    assert_eq!(answer.location, "/desk/doors/7?saved=1", "{}", answer.body);
    let made = settings(&server, 7).await.unwrap();
    assert_eq!(made.ways, [vec![Lane::Qr], vec![Lane::Pin]]);
    assert_eq!((made.place.word(), made.distance_max_mm, made.open_ms), ("business", 1_200, 4_000));
    assert_eq!((made.zone.left, made.zone.right, made.zone.bottom), (250, 750, 1_000));
    assert!(desk.get("/desk").await.body.contains("href=\"/desk/doors/7\""));
    // What stands there comes back into the form, and is saved as it was.
    let form = desk.get("/desk/doors/7/place").await.body;
    assert!(
        form.contains("value=\"business\" selected") && form.contains("value=\"120\""),
        "{form}"
    );
    let same = desk.post("/desk/doors/7/place", "/desk/doors/7/place", &NEW).await;
    assert_eq!(same.status, StatusCode::SEE_OTHER);
    assert_eq!(settings(&server, 7).await, Some(made));
    assert_eq!(desk.get("/desk/doors/99/place").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_open_search_at_a_shop_is_declared_apart_and_waits_for_a_lawyers_opinion() {
    let server = Server::start().await;
    claim_the_gate(&server).await;
    let mut desk = Browser::new(&server);
    desk.enter().await;
    let door = "/desk/doors/3";
    let no_ground = desk.post("/desk/doors/3/place", "/desk/doors/3/place", &NEW).await;
    assert!(
        no_ground.body.contains("door.public_place"),
        "door 3 has a face lane: {}",
        no_ground.body
    );
    let place = [NEW.as_slice(), &[("public_security", "on")]].concat();
    let far = but(&place, "distance_cm", "99999");
    let too_far = desk.post("/desk/doors/3/place", "/desk/doors/3/place", &far).await;
    assert!(too_far.status == StatusCode::UNPROCESSABLE_ENTITY && too_far.body.contains("door.distance"));
    let moved = desk.post("/desk/doors/3/place", "/desk/doors/3/place", &place).await;
    assert_eq!(moved.status, StatusCode::SEE_OTHER, "{}", moved.body);
    let many = but(&PURPOSE, "mode", "1:N");
    let with = |more: &[(&'static str, &'static str)]| [many.as_slice(), more].concat();
    let why = ("open_search_necessity", "坐轮椅的会员够不到读卡器");
    for short in [with(&[]), with(&[why]), with(&[("open_search_apart", "on")])] {
        let answer = desk.post(door, "/desk/doors/3/purpose", &short).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.body.contains("purpose.open_search"), "{}", answer.body);
    }
    let assessment = desk.declare_with(&with(&[why, ("open_search_apart", "on")])).await;
    assert!(desk.get(door).await.body.contains(why.1));
    desk.activate(&assessment).await;

    let mut person = Browser::new(&server);
    person
        .claim(&server.letter("12-1803").await, &SigningKey::from_seed(&[1; 32]))
        .await;
    person.post("/ways", "/ways/qr/on", &[]).await;
    let refused = person.post("/ways", "/face/3", &[]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("place.open_search_opinion"), "{}", refused.body);
    let public = "/gates/1?language=en";
    assert!(Browser::new(&server).get(public).await.body.contains("None is on record"));

    let hash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    let opinion = [("hash", hash), ("author", "某律师事务所"), ("given", "2026-11-01")];
    let kept = desk.post(door, "/desk/doors/3/opinion", &opinion).await;
    assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.body);
    let page = Browser::new(&server).get(public).await.body;
    assert!(page.contains(hash) && page.contains("某律师事务所"), "{page}");
    assert_eq!(person.post("/ways", "/face/3", &[]).await.status, StatusCode::SEE_OTHER);
    desk.post(door, "/desk/doors/3/opinion/end", &[]).await;
    assert_eq!(person.post("/ways", "/face/3", &[]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}
