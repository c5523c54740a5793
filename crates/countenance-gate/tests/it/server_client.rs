use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::StatusCode;
use axum::routing::post;
use countenance_base::{GateId, SystemClock};
use countenance_gate::server_client::{ServerClient, ServerFailed};
use countenance_gate_core::wire::{BODY_BYTES_MAX, Frames, FramesAnswer, PATH_FRAMES};
use countenance_grant::SigningKey;
use futures_util::stream;

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

/// A length that is not stated must not be the sender's choice: what answers need not be the server at all.
#[tokio::test]
async fn an_answer_without_a_length_is_read_up_to_the_bound_and_no_further() {
    const PIECE: usize = 64 << 10;
    const PIECES: usize = 4_096;
    let sent = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&sent);
    let endless = move || {
        let counter = Arc::clone(&counter);
        let pieces = (0..PIECES).map(move |_| {
            counter.fetch_add(1, Ordering::SeqCst);
            Ok::<_, std::io::Error>(vec![7u8; PIECE])
        });
        async move { Body::from_stream(stream::iter(pieces)) }
    };
    let answered = ask(Some(Router::new().route(PATH_FRAMES, post(endless)))).await;
    let sent = sent.load(Ordering::SeqCst) * PIECE;
    assert!(matches!(answered, Err(ServerFailed::Garbage)), "{answered:?} after {sent} bytes");
    // What lies in the sockets' buffers was made but not read.
    assert!((BODY_BYTES_MAX..BODY_BYTES_MAX * 4).contains(&sent), "{sent} bytes were taken");
}
