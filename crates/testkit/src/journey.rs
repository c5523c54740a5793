//! The story in a real browser: Chromium plays the clips as its camera and clicks what a person would click.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use tokio::process::Command;

use crate::clips::Clips;
use crate::estate::{Estate, pass_time};

/// Raises an estate and runs `e2e/journey.test.mjs` against it under Node's own test runner.
pub async fn browse(folder: &Path) -> anyhow::Result<()> {
    let mut estate = Estate::raise(folder, None).await?;
    let clips = folder.join("clips");
    std::fs::create_dir_all(&clips)?;
    for (name, clip) in Clips::load()?.named() {
        std::fs::write(clips.join(format!("{name}.mjpeg")), clip.concat())?;
    }
    let status = Command::new("node")
        .args(["--test", "journey.test.mjs"])
        .current_dir(e2e())
        .env("COUNTENANCE_SERVER", estate.server())
        .env("COUNTENANCE_KIOSK", format!("http://localhost:{}", estate.kiosk_port))
        .env("COUNTENANCE_SEED", serde_json::to_string(&estate.seed)?)
        .env("COUNTENANCE_CLIPS", &clips)
        .env("COUNTENANCE_LINE", control(&estate).await?)
        .status()
        .await
        .context("`node` could not be started")?;
    estate.end().await?;
    anyhow::ensure!(status.success(), "the journey ended with {status}");
    Ok(())
}

pub(crate) fn e2e() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../e2e")
}

/// How far `GET /pass-a-day` moves the simulated clock, seconds: a minute more than a lease lasts.
const A_DAY_S: i64 = 86_460;

/// A switch for the journey, on loopback: `GET /cut` and `GET /mend` for the line between gate and server, `GET /pass-a-day` for the
/// clock of both.
async fn control(estate: &Estate) -> anyhow::Result<String> {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = format!("http://127.0.0.1:{}", listener.local_addr()?.port());
    let line = estate.line.clone();
    let clock_file = estate.clock_file();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = vec![0; 1024];
            let read = stream.read(&mut request).await.unwrap_or(0);
            let request = String::from_utf8_lossy(request.get(..read).unwrap_or_default()).into_owned();
            if request.starts_with("GET /cut ") {
                line.cut();
            } else if request.starts_with("GET /mend ") {
                line.mend();
            } else if request.starts_with("GET /pass-a-day ") {
                pass_time(&clock_file, A_DAY_S).ok();
            }
            stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
                .await
                .ok();
        }
    });
    Ok(address)
}
