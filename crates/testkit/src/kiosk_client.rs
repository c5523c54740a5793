//! A kiosk without a browser: the same page token, socket and JSON as the page, with clips in place of a lens.

use std::time::Duration;

use anyhow::{Context as _, bail};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// How long a screen may take to change.
const PATIENCE: Duration = Duration::from_secs(30);

/// A connected kiosk.
pub struct Kiosk {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    screen: Value,
}

impl std::fmt::Debug for Kiosk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Kiosk({})", self.screen["key"])
    }
}

impl Kiosk {
    /// Opens the page for its token, then the socket.
    pub async fn open(port: u16) -> anyhow::Result<Self> {
        let cookie = page_cookie(port).await?;
        let mut request = format!("ws://127.0.0.1:{port}/ws").into_client_request()?;
        request.headers_mut().insert("origin", format!("http://127.0.0.1:{port}").parse()?);
        request.headers_mut().insert("cookie", cookie.parse()?);
        let (socket, _) = tokio_tungstenite::connect_async(request).await.context("kiosk socket")?;
        let mut kiosk = Self {
            socket,
            screen: Value::Null,
        };
        kiosk.next_screen().await?;
        Ok(kiosk)
    }

    pub const fn screen(&self) -> &Value {
        &self.screen
    }

    pub fn key(&self) -> &str {
        self.screen["key"].as_str().unwrap_or_default()
    }

    pub fn code(&self) -> &str {
        self.screen["code"].as_str().unwrap_or_default()
    }

    /// What the screen says was refused, in Chinese, from the rulebook's text when it carries one.
    pub fn outcome(&self) -> &str {
        self.screen["outcome"].as_str().unwrap_or_default()
    }

    pub fn actions(&self) -> Vec<String> {
        self.screen["actions"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|action| action.as_str().map(str::to_owned))
            .collect()
    }

    pub async fn press(&mut self, action: &str) -> anyhow::Result<()> {
        self.say(json!({ "do": action })).await
    }

    pub async fn type_in(&mut self, field: &str, value: &str) -> anyhow::Result<()> {
        self.say(json!({ "do": field, "value": value })).await
    }

    async fn say(&mut self, value: Value) -> anyhow::Result<()> {
        self.socket.send(Message::text(value.to_string())).await.context("kiosk socket")
    }

    /// Sends one frame, whatever the screen says.
    pub async fn frame(&mut self, jpeg: &[u8]) -> anyhow::Result<()> {
        self.socket.send(Message::binary(jpeg.to_vec())).await.context("kiosk socket")
    }

    /// Goes back to the first screen.
    pub async fn reset(&mut self) -> anyhow::Result<()> {
        self.press("cancel").await?;
        self.until(|screen| screen["key"] == "idle").await
    }

    /// Waits for a screen with this key.
    pub async fn expect(&mut self, key: &str) -> anyhow::Result<()> {
        self.until(|screen| screen["key"] == key)
            .await
            .with_context(|| format!("waiting for screen `{key}`, still at `{}` {}", self.key(), self.code()))
    }

    /// Waits for a screen that fits.
    pub async fn until(&mut self, fits: impl Fn(&Value) -> bool) -> anyhow::Result<()> {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while !fits(&self.screen) {
            tokio::time::timeout_at(deadline, self.next_screen())
                .await
                .context("the screen did not change in time")??;
        }
        Ok(())
    }

    /// Plays a clip round and round, as a lens would, until the attempt ends; returns the outcome (`opened`, `refused`, `done`).
    pub async fn play(&mut self, clip: &[Vec<u8>]) -> anyhow::Result<String> {
        self.play_asked([clip; 3]).await
    }

    /// The same with somebody who does what the screen asks: looks straight ahead, to the left, to the right.
    pub async fn play_asked(&mut self, [front, left, right]: [&[Vec<u8>]; 3]) -> anyhow::Result<String> {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        let mut frames = [front, left, right].map(|clip| clip.iter().cycle());
        loop {
            if matches!(self.outcome(), "opened" | "refused" | "done") {
                return Ok(self.outcome().to_owned());
            }
            if tokio::time::Instant::now() > deadline {
                bail!("the attempt did not end; the screen is `{}`", self.key());
            }
            if self.screen["camera"] != "off" {
                let asked = match self.key() {
                    "turn.left" => 1,
                    "turn.right" => 2,
                    _ => 0,
                };
                let frame = frames[asked].next().context("an empty clip")?;
                self.frame(frame).await?;
            }
            // A camera gives a frame every so often; the screen may change meanwhile.
            if let Ok(screen) = tokio::time::timeout(Duration::from_millis(60), self.next_screen()).await {
                screen?;
            }
        }
    }

    /// Shows a code to the camera until the screen leaves the scanning one.
    pub async fn show_code(&mut self, picture: &[u8]) -> anyhow::Result<()> {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while self.screen["camera"] == "code" {
            if tokio::time::Instant::now() > deadline {
                bail!("the code was not read");
            }
            self.frame(picture).await?;
            if let Ok(screen) = tokio::time::timeout(Duration::from_millis(80), self.next_screen()).await {
                screen?;
            }
        }
        Ok(())
    }

    async fn next_screen(&mut self) -> anyhow::Result<()> {
        loop {
            match self.socket.next().await.context("the kiosk socket ended")?? {
                Message::Text(text) => {
                    self.screen = serde_json::from_str(text.as_str())?;
                    return Ok(());
                }
                Message::Close(_) => bail!("the agent closed the kiosk socket"),
                Message::Binary(_) | Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
            }
        }
    }
}

/// The cookie that `GET /` sets.
pub async fn page_cookie(port: u16) -> anyhow::Result<String> {
    let answer = reqwest::Client::builder()
        .no_proxy()
        .build()?
        .get(format!("http://127.0.0.1:{port}/"))
        .send()
        .await?;
    let cookie = answer
        .headers()
        .get("set-cookie")
        .context("the kiosk page sets no cookie")?
        .to_str()?;
    Ok(cookie.split(';').next().unwrap_or_default().to_owned())
}
