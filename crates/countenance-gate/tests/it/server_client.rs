use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use countenance_base::{GateId, SystemClock};
use countenance_gate::server_client::{ServerClient, ServerFailed};
use countenance_gate_core::wire::{Frames, FramesAnswer, PATH_FRAMES};
use countenance_grant::SigningKey;

async fn ask(router: Option<Router>) -> Result<FramesAnswer, ServerFailed> {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    match router {
        Some(router) => {
            tokio::spawn(async move { axum::serve(listener, router).await });
        }
        None => drop(listener),
    }
    let device = Arc::new(SigningKey::from_seed(&[1; 32]));
    let site = SigningKey::from_seed(&[2; 32]).public();
    let client = ServerClient::new(&base, GateId(3), device, Some(site), Arc::new(SystemClock)).unwrap();
    client.post(PATH_FRAMES, &Frames { frames: vec![] }).await
}

#[tokio::test]
async fn a_server_that_answers_garbage_or_nothing_is_not_believed() {
    assert!(matches!(ask(None).await, Err(ServerFailed::Unreachable(_))));
    let garbage = Router::new().route(PATH_FRAMES, post(|| async { "no such thing" }));
    assert!(matches!(ask(Some(garbage)).await, Err(ServerFailed::Signature)));
    let forged = Router::new().route(
        PATH_FRAMES,
        post(|| async { ([("x-countenance-signature", "00".repeat(64))], vec![0x82, 0x18, 0xff, 0xf4]) }),
    );
    assert!(matches!(ask(Some(forged)).await, Err(ServerFailed::Signature)));
    let broken = Router::new().route(PATH_FRAMES, post(|| async { StatusCode::INTERNAL_SERVER_ERROR }));
    assert!(matches!(ask(Some(broken)).await, Err(ServerFailed::Status(500))));
}
