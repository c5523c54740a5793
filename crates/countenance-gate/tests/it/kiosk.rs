use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::mpsc::Receiver;

use countenance_gate::event::Event;
use countenance_gate::kiosk::{Desk, router};
use countenance_gate_core::machine::Do;
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::sync::watch;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};

const TOKEN: &str = "0123456789abcdef";

struct Setting {
    port: u16,
    inbox: Receiver<Event>,
    camera: Arc<AtomicU8>,
    _screen: watch::Sender<String>,
}

async fn setting() -> Setting {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (events, inbox) = std::sync::mpsc::sync_channel(4);
    let (screen, screens) = watch::channel("{}".to_owned());
    let camera = Arc::new(AtomicU8::new(0));
    let desk = Desk {
        events,
        screen: screens,
        camera: Arc::clone(&camera),
        token: TOKEN.into(),
        port,
        newest: AtomicU64::new(0),
    };
    tokio::spawn(async move { axum::serve(listener, router(Arc::new(desk))).await });
    Setting {
        port,
        inbox,
        camera,
        _screen: screen,
    }
}

type Socket = tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

async fn connect(port: u16, origin: Option<&str>, host: Option<&str>, cookie: Option<&str>) -> Result<Socket, u16> {
    let mut request = format!("ws://127.0.0.1:{port}/ws").into_client_request().unwrap();
    let headers = request.headers_mut();
    for (name, value) in [("origin", origin), ("host", host), ("cookie", cookie)] {
        if let Some(value) = value {
            headers.insert(name, value.parse().unwrap());
        }
    }
    match tokio_tungstenite::connect_async(request).await {
        Ok((socket, _)) => Ok(socket),
        Err(Error::Http(answer)) => Err(answer.status().as_u16()),
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_our_own_page_gets_a_socket() {
    let setting = setting().await;
    let ours = format!("http://localhost:{}", setting.port);
    let cookie = format!("countenance-kiosk={TOKEN}");
    assert!(connect(setting.port, Some(&ours), None, Some(&cookie)).await.is_ok());
    let table = [
        ("another origin", Some("http://evil.example"), None, Some(cookie.as_str()), 403),
        ("no origin", None, None, Some(cookie.as_str()), 403),
        (
            "another host",
            Some(ours.as_str()),
            Some("evil.example"),
            Some(cookie.as_str()),
            403,
        ),
        ("no token", Some(ours.as_str()), None, None, 401),
        (
            "another token",
            Some(ours.as_str()),
            None,
            Some("countenance-kiosk=0123456789abcdee"),
            401,
        ),
    ];
    for (name, origin, host, cookie, status) in table {
        assert_eq!(connect(setting.port, origin, host, cookie).await.err(), Some(status), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_frames_outside_an_attempt_are_dropped_unread() {
    let setting = setting().await;
    let ours = format!("http://127.0.0.1:{}", setting.port);
    let mut socket = connect(setting.port, Some(&ours), None, Some(&format!("countenance-kiosk={TOKEN}")))
        .await
        .unwrap();
    // With the camera open a frame arrives: the same path can find something.
    setting.camera.store(1, Ordering::SeqCst);
    socket.send(Message::binary(vec![7; 100])).await.unwrap();
    assert!(matches!(receive(&setting.inbox), Some(Event::Frame(bytes)) if bytes.len() == 100));
    setting.camera.store(0, Ordering::SeqCst);
    for _ in 0..10_000 {
        socket.send(Message::binary(vec![7; 100])).await.unwrap();
    }
    // An action sent after them is the next thing that arrives.
    socket.send(Message::text(r#"{"do":"begin"}"#)).await.unwrap();
    assert!(matches!(receive(&setting.inbox), Some(Event::Kiosk(Do::Begin))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_inside_an_attempt_fills_a_small_queue_and_no_more() {
    let setting = setting().await;
    let ours = format!("http://127.0.0.1:{}", setting.port);
    let mut socket = connect(setting.port, Some(&ours), None, Some(&format!("countenance-kiosk={TOKEN}")))
        .await
        .unwrap();
    setting.camera.store(1, Ordering::SeqCst);
    for _ in 0..10_000 {
        socket.send(Message::binary(vec![7; 100])).await.unwrap();
    }
    // The socket answers a ping only after it read what came before: all ten thousand were taken off the line by then.
    socket.send(Message::Ping(b"done".as_slice().into())).await.unwrap();
    while !matches!(socket.next().await, Some(Ok(Message::Pong(_)))) {}
    let mut waiting = 0;
    while setting.inbox.try_recv().is_ok() {
        waiting += 1;
    }
    assert_eq!(waiting, 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn words_that_are_no_action_are_nothing() {
    let setting = setting().await;
    let ours = format!("http://127.0.0.1:{}", setting.port);
    let mut socket = connect(setting.port, Some(&ours), None, Some(&format!("countenance-kiosk={TOKEN}")))
        .await
        .unwrap();
    for text in ["", "{", "[]", r#"{"do":"open"}"#, r#"{"do":"unit"}"#, r#"{"do":7}"#] {
        socket.send(Message::text(text)).await.unwrap();
    }
    socket.send(Message::text(r#"{"do":"cancel"}"#)).await.unwrap();
    assert!(matches!(receive(&setting.inbox), Some(Event::Kiosk(Do::Cancel))));
}

fn receive(inbox: &Receiver<Event>) -> Option<Event> {
    inbox.recv_timeout(std::time::Duration::from_secs(10)).ok()
}
