//! The network between a gate and its server, so that it can be cut: a TCP forwarder on loopback.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// A line that can be cut and mended. Cutting ends the connections that are open.
#[derive(Debug, Clone)]
pub struct Line {
    port: u16,
    cut: Arc<AtomicBool>,
    changed: Arc<Notify>,
}

impl Line {
    /// Forwards a free port of loopback to `server_port`.
    pub async fn lay(server_port: u16) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let line = Self {
            port: listener.local_addr()?.port(),
            cut: Arc::default(),
            changed: Arc::default(),
        };
        let (cut, changed) = (Arc::clone(&line.cut), Arc::clone(&line.changed));
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                if cut.load(Ordering::SeqCst) {
                    continue;
                }
                tokio::spawn(forward(near, server_port, Arc::clone(&changed)));
            }
        });
        Ok(line)
    }

    pub const fn port(&self) -> u16 {
        self.port
    }

    pub fn cut(&self) {
        self.cut.store(true, Ordering::SeqCst);
        self.changed.notify_waiters();
    }

    pub fn mend(&self) {
        self.cut.store(false, Ordering::SeqCst);
    }
}

async fn forward(mut near: TcpStream, server_port: u16, changed: Arc<Notify>) {
    let Ok(mut far) = TcpStream::connect(("127.0.0.1", server_port)).await else {
        return;
    };
    tokio::select! {
        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
        () = changed.notified() => {}
    }
}
