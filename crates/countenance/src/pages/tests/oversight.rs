//! What is due, filing, incidents, officer and suppliers over HTTP.

use axum::http::StatusCode;

use super::{Browser, Server};

/// The last path segment of the feed's address on the page.
fn feed(page: &str) -> String {
    let address = page.split("data-feed>").nth(1).and_then(|rest| rest.split('<').next());
    address.unwrap_or_default().to_owned()
}

#[tokio::test]
async fn the_desk_pages_are_the_desks() {
    let server = Server::start().await;
    let mut guest = Browser::new(&server);
    for path in [
        "/desk/due",
        "/desk/filing",
        "/desk/filing/pack",
        "/desk/filing/pack.json",
        "/desk/incidents",
        "/desk/officer",
        "/desk/suppliers",
    ] {
        assert_eq!(guest.get(path).await.status, StatusCode::UNAUTHORIZED, "{path}");
    }
    for path in [
        "/desk/due/done",
        "/desk/due/video",
        "/desk/due/feed",
        "/desk/due/webhook",
        "/desk/filing/make",
        "/desk/filing/1/acknowledge",
        "/desk/filing/sites",
        "/desk/filing/sites/1/end",
        "/desk/incidents",
        "/desk/incidents/1/grade",
        "/desk/officer",
        "/desk/officer/report",
        "/desk/officer/end",
        "/desk/suppliers",
        "/desk/suppliers/1/contract",
        "/desk/suppliers/1/end",
    ] {
        let answer = guest.post("/sign-in", path, &[]).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
    }
    let mut desk = Browser::new(&server);
    desk.enter().await;
    assert_eq!(desk.get("/desk/due").await.status, StatusCode::OK);
    let stranger = desk.post_with("no token", "/desk/officer/end", &[]).await;
    assert_eq!(stranger.status, StatusCode::FORBIDDEN);
}

const SITES: &str = "/desk/filing/sites";

fn site(persons: &'static str) -> [(&'static str, &'static str); 4] {
    [
        ("name", "Riverside"),
        ("persons", persons),
        ("day", "2026-11-23"),
        ("said_by", "group data office"),
    ]
}

#[tokio::test]
async fn from_the_warning_to_the_number_of_the_authority() {
    let server = Server::start().await;
    let mut desk = Browser::new(&server);
    desk.enter().await;
    let page = "/desk/filing";
    assert!(desk.get(page).await.body.contains("Need not be filed yet"));
    let many = desk.post(page, SITES, &site("many")).await;
    assert_eq!(many.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(many.body.contains("oversight.number"));
    assert_eq!(desk.post(page, SITES, &site("80000")).await.status, StatusCode::SEE_OTHER);
    let warned = desk.get(page).await.body;
    assert!(warned.contains("warning step of 80000") && warned.contains("Need not be filed yet"));
    assert!(desk.get("/desk/due").await.body.contains("warning step of 80000"));
    desk.post(page, SITES, &site("100000")).await;
    let owed = desk.get(page).await.body;
    assert!(owed.contains("To be filed") && owed.contains("reached on 2026-11-23"), "{owed}");
    assert!(owed.contains("File by 2027-01-") && owed.contains("no calendar of working days yet"));
    assert!(owed.contains("100000 at other sites") && owed.contains("upper bound"));
    let due = desk.get("/desk/due").await.body;
    assert!(due.contains("data-duty=\"filing\"") && due.contains("article 15, paragraph 1"));
    let wrong = desk.post(page, "/desk/filing/make", &[("kind", "change")]).await;
    assert_eq!(wrong.status, StatusCode::CONFLICT);
    assert_eq!(
        desk.post(page, "/desk/filing/make", &[("kind", "first")]).await.status,
        StatusCode::SEE_OTHER
    );
    assert!(desk.get(page).await.body.contains("Not filed: no number yet"));
    let pack = desk.get("/desk/filing/pack?number=1").await;
    assert!(pack.body.contains("Riverside") && pack.body.contains("never enter this system"));
    let json = desk.get("/desk/filing/pack.json?number=1").await;
    let value: serde_json::Value = serde_json::from_str(&json.body).unwrap();
    assert_eq!(
        (value["elsewhere"].as_u64(), value["kind"].as_str()),
        (Some(100_000), Some("first"))
    );
    assert!(pack.body.contains(value["snapshot"].as_str().unwrap()));
    assert_eq!(desk.get("/desk/filing/pack?number=9").await.status, StatusCode::NOT_FOUND);
    let empty = [("acknowledgement", " "), ("day", "2026-11-23")];
    let refused = desk.post(page, "/desk/filing/1/acknowledge", &empty).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!refused.body.contains("> Filed<") && refused.body.contains("oversight.acknowledgement"));
    let answer = [("acknowledgement", "CAC 44-17"), ("day", "2026-11-23")];
    let done = desk.post(page, "/desk/filing/1/acknowledge", &answer).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    let filed = desk.get(page).await.body;
    assert!(
        filed.contains("> Filed<") && filed.contains("number CAC 44-17, 2026-11-23"),
        "{filed}"
    );
    assert_eq!(desk.post(page, "/desk/filing/sites/1/end", &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(desk.post(page, "/desk/filing/sites/1/end", &[]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_incident_officer_and_supplier_are_written_down_and_what_is_public_is_public() {
    let server = Server::start().await;
    let mut desk = Browser::new(&server);
    desk.enter().await;
    let mut guest = Browser::new(&server);
    assert!(guest.get("/suppliers").await.body.contains("Nobody processes"));
    let officer = [
        ("name", "Somebody Private"),
        ("contact_zh", "电话 1"),
        ("contact_en", "telephone 1"),
    ];
    assert_eq!(
        desk.post("/desk/officer", "/desk/officer", &officer).await.status,
        StatusCode::SEE_OTHER
    );
    assert!(desk.get("/desk/officer").await.body.contains("Somebody Private"));
    let early = [("acknowledgement", "7"), ("day", "2026-11-22")];
    let refused = desk.post("/desk/officer", "/desk/officer/report", &early).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let fields = [
        ("name_zh", "云安"),
        ("name_en", "Yun'an"),
        ("contact", "400-1"),
        ("purpose_zh", "维护"),
        ("purpose_en", "keeps the gates in order"),
        ("kinds_zh", "日志"),
        ("kinds_en", "logs"),
        ("contract", ""),
        ("until", ""),
    ];
    let suppliers = "/desk/suppliers";
    assert_eq!(desk.post(suppliers, suppliers, &fields).await.status, StatusCode::SEE_OTHER);
    assert!(desk.get(suppliers).await.body.contains("No contract in force"));
    let public = guest.get("/suppliers").await.body;
    assert!(public.contains("keeps the gates in order") && public.contains("telephone 1"));
    assert!(!public.contains("Somebody Private"), "the officer's name is for the authority");
    assert!(desk.get("/desk/due").await.body.contains("data-duty=\"contract\""));
    let bad = desk
        .post(suppliers, "/desk/suppliers/1/contract", &[("contract", "HT"), ("until", "soon")])
        .await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    let good = [("contract", "HT-1"), ("until", "2027-11-01")];
    assert_eq!(
        desk.post(suppliers, "/desk/suppliers/1/contract", &good).await.status,
        StatusCode::SEE_OTHER
    );
    assert!(guest.get("/suppliers").await.body.contains("HT-1"));
    assert_eq!(
        desk.post(suppliers, "/desk/suppliers/1/end", &[]).await.status,
        StatusCode::SEE_OTHER
    );
    assert!(guest.get("/suppliers").await.body.contains("Nobody processes"));

    let incidents = "/desk/incidents";
    let leak = |known| [("kind", "leak"), ("words", "a gate was stolen"), ("known", known), ("persons", "")];
    let later = desk.post(incidents, incidents, &leak("2027-01-01T00:00")).await;
    assert_eq!(later.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        desk.post(incidents, incidents, &leak("2026-11-23T11:00")).await.status,
        StatusCode::SEE_OTHER
    );
    assert!(desk.get("/desk/due").await.body.contains("data-duty=\"incident_grade\""));
    let close = desk.post(incidents, "/desk/incidents/1/close", &[("closing", "x")]).await;
    assert_eq!(close.status, StatusCode::CONFLICT);
    let grade = [("persons", "1000000"), ("grade", "0")];
    assert_eq!(
        desk.post(incidents, "/desk/incidents/1/grade", &grade).await.status,
        StatusCode::SEE_OTHER
    );
    let due = desk.get("/desk/due").await.body;
    assert!(
        due.contains("data-duty=\"incident_report\"") && due.contains("By 15:00:00."),
        "{due}"
    );
    for (act, fields) in [
        ("report", [("acknowledgement", "9")]),
        ("tell", [("x", "")]),
        ("close", [("closing", "mended")]),
    ] {
        let done = desk.post(incidents, &format!("/desk/incidents/1/{act}"), &fields).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{act}");
    }
    assert!(desk.get(incidents).await.body.contains("mended"));
    for path in ["/desk/incidents/9/tell", "/desk/incidents/1/forget"] {
        assert_eq!(desk.post(incidents, path, &[]).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn the_feed_opens_with_its_newest_secret_only() {
    let server = Server::start().await;
    let mut desk = Browser::new(&server);
    desk.enter().await;
    desk.post("/desk/filing", SITES, &site("100000")).await;
    let mut guest = Browser::new(&server);
    assert_eq!(guest.get("/feed/.ics").await.status, StatusCode::NOT_FOUND);
    let made = desk.post("/desk/due", "/desk/due/feed", &[]).await;
    let first = feed(&made.body);
    assert!(first.len() > 30, "{first}");
    assert!(feed(&desk.get("/desk/due").await.body).is_empty(), "it is shown once");
    let calendar = guest.get(&format!("{first}?lang=en")).await;
    assert_eq!(calendar.headers["content-type"], "text/calendar; charset=utf-8");
    assert!(calendar.body.starts_with("BEGIN:VCALENDAR\r\n") && calendar.body.contains("SUMMARY:Filing of face recognition\r\n"));
    assert!(calendar.body.contains("DTSTART;VALUE=DATE:2027"));
    assert!(guest.get(&first).await.body.contains("人脸识别备案"));
    assert_eq!(guest.get(&first.replace(".ics", "")).await.status, StatusCode::NOT_FOUND);
    let second = feed(&desk.post("/desk/due", "/desk/due/feed", &[]).await.body);
    assert_eq!(guest.get(&first).await.status, StatusCode::NOT_FOUND);
    assert_eq!(guest.get(&second).await.status, StatusCode::OK);
}

#[tokio::test]
async fn documents_and_addresses_are_checked() {
    let server = Server::start().await;
    let mut desk = Browser::new(&server);
    desk.enter().await;
    desk.activate_purpose().await;
    let hash = "ab".repeat(32);
    let fields = |kind, document| {
        [
            ("kind", kind),
            ("day", "2026-11-20"),
            ("document", document),
            ("place", "archive, shelf 3"),
        ]
    };
    for (kind, document, status) in [
        ("filing", hash.as_str(), StatusCode::NOT_FOUND),
        ("level_assessment", "ab", StatusCode::UNPROCESSABLE_ENTITY),
        ("level_assessment", &hash, StatusCode::SEE_OTHER),
    ] {
        let answer = desk.post("/desk/due", "/desk/due/done", &fields(kind, document)).await;
        assert_eq!(answer.status, status, "{kind} {document}");
    }
    let due = desk.get("/desk/due").await.body;
    assert!(due.contains("data-duty=\"level_filing\"") && due.contains("articles 14 to 16"));
    assert!(due.contains("archive, shelf 3") && due.contains("Next by 2027-11-20"), "{due}");
    let (mut inspector, _) = super::inspection::let_in(&server).await;
    let filings = inspector.get("/inspection/filings").await.body;
    assert!(
        filings.contains("Yearly graded-protection assessment") && filings.contains("archive, shelf 3"),
        "{filings}"
    );
    for (address, status) in [
        ("http://example.org/", StatusCode::UNPROCESSABLE_ENTITY),
        ("http://localhost:9/duties", StatusCode::SEE_OTHER),
        ("", StatusCode::SEE_OTHER),
    ] {
        let answer = desk.post("/desk/due", "/desk/due/webhook", &[("address", address)]).await;
        assert_eq!(answer.status, status, "{address}");
    }
}

#[tokio::test]
async fn public_video_and_an_ordered_audit_are_said_and_answered() {
    let server = Server::start().await;
    let mut desk = Browser::new(&server);
    desk.enter().await;
    let video = "/desk/due/video";
    assert!(desk.get("/desk/due").await.body.contains("Nobody has said yet"));
    for (runs, since, status) in [
        ("perhaps", "2026-11-01", StatusCode::NOT_FOUND),
        ("yes", "", StatusCode::UNPROCESSABLE_ENTITY),
        ("yes", "2026-12-01", StatusCode::UNPROCESSABLE_ENTITY),
        ("no", "", StatusCode::SEE_OTHER),
    ] {
        let answer = desk.post("/desk/due", video, &[("runs", runs), ("since", since)]).await;
        assert_eq!(answer.status, status, "{runs} {since}");
    }
    let none = desk.get("/desk/due").await.body;
    assert!(none.contains("The desk says: no.") && !none.contains("data-duty=\"video_filing\""));
    desk.post("/desk/due", video, &[("runs", "yes"), ("since", "2026-11-10")]).await;
    let runs = desk.get("/desk/due").await.body;
    assert!(
        runs.contains("data-duty=\"video_filing\"") && runs.contains("By 2026-12-10"),
        "{runs}"
    );
    assert!(runs.contains("Public Security Video Regulations, article 14"));

    let hash = "ab".repeat(32);
    let mut write = async |more: &[(&'static str, &'static str)]| {
        let mut fields = vec![("day", "2026-11-20"), ("document", hash.as_str()), ("place", "archive")];
        fields.extend_from_slice(more);
        (
            desk.post("/desk/due", "/desk/due/done", &fields).await.status,
            desk.get("/desk/due").await.body,
        )
    };
    let (refused, _) = write(&[("kind", "video_filing")]).await;
    assert_eq!(refused, StatusCode::UNPROCESSABLE_ENTITY);
    let (done, page) = write(&[("kind", "video_filing"), ("number", "PSB 3301-7")]).await;
    assert!(done == StatusCode::SEE_OTHER && page.contains("number PSB 3301-7"), "{page}");
    let audit = [("kind", "audit"), ("ordered", "on"), ("findings", "on")];
    let (_, page) = write(&audit).await;
    let (findings, report) = ("audit_findings.2", "audit_report.2");
    assert!(page.contains(findings) && !page.contains(report) && page.contains("By the day that the authority set"));
    assert_eq!(write(&[("kind", report)]).await.0, StatusCode::CONFLICT);
    assert_eq!(write(&[("kind", "audit_findings.x")]).await.0, StatusCode::NOT_FOUND);
    let (_, page) = write(&[("kind", findings)]).await;
    // Fifteen working days from a Friday, no holiday between.
    assert!(page.contains("audit of 2026-11-20") && page.contains("By 2026-12-11"), "{page}");
    assert!(page.contains("to be confirmed") && page.contains(report));
    let (done, page) = write(&[("kind", report)]).await;
    assert!(done == StatusCode::SEE_OTHER && !page.contains(report));
}
