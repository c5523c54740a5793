//! Who may ask what: every route of the real router, asked as everybody who could stand before it. One snapshot; a route that is added
//! without a thought for its guard changes it.

use std::fmt::Write as _;

use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode, header};
use countenance_access::list_gates;
use countenance_base::{GateId, SystemRng, to_hex};
use countenance_gate_core::wire::{
    HEADER_GATE, HEADER_SEQUENCE, HEADER_SIGNATURE, HEADER_TIME, PATH_CLAIM, PATH_FRAMES, PATH_POLL, PATH_REDEEM, REQUEST_DOMAIN,
    request_bytes,
};
use countenance_grant::SigningKey;
use countenance_persons::make_auditor_pass;
use countenance_trace::Reader;
use tower::ServiceExt as _;

use super::{Browser, Server};

const GATE_PATHS: [&str; 4] = [PATH_CLAIM, PATH_POLL, PATH_REDEEM, PATH_FRAMES];

/// Everybody, by a letter of the snapshot.
const WHO: [(char, &str); 6] = [
    ('n', "nobody"),
    ('r', "resident"),
    ('o', "operator"),
    ('i', "inspector"),
    ('a', "auditor"),
    ('g', "gate"),
];

/// Paths as they stand in the source of the router, so that none is forgotten here.
fn paths() -> Vec<String> {
    let source = include_str!("../../pages.rs");
    let gates = include_str!("../../gate_api.rs");
    let written = |text: &str| text.matches(".route(").count();
    let mut paths: Vec<String> = source
        .split(".route(")
        .skip(1)
        .filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next())
        .map(str::to_owned)
        .collect();
    assert_eq!((paths.len(), GATE_PATHS.len()), (written(source), written(gates)));
    paths.extend(GATE_PATHS.map(str::to_owned));
    paths.sort();
    paths
}

/// The path with something in each of its places.
fn filled(path: &str) -> String {
    let fill = |part: &str| match part {
        "{version}" => "0".to_owned(),
        "{*name}" => "portal.js".to_owned(),
        "{*path}" => "0/000".to_owned(),
        "{section}" => "registers".to_owned(),
        "{word}" => "en".to_owned(),
        "{lane}" => "qr".to_owned(),
        "{leaf}" | "{code}" => "00".to_owned(),
        "{door}" | "{gate}" | "{sequence}" | "{number}" | "{bundle}" => "3".to_owned(),
        id if id.starts_with('{') => "00".repeat(16),
        word => word.to_owned(),
    };
    path.split('/').map(fill).collect::<Vec<_>>().join("/")
}

/// What each of them sends with every request.
struct Sent {
    cookies: String,
    bearer: Option<String>,
    gate: Option<GateId>,
}

async fn everybody(server: &Server) -> Vec<Sent> {
    let cookies = |browser: &Browser<'_>| {
        let pairs = browser.cookies.iter().map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join("; ")
    };
    let plain = |cookies: String| Sent {
        cookies,
        bearer: None,
        gate: None,
    };
    super::claim_the_gate(server).await;
    let mut resident = Browser::new(server);
    resident
        .claim(&server.letter("12-1803").await, &SigningKey::from_seed(&[1; 32]))
        .await;
    let mut desk = Browser::new(server);
    desk.enter().await;
    let (inspector, _) = super::inspection::let_in(server).await;
    let mut rng = SystemRng;
    let mut tx = server.state.trace(Reader::Machine).await.unwrap();
    let pass = make_auditor_pass(&mut tx, &mut server.state.ctx(&mut rng), "auditor", None, 1)
        .await
        .unwrap();
    let gate = list_gates(&mut tx).await.unwrap()[0].id;
    tx.commit().await.unwrap();
    vec![
        plain(String::new()),
        plain(cookies(&resident)),
        plain(cookies(&desk)),
        plain(cookies(&inspector)),
        Sent {
            cookies: String::new(),
            bearer: Some(pass),
            gate: None,
        },
        Sent {
            cookies: String::new(),
            bearer: None,
            gate: Some(gate),
        },
    ]
}

/// A request without a form's token, so that nothing is changed by who is let through.
fn request(server: &Server, method: &Method, path: &str, sent: &Sent, sequence: u64) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path).header(header::COOKIE, &sent.cookies);
    if let Some(pass) = &sent.bearer {
        request = request.header(header::AUTHORIZATION, format!("Bearer {pass}"));
    }
    if let Some(gate) = sent.gate {
        let now = server.state.now();
        let message = request_bytes(method.as_str(), path, &[], gate, sequence, now);
        let signature = SigningKey::from_seed(&[9; 32]).sign(REQUEST_DOMAIN, &message);
        request = request
            .header(HEADER_GATE, gate.to_string())
            .header(HEADER_SEQUENCE, sequence.to_string())
            .header(HEADER_TIME, now.0.to_string())
            .header(HEADER_SIGNATURE, to_hex(&signature.0));
    }
    request.body(Body::empty()).unwrap()
}

/// `None` when the route has no such method.
async fn is_let_through(server: &Server, request: Request<Body>) -> Option<bool> {
    let response = crate::serve::app(server.state.clone()).oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = String::from_utf8_lossy(&to_bytes(body, usize::MAX).await.unwrap()).into_owned();
    let to = parts.headers.get(header::LOCATION).and_then(|to| to.to_str().ok());
    match parts.status {
        StatusCode::METHOD_NOT_ALLOWED => None,
        StatusCode::UNAUTHORIZED => Some(false),
        StatusCode::SEE_OTHER if to == Some("/sign-in") => Some(false),
        StatusCode::BAD_REQUEST if body.contains("request.headers") => Some(false),
        _ => Some(true),
    }
}

#[tokio::test]
async fn every_route_is_open_to_whom_it_is_meant_for_and_to_nobody_else() {
    let server = Server::start().await;
    let everybody = everybody(&server).await;
    let names: Vec<String> = WHO.iter().map(|(letter, who)| format!("{letter} {who}")).collect();
    let mut matrix = format!("{}\n\n", names.join(", "));
    let mut sequence = 100;
    for path in paths() {
        for method in [Method::GET, Method::POST] {
            let mut row = String::new();
            let mut there = true;
            for ((letter, _), sent) in WHO.iter().zip(&everybody) {
                sequence += 1;
                let answer = is_let_through(&server, request(&server, &method, &filled(&path), sent, sequence)).await;
                there &= answer.is_some();
                row.push(if answer == Some(true) { *letter } else { '·' });
            }
            if there {
                writeln!(matrix, "{row} {method:4} {path}").unwrap();
            }
        }
    }
    insta::assert_snapshot!(matrix);
}
