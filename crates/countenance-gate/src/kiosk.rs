//! The kiosk page and its socket, on loopback.
//!
//! A page of another origin, a program without the token, and frames outside an attempt get nowhere: Host and Origin are
//! checked, the token is in a `SameSite=Strict` cookie that only `GET /` sets, and a frame is dropped unread while the
//! machine's camera is off.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::mpsc::SyncSender;

use axum::Router;
use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use countenance_gate_core::machine::{Camera, Do};
use serde::Deserialize;
use subtle::ConstantTimeEq as _;
use tokio::sync::{oneshot, watch};
use zeroize::Zeroizing;

use crate::event::Event;

/// A 640×480 JPEG of good quality is about 60 kB; a larger frame is not from our page.
const FRAME_BYTES_MAX: usize = 1024 * 1024;
const COOKIE: &str = "countenance-kiosk";

const PAGE: &str = include_str!("../kiosk/kiosk.html");
const SCRIPT: &str = include_str!("../kiosk/kiosk.js");
const STYLE: &str = include_str!("../kiosk/kiosk.css");
/// The portal's, so that codes look the same everywhere.
const QR: &str = include_str!("../../portal/static/qr.js");
const QR_GENERATOR: &str = include_str!("../../portal/static/vendor/qrcode-generator-2.0.4.mjs");
const MESSAGES: &str = include_str!("../kiosk/messages.json");

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What the kiosk's routes share with the keeper.
#[derive(Debug)]
pub struct Desk {
    pub events: SyncSender<Event>,
    /// The present screen as JSON.
    pub screen: watch::Receiver<String>,
    /// [`camera_code`] of the machine's camera, so that frames can be dropped before they are queued.
    pub camera: Arc<AtomicU8>,
    pub token: String,
    pub port: u16,
    /// The newest socket is the kiosk; an older one ends.
    pub newest: AtomicU64,
}

pub const fn camera_code(camera: Camera) -> u8 {
    match camera {
        Camera::Off => 0,
        Camera::Face => 1,
        Camera::Code => 2,
    }
}

pub fn router(desk: Arc<Desk>) -> Router {
    Router::new()
        .route("/", get(page))
        .route("/kiosk.js", get(|| async { asset("text/javascript; charset=utf-8", SCRIPT) }))
        .route("/kiosk.css", get(|| async { asset("text/css; charset=utf-8", STYLE) }))
        .route("/qr.js", get(|| async { asset("text/javascript; charset=utf-8", QR) }))
        .route(
            "/vendor/qrcode-generator-2.0.4.mjs",
            get(|| async { asset("text/javascript; charset=utf-8", QR_GENERATOR) }),
        )
        .route("/messages.json", get(|| async { asset("application/json", MESSAGES) }))
        .route("/status", get(status))
        .route("/ws", get(socket))
        .with_state(desk)
}

async fn page(State(desk): State<Arc<Desk>>, headers: HeaderMap) -> Response {
    if !host_is_ours(&headers, desk.port) {
        return StatusCode::MISDIRECTED_REQUEST.into_response();
    }
    let cookie = format!("{COOKIE}={}; Path=/; HttpOnly; SameSite=Strict", desk.token);
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
        (header::SET_COOKIE, cookie),
        (header::CONTENT_SECURITY_POLICY, POLICY.to_owned()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::REFERRER_POLICY, "no-referrer".to_owned()),
    ];
    (headers, PAGE).into_response()
}

fn asset(kind: &'static str, body: &'static str) -> Response {
    (
        [
            (header::CONTENT_TYPE, kind),
            (header::CACHE_CONTROL, "no-store"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ],
        body,
    )
        .into_response()
}

async fn status(State(desk): State<Arc<Desk>>, headers: HeaderMap) -> Response {
    if !host_is_ours(&headers, desk.port) {
        return StatusCode::MISDIRECTED_REQUEST.into_response();
    }
    let (reply, answer) = oneshot::channel();
    if desk.events.try_send(Event::AskStatus(reply)).is_err() {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    match answer.await {
        Ok(status) => axum::Json(status).into_response(),
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

async fn socket(State(desk): State<Arc<Desk>>, headers: HeaderMap, upgrade: WebSocketUpgrade) -> Response {
    if !host_is_ours(&headers, desk.port) || !origin_is_ours(&headers, desk.port) {
        return StatusCode::FORBIDDEN.into_response();
    }
    if !token_fits(&headers, &desk.token) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    upgrade
        .max_message_size(FRAME_BYTES_MAX)
        .max_frame_size(FRAME_BYTES_MAX)
        .on_upgrade(move |socket| serve(socket, desk))
}

async fn serve(mut socket: WebSocket, desk: Arc<Desk>) {
    let mine = desk.newest.fetch_add(1, Ordering::SeqCst) + 1;
    let mut screens = desk.screen.clone();
    let first = screens.borrow_and_update().clone();
    if socket.send(Message::text(first)).await.is_err() {
        return;
    }
    loop {
        tokio::select! {
            changed = screens.changed() => {
                let screen = screens.borrow_and_update().clone();
                if changed.is_err() || socket.send(Message::text(screen)).await.is_err() {
                    return;
                }
            }
            message = socket.recv() => {
                if desk.newest.load(Ordering::SeqCst) != mine {
                    return;
                }
                match message {
                    Some(Ok(message)) => if !take(message, &desk) { return },
                    Some(Err(_)) | None => return,
                }
            }
        }
    }
}

/// Passes one message on; `false` ends the socket.
fn take(message: Message, desk: &Desk) -> bool {
    match message {
        Message::Text(text) => match read_do(text.as_str()) {
            // An action is never dropped for want of room: the keeper drains its queue within one frame's time.
            Some(action) => tokio::task::block_in_place(|| desk.events.send(Event::Kiosk(action))).is_ok(),
            None => true,
        },
        Message::Binary(bytes) => {
            if desk.camera.load(Ordering::SeqCst) != 0 {
                // A frame that comes while the last ones are judged is dropped: the next one is as good.
                desk.events.try_send(Event::Frame(Zeroizing::new(bytes.to_vec()))).ok();
            }
            true
        }
        Message::Ping(_) | Message::Pong(_) => true,
        Message::Close(_) => false,
    }
}

#[derive(Deserialize)]
struct Said {
    r#do: String,
    #[serde(default)]
    value: Option<String>,
}

/// What a message of the kiosk asks for; `None` for anything that is no action.
pub fn read_do(text: &str) -> Option<Do> {
    let said: Said = serde_json::from_str(text).ok()?;
    Some(match (said.r#do.as_str(), said.value) {
        ("begin", _) => Do::Begin,
        ("unit", Some(unit)) => Do::Unit(unit),
        ("face", _) => Do::Face,
        ("qr", _) => Do::Qr,
        ("pin", None) => Do::PinLane,
        ("pin", Some(pin)) => Do::Pin(Zeroizing::new(pin)),
        ("enrol", _) => Do::Enrol,
        ("text", Some(text)) => Do::Text(text),
        ("yes", _) => Do::Yes,
        ("no", _) => Do::No,
        ("withdraw", _) => Do::Withdraw,
        ("receipt", _) => Do::Receipt,
        ("cancel", _) => Do::Cancel,
        _ => return None,
    })
}

fn host_is_ours(headers: &HeaderMap, port: u16) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    host == format!("localhost:{port}") || host == format!("127.0.0.1:{port}")
}

fn origin_is_ours(headers: &HeaderMap, port: u16) -> bool {
    let origin = headers
        .get(header::ORIGIN)
        .and_then(|origin| origin.to_str().ok())
        .unwrap_or_default();
    origin == format!("http://localhost:{port}") || origin == format!("http://127.0.0.1:{port}")
}

fn token_fits(headers: &HeaderMap, token: &str) -> bool {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))
        .any(|given| bool::from(given.as_bytes().ct_eq(token.as_bytes())))
}
