//! The network before the servers, so that it can be cut: a TCP forwarder on loopback, which also spreads over several servers.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

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
    /// Forwards a free port of loopback to `servers` in turn; one that does not answer is passed over.
    pub async fn lay(servers: &[u16]) -> anyhow::Result<Self> {
        let servers: Arc<[u16]> = servers.into();
        let turn = Arc::new(AtomicUsize::new(0));
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
                let first = turn.fetch_add(1, Ordering::Relaxed) % servers.len();
                tokio::spawn(forward(near, Arc::clone(&servers), first, Arc::clone(&changed)));
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

async fn forward(mut near: TcpStream, servers: Arc<[u16]>, first: usize, changed: Arc<Notify>) {
    let Some(mut far) = connect(&servers, first).await else { return };
    tokio::select! {
        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
        () = changed.notified() => {}
    }
}

async fn connect(servers: &[u16], first: usize) -> Option<TcpStream> {
    for server in servers.iter().cycle().skip(first).take(servers.len()) {
        if let Ok(far) = TcpStream::connect(("127.0.0.1", *server)).await {
            return Some(far);
        }
    }
    None
}
